import { describe, expect, it } from 'vitest';
import { editDotenv } from '../../src/formats/edit-dotenv.ts';

const VALUE = 'docker-compose.yml:docker-compose.pgbouncer.yml';

describe('editDotenv', () => {
  it.each([
    ['', `COMPOSE_FILE=${VALUE}\n`],
    ['A=1', `A=1\nCOMPOSE_FILE=${VALUE}\n`],
    ['# a\r\nA=1\r\n', `# a\r\nA=1\r\nCOMPOSE_FILE=${VALUE}\n`],
    [
      'COMPOSE_FILE=x.yml # ours\nB="\nCOMPOSE_FILE=in a value\n"\n',
      `COMPOSE_FILE=${VALUE}\nB="\nCOMPOSE_FILE=in a value\n"\n`,
    ],
    ['COMPOSE_FILE=a\r\n  COMPOSE_FILE=b\r\nZ=1', `COMPOSE_FILE=a\r\n  COMPOSE_FILE=${VALUE}\r\nZ=1`],
  ])('must set a variable of %j and keep every other byte', (before, after) => {
    expect(editDotenv(before, 'COMPOSE_FILE', VALUE)).toBe(after);
  });

  it.each(['', 'A=1\n', '# a\r\nA=1\r\n'])('must leave %j as it was, once it is taken out again', (text) => {
    expect(editDotenv(editDotenv(text, 'COMPOSE_FILE', VALUE), 'COMPOSE_FILE', undefined)).toBe(text);
    expect(editDotenv(text, 'COMPOSE_FILE', undefined)).toBe(text);
  });

  it('must quote what needs it', () => {
    expect(editDotenv('', 'A', 'p$ss word')).toBe("A='p$ss word'\n");
  });
});
