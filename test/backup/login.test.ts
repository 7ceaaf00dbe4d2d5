import { describe, expect, it } from 'vitest';
import { chooseLogin } from '../../src/backup/login.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Database, Stack } from '../../src/stack/stack.ts';
import { STACK } from '../verify/support.ts';

const HOME = { host: 'db.example.com', port: 5432 };
const secret = (value: string) => new Secret(value, 'test');
const user = (name: string, password?: string): Stack['users'][number] => ({
  name,
  password: password === undefined ? undefined : secret(password),
  secret: undefined,
  roles: ['app'],
  settings: new Map(),
});
const entry = (name: string, users: string[], more: Partial<Database> = {}): Database => ({
  name,
  ...HOME,
  dbname: name,
  users,
  password: undefined,
  settings: new Map(),
  ...more,
});
const forced = new Map([['user', 'owner']]);

/** Who works on `app` where Postgres is somebody else's; `name:password`. */
function chosen(...databases: Database[]): string {
  const users = [user('hashed'), user('web', 'apple'), user('jobs', 'pear')];
  const stack = { ...STACK, postgres: { kind: 'external', ...HOME } as const, databases, users };
  const { name, password } = chooseLogin(stack, 'app');
  return `${name}:${password.reveal()}`;
}

describe('chooseLogin', () => {
  it.each<[string, Database[], string]>([
    ['the first user', [entry('app', ['web', 'jobs'])], 'web:apple'],
    ['the first one with a password', [entry('app', ['hashed', 'jobs'])], 'jobs:pear'],
    [
      'nobody of another server, though its entry comes first',
      [entry('app', ['web'], { host: 'other.example.com' }), entry('a', ['jobs'], { dbname: 'app' })],
      'jobs:pear',
    ],
    [
      'nobody of another server for what the settings do not know',
      [entry('x', ['web'], { port: 5433 }), entry('y', ['jobs'])],
      'jobs:pear',
    ],
    [
      'whom the entry forces',
      [entry('app', ['web'], { settings: forced, password: secret('plum') })],
      'owner:plum',
    ],
    [
      'nobody by a hash',
      [
        entry('app', ['web'], { settings: forced, password: secret(`md5${'a'.repeat(32)}`) }),
        entry('b', ['jobs'], { dbname: 'app' }),
      ],
      'jobs:pear',
    ],
  ])('must take %s', (_, databases, expected) => {
    expect(chosen(...databases)).toBe(expected);
  });

  it('must say so where nobody of the database has a password', () => {
    expect(() => chosen(entry('app', ['hashed']), entry('other', ['web']))).toThrow(
      /nobody who can log in to "app" with a password/,
    );
  });
});
