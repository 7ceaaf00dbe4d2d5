import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openServer } from '../../src/backup/server.ts';
import { feedTlsFiles, takeTlsFiles, tlsFilesOf, tlsKeywords } from '../../src/backup/tls-files.ts';
import { createDocker } from '../../src/docker/docker.ts';
import { adoptedProject } from '../../src/stack/compose-project.ts';
import { Secret } from '../../src/stack/secret.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { fakeDocker, type Rule } from '../support/fake-docker.ts';
import { tempFolder } from '../support/temp-project.ts';
import { STACK } from '../verify/support.ts';

const ADOPTED: NonNullable<Stack['adopted']> = {
  files: ['docker-compose.yml'],
  isSelfNamed: true,
  isPersistent: false,
  networks: ['default'],
  profiles: [],
  services: [],
};

const stackWith = (host: string, given: Partial<Stack['pgbouncer']> = {}): Stack => ({
  ...STACK,
  postgres: { kind: 'external', host, port: 5432 },
  adopted: ADOPTED,
  pgbouncer: { ...STACK.pgbouncer, ...given },
});

/** The words after `docker` by which a program gets to the server. */
async function wayTo(stack: Stack, ...rules: Rule[]): Promise<string> {
  const fake = fakeDocker([...rules, { match: 'run --rm' }]);
  const docker = createDocker({
    cwd: tempFolder(),
    env: fake.env,
    hidden: [],
    secrets: [],
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
  });
  const project = adoptedProject('shop', ADOPTED, '.', 'pgbouncer');
  const login = { name: 'web', password: new Secret('apple', 'test') };
  const server = await openServer(docker, { stack, project }, login);
  await server.run(['psql', '-d', server.conninfo('app')]);
  return fake.calls().at(-1)?.argv.join(' ') ?? '';
}

const pool = (state: string): Rule => ({
  match: ' ps -a',
  stdout: JSON.stringify({ Name: 'shop_pgbouncer', Service: 'pgbouncer', State: state }),
});
const inNetworks = (...names: string[]): Rule => ({
  match: 'inspect',
  stdout: `${names.join('\n')}\n\n`,
});

describe('a Postgres of others behind an adopted project', () => {
  it.each<[string, Rule[], RegExp, RegExp]>([
    [
      'the network that PgBouncer is in',
      [pool('exited'), inNetworks('shop_default')],
      /--network shop_default --entrypoint/,
      /ecar-network/,
    ],
    [
      'all of them where there are several',
      [pool('running'), inNetworks('a', 'b')],
      /--network container:shop_pgbouncer --entrypoint/,
      /--network [ab]\b/,
    ],
    [
      'one of them where it does not run',
      [pool('exited'), inNetworks('a', 'b')],
      /--network a --entrypoint/,
      /container:/,
    ],
    ["Docker's default where it never ran", [{ match: ' ps -a' }], /--name \S+ --entrypoint/, /--network/],
  ])('must be reached from %s', async (_, rules, expected, never) => {
    const words = await wayTo(stackWith('db.example.com'), ...rules);
    expect(words).toMatch(expected);
    expect(words).not.toMatch(never);
  });

  it('must be found on the machine that Docker runs on, and be named twice nowhere', async () => {
    const stack = stackWith('host.docker.internal');
    const named = '--add-host host.docker.internal:host-gateway';
    expect(await wayTo(stack, pool('running'), inNetworks('a'))).toContain(named);
    // Docker takes no more names for a container that shares those of another one.
    expect(await wayTo(stack, pool('running'), inNetworks('a', 'b'))).not.toContain('--add-host');
  });
});

describe('the files of TLS', () => {
  const files = new Map([
    ['server_tls_ca_file', '# of the company\r\n\r\n-----BEGIN CERTIFICATE-----\r\nx\\y\r\n-----END\n\n'],
    ['server_tls_key_file', 'the key'],
  ]);
  const given = (sslmode: string) =>
    stackWith('db.example.com', { files, settings: new Map([['server_tls_sslmode', sslmode]]) });

  it('must be named to libpq, the CA only where it is to be checked', () => {
    expect(tlsKeywords(tlsFilesOf(given('verify-full')))).toEqual({
      sslrootcert: '/tmp/sslrootcert',
      sslkey: '/tmp/sslkey',
    });
    expect(tlsKeywords(tlsFilesOf(given('require')))).toEqual({ sslkey: '/tmp/sslkey' });
    expect(takeTlsFiles(tlsFilesOf(STACK))).toBe('');
  });

  it('must get there by stdin, before the input of the program', async () => {
    const stack = given('verify-ca');
    const words = await wayTo(stack, pool('running'), inNetworks('a'));
    expect(words).toContain("sslmode='verify-ca' sslrootcert='/tmp/sslrootcert' sslkey='/tmp/sslkey'");
    expect(words).not.toContain('BEGIN CERTIFICATE');
    const folder = tempFolder();
    const taken = tlsFilesOf(stack);
    const script = `${takeTlsFiles(taken).replaceAll('/tmp', folder)}cat`;
    const input = `${feedTlsFiles(taken)}the rest\n\nof it`;
    expect(execFileSync('sh', ['-c', script], { input, encoding: 'utf8' })).toBe('the rest\n\nof it');
    expect(readFileSync(join(folder, 'sslrootcert'), 'utf8')).toBe(
      '# of the company\n-----BEGIN CERTIFICATE-----\nx\\y\n-----END\n',
    );
    expect(readFileSync(join(folder, 'sslkey'), 'utf8')).toBe('the key\n');
  });
});
