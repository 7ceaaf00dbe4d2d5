import { describe, expect, it } from 'vitest';
import { runToEnd } from '../support/fake-world.ts';

describe('an option that is not known', () => {
  it.each([
    ['--pasword=hunter2', "unknown option '--pasword'"],
    [`--pasword=hun'ter2\nhunter2'`, "unknown option '--pasword'"],
    ['--pasword=a=hunter2', "unknown option '--pasword'"],
    ['-xhunter2', "unknown option '-x'"],
    ['-x=hunter2', "unknown option '-x'"],
    ['--pasword', "unknown option '--pasword'"],
  ])('must be named without its value: %j', async (option, expected) => {
    for (const json of [[], ['--json']]) {
      const { exitCode, out, err } = await runToEnd(['hash-user', 'bob', option, ...json]);
      expect(out + err).toContain(expected);
      expect(out + err).not.toMatch(/ter2/);
      expect(exitCode).toBe(2);
    }
  });
});
