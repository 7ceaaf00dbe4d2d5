import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { FolderContainer } from './support/folder-container.ts';
import { IMAGES } from './support/images.ts';
import { run } from './support/run.ts';

const IMPORTS = resolve('test/imports');
const NAMES = readdirSync(IMPORTS);

/** The stack decides these, so that they differ; each with the reason. All other settings must be the same. */
const DIFFERENT: Readonly<Record<string, string>> = {
  auth_file: 'the path in the container is that of the rendered file',
  auth_hba_file: 'the same',
  client_tls_ca_file: 'the same',
  client_tls_cert_file: 'the same',
  client_tls_key_file: 'the same',
  server_tls_ca_file: 'the same',
  listen_addr: 'every address of the container; `bind` says where the host publishes it',
  logfile: 'the log goes to stderr, where Docker keeps it',
  pidfile: 'one that a crash leaves behind would stop the next start',
  unix_socket_dir: 'the container is read-only, and is reached over TCP',
  user: 'the container does not run as root',
  suspend_timeout: 'gone since PgBouncer 1.26; it mattered to SUSPEND alone',
};

/** Names in an order of their own mean the same. */
const LISTS = ['admin_users', 'stats_users'];

/** Which PgBouncer a file is for; the others are for the newest. */
function imageFor(name: string): string {
  if (name.endsWith('1.18')) return IMAGES.pgbouncer118;
  return name.endsWith('1.24') ? IMAGES.pgbouncer124 : IMAGES.pgbouncer126;
}

describe.each(NAMES)('init --from test/imports/%s', (name) => {
  it('must give the same SHOW CONFIG, DATABASES and USERS', async () => {
    const image = imageFor(name);
    const folder = await mkdtemp(join(tmpdir(), 'ecar-pool-e2e-import-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755);
    const there = join(folder, 'there');
    await cp(join(IMPORTS, name), there, { recursive: true });
    if (name === 'tls') await createCertificate(join(there, 'tls'));
    const from = ['pgbouncer.ini', 'docker-compose.yml', 'compose.yaml'].find((file) =>
      existsSync(join(there, file)),
    );
    const ecar = (...args: string[]) =>
      run('ecar-pool', args, {
        cwd: folder,
        env: { PATH: `${inject('installed')}/bin:${process.env['PATH']}` },
      });
    await ecar('init', '--from', join('there', from ?? ''), '--name', 'imported', '--pgbouncer-image', image);
    await ecar('render');

    const original = existsSync(join(there, 'container')) ? join(there, 'container') : there;
    const rendered = join(folder, 'stack/prod/pgbouncer');
    const port =
      /^listen_port = (\d+)$/m.exec(readFileSync(join(rendered, 'pgbouncer.ini'), 'utf8'))?.[1] ?? '';
    const before = await FolderContainer.start(image, original, port);
    onTestFinished(() => before.remove());
    const after = await FolderContainer.start(image, rendered, port);
    onTestFinished(() => after.remove());

    expect(await readConfig(after)).toEqual(await readConfig(before));
    expect(await after.show('DATABASES')).toEqual(await before.show('DATABASES'));
    const byName = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) =>
      (a['name'] ?? '') < (b['name'] ?? '') ? -1 : 1;
    expect((await after.show('USERS')).sort(byName)).toEqual((await before.show('USERS')).sort(byName));
  });
});

it('there must be files in a dozen styles and more', () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(12);
});

async function readConfig(container: FolderContainer): Promise<Readonly<Record<string, string>>> {
  const rows = await container.show('CONFIG');
  expect(rows.length).toBeGreaterThan(60);
  const entries = rows.flatMap(({ key = '', value = '' }) => {
    if (Object.hasOwn(DIFFERENT, key)) return [];
    // NULL and an empty text mean the same to PgBouncer: nothing.
    const text = value === 'NULL' ? '' : value;
    const names = text.split(/[\s,]+/).filter((part) => part !== '');
    return [[key, LISTS.includes(key) ? names.sort().join(',') : text] as const];
  });
  return Object.fromEntries(entries);
}

/** A certificate of this run's own: none lies in the repository. */
async function createCertificate(folder: string): Promise<void> {
  const files = ['-keyout', join(folder, 'server.key'), '-out', join(folder, 'server.crt')];
  await run('mkdir', ['-p', folder], { cwd: process.cwd() });
  await run(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=pool', ...files],
    { cwd: process.cwd() },
  );
  await chmod(join(folder, 'server.key'), 0o644);
}
