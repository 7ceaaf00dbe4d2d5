import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScramVerifier } from '../../src/credentials/scram.ts';
import { freePort } from '../support/free-port.ts';
import { eventually } from './support/eventually.ts';
import { IMAGES } from './support/images.ts';
import { run } from './support/run.ts';
import { logInSlowly } from './support/slow-login.ts';

const docker = (...args: string[]) => run('docker', args, { cwd: process.cwd() });

/** What `rotate` reads userlist.txt anew for, and verify names as a cause: see mixesKeys in src/deploy. */
describe.each([
  [IMAGES.pgbouncer126, 'a verifier', 'incorrect server signature'],
  [IMAGES.pgbouncer126, 'the password', 'ok'],
  [IMAGES.pgbouncer124, 'a verifier', 'ok'],
])('%s, whose list has %s, that another one takes the place of', (image, form, outcome) => {
  let folder = '';
  let id = '';
  let port = 0;
  const logIn = (password: string, meanwhile?: () => Promise<void>) =>
    logInSlowly({ port, user: 'app', password, database: 'app', ...(meanwhile && { meanwhile }) });
  const secrets = new Map<string, string>();
  let writes = 0;
  /** Another file each time: PgBouncer reads none that looks the same. A comment tells it apart from others. */
  const write = async (password: string) => {
    const path = join(folder, 'userlist.txt');
    writes += 1;
    await writeFile(`${path}.next`, `;${'.'.repeat(writes)}\n"app" "${secrets.get(password)}"\n`, {
      mode: 0o644,
    });
    await rename(`${path}.next`, path);
  };
  const countReloads = async () => (await docker('logs', id)).stderr.split('got SIGHUP').length;
  const reload = async () => {
    const before = await countReloads();
    await docker('kill', '-s', 'HUP', id);
    await eventually(async () => expect(await countReloads()).toBeGreaterThan(before));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ecar-pool-e2e-keys-'));
    port = await freePort();
    for (const password of ['old', 'new']) {
      const verifier = await createScramVerifier({ password, salt: randomBytes(16), iterations: 4096 });
      secrets.set(password, form === 'a verifier' ? verifier : password);
    }
    await write('old');
    // Nothing is there to go on to: who PgBouncer lets in is told before that.
    const ini = `[databases]\napp = host=127.0.0.1 port=1\n[pgbouncer]\nlisten_addr = *\nlisten_port = 6432
unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = /etc/pgbouncer/userlist.txt\n`;
    await writeFile(join(folder, 'pgbouncer.ini'), ini);
    await run('chmod', ['-R', 'a+rX', folder], { cwd: folder });
    const { stdout } = await docker(
      ...['run', '-d', '--label', 'ecar-pool-e2e=keys', '-p', `127.0.0.1:${port}:6432`],
      ...['-v', `${folder}:/etc/pgbouncer:ro`, image],
    );
    id = stdout.trim();
    await eventually(async () => expect(await logIn('old')).toBe('ok'));
  });
  afterAll(async () => {
    if (id !== '') await docker('rm', '-f', id);
    await rm(folder, { recursive: true });
  });

  it('must go by the new one after a reload in which nobody was logging in', async () => {
    await write('new');
    await reload();
    expect([await logIn('new'), await logIn('old')]).toEqual(['ok', 'SASL authentication failed']);
    await write('old');
    await reload();
    expect(await logIn('old')).toBe('ok');
  });

  it(`must tell who knows the new one after a login by the old one was under way: ${outcome}`, async () => {
    const slow = await logIn('old', async () => {
      await write('new');
      await reload();
      expect(await logIn('new')).toBe('ok');
    });
    expect(slow).toBe('ok');
    expect([await logIn('new'), await logIn('new')]).toEqual([outcome, outcome]);
    // The fix that verify names.
    await utimes(join(folder, 'userlist.txt'), new Date(), new Date(Date.now() + 60_000));
    await reload();
    expect([await logIn('new'), await logIn('old')]).toEqual(['ok', 'SASL authentication failed']);
  });
});
