import { describe, expect, it } from 'vitest';
import { adminOf, serversOf, switchStep } from '../../src/deploy/switch-password.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Database, Identity, Stack } from '../../src/stack/stack.ts';
import { makeIdentity } from '../support/certificates.ts';
import { planScenario } from '../support/golden.ts';

const { stack: STACK } = await planScenario('minimal');
const [APP] = STACK.users.filter(({ roles }) => roles.includes('app'));
const [ADMIN] = STACK.users.filter(({ roles }) => roles.includes('admin'));
const [ENTRY] = STACK.databases;
if (!APP || !ADMIN || !ENTRY) throw new Error('the scenario has one of each');

const entry = (name: string, other: Partial<Database> = {}, settings: Record<string, string> = {}) => ({
  ...ENTRY,
  name,
  dbname: name,
  users: [APP.name],
  ...other,
  settings: new Map(Object.entries(settings)),
});

/** A stack whose users are asked about by `lookup`. */
const asking = (databases: readonly Database[], settings: Record<string, string>): Stack => ({
  ...STACK,
  databases,
  users: [...STACK.users, { ...APP, name: 'lookup', password: new Secret('of-lookup', 'a test') }],
  pgbouncer: {
    ...STACK.pgbouncer,
    settings: new Map([...STACK.pgbouncer.settings, ...Object.entries(settings)]),
  },
});

const project = { files: ['docker-compose.yml'], folder: undefined, name: undefined, profiles: [] };

function inputFor(stack: Stack, user: string): string {
  const change = { user, from: 'old', to: 'new', statements: { md5: 'm', scram: 's' } };
  return switchStep(change, stack, project as never).input?.reveal() ?? '';
}

const heldBy = (stack: Stack, user: string) => /^set -- (.*)$/m.exec(inputFor(stack, user))?.[1];

describe('the pools that a change of password goes through', () => {
  it('must be, of who asks about others, those alone in which it asks', () => {
    const entries = [entry('one'), entry('asked', { dbname: 'who' }), entry('two')];
    const stack = asking(entries, { auth_user: 'lookup', auth_dbname: 'asked' });
    expect(heldBy(stack, 'lookup')).toBe('asked');
    expect(serversOf(stack, 'lookup')).toEqual([{ host: 'postgres', port: 5432, database: 'who' }]);
    expect(heldBy(stack, APP.name)).toBe('one asked two');
  });

  it('must be all of them where it asks in each', () => {
    const stack = asking([entry('one'), entry('two')], { auth_user: 'lookup' });
    expect(heldBy(stack, 'lookup')).toBe('one two');
  });

  it('must be, of one entry that has somebody ask, where that entry says', () => {
    const own = { auth_user: 'lookup', auth_dbname: 'two' };
    const stack = asking([entry('one', {}, own), entry('two'), entry('three')], {});
    expect(heldBy(stack, 'lookup')).toBe('two');
  });

  it('must be those in which a user is listed as well as those in which it asks', () => {
    const stack = asking([entry('one'), entry('two', { users: ['lookup'] })], {
      auth_user: 'lookup',
      auth_dbname: 'one',
    });
    expect(heldBy(stack, 'lookup')).toBe('two one');
  });

  it('must name a database that the fallback entry leads to', () => {
    const entries = [entry(ENTRY.name), entry('*', { dbname: '*', users: ['lookup'] })];
    expect(heldBy(asking(entries, {}), 'lookup')).toBe('postgres');
    const asked = asking(entries.slice(0, 1).concat(entry('*', { dbname: '*' })), {
      auth_user: 'lookup',
      auth_dbname: 'elsewhere',
    });
    expect(heldBy(asked, 'lookup')).toBe('elsewhere');
    expect(serversOf(asked, 'lookup')).toMatchObject([{ database: 'elsewhere' }]);
  });
});

describe('a change of password where PgBouncer asks for certificates', () => {
  const identity = (name: string): Identity => {
    const { cert, key } = makeIdentity(name);
    return { sslcert: cert, sslkey: new Secret(key, 'a test') };
  };
  const own = identity(APP.name);
  const withTls = (shown: Readonly<Record<string, Identity>>, mode = 'verify-full'): Stack => ({
    ...STACK,
    users: STACK.users.map((user) => ({ ...user, identity: shown[user.name] })),
    pgbouncer: {
      ...STACK.pgbouncer,
      auth_type: 'cert',
      settings: new Map([['client_tls_sslmode', mode]]),
    },
  });

  it('must be given those of both who log in', () => {
    const admin = identity(ADMIN.name);
    const input = inputFor(withTls({ [APP.name]: own, [ADMIN.name]: admin }), APP.name);
    for (const { sslcert, sslkey } of [own, admin]) {
      expect(input).toContain(sslcert);
      expect(input).toContain(sslkey.reveal());
    }
    expect(input).toMatch(/^sslmode=require$/m);
  });

  it('must be given none where none is asked for', () => {
    expect(inputFor(withTls({ [APP.name]: own }, 'require'), APP.name)).not.toContain(own.sslcert);
  });

  it('must go by an admin who has one', () => {
    expect(adminOf(withTls({ [APP.name]: own }), APP.name)).toBeUndefined();
    expect(adminOf(withTls({ [ADMIN.name]: own }), APP.name)?.name).toBe(ADMIN.name);
  });
});
