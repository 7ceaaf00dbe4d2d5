import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/stack/secret.ts';
import type { OwnPostgres, Stack } from '../../src/stack/stack.ts';
import { configHashes } from '../../src/writers/compose/compose-file.ts';
import { STACK } from '../verify/support.ts';

const secret = (value: string) => new Secret(value, 'test');
const OWN = STACK.postgres as OwnPostgres;
const WITH_APP: Stack = {
  ...STACK,
  app: {
    service: 'django',
    kind: 'django',
    build: undefined,
    image: 'django:5.2',
    command: undefined,
    ports: [],
    volumes: [],
    environment: new Map([['API_KEY', secret('fig')]]),
    secrets: 'environment',
  },
};
const hashesOf = (stack: Stack) =>
  configHashes({ stack, rootFromOutput: '../..', outputFromRoot: 'stack/prod' });

/** The services whose hash a change of the stack changes. */
function changedBy(change: Partial<Stack>, stack = WITH_APP): string[] {
  const before = hashesOf(stack);
  return [...hashesOf({ ...stack, ...change })].flatMap(([name, hash]) =>
    hash === before.get(name) ? [] : [name],
  );
}

const withSettings = (settings: readonly (readonly [string, string])[]) => ({
  pgbouncer: { ...STACK.pgbouncer, settings: new Map(settings) },
});

describe('the hash of what a container is made from', () => {
  it.each<readonly [string, Partial<Stack>, readonly string[]]>([
    ['nothing', {}, []],
    ['max_connections', { postgres: { ...OWN, max_connections: 120 } }, ['postgres']],
    ["the superuser's password", { postgres: { ...OWN, password: secret('peach') } }, ['postgres']],
    [
      'a memory limit',
      { resources: new Map([['pgbouncer', { cpus: undefined, memory: '1G' }]]) },
      ['pgbouncer'],
    ],
    ["the application's password", { users: withPassword('ecar_user', 'quince') }, ['django']],
    ["the console's password", { users: withPassword('boss', 'quince') }, []],
    ['a setting that needs a restart', withSettings([['pkt_buf', '8192']]), ['pgbouncer']],
    ['a setting that a reload applies', withSettings([['default_pool_size', '23']]), []],
    ["the project's name", { name: 'other' }, ['pgbouncer', 'postgres', 'django']],
  ])('must change with %s where it concerns a container, and there only', (_, change, services) => {
    expect(changedBy(change)).toEqual(services);
  });

  it('must change with a secret that is a file, for which Compose itself makes no container anew', () => {
    const app: Stack['app'] = WITH_APP.app && { ...WITH_APP.app, secrets: 'files' };
    const withFiles = { ...WITH_APP, app };
    expect(changedBy({ users: withPassword('ecar_user', 'quince') }, withFiles)).toEqual(['django']);
    const environment = new Map([['API_KEY', secret('peach')]]);
    expect(changedBy({ app: app && { ...app, environment } }, withFiles)).toEqual(['django']);
    expect(changedBy({ app }, WITH_APP)).toEqual(['django']);
  });
});

function withPassword(name: string, password: string): Stack['users'] {
  return STACK.users.map((user) => (user.name === name ? { ...user, password: secret(password) } : user));
}
