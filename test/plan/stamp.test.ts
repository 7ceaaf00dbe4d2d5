import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../src/plan/apply.ts';
import { readStamp, writeStamp } from '../../src/plan/stamp.ts';
import { InterruptedError } from '../../src/problems/errors.ts';
import { runToEnd } from '../support/fake-world.ts';
import { tempFolder, tempProject } from '../support/temp-project.ts';

const STAMP = '.ecar-pool-stamp.json';
/** The clock of a file system is coarse: a file that was written just before may look newer than it is. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

async function render(cwd: string, { env = {}, args = ['--env', 'prod'] } = {}) {
  await settle();
  const result = await runToEnd(['render', ...args], { cwd, env });
  expect(result).toMatchObject({ exitCode: 0, err: '' });
  return result.out;
}

const read = (cwd: string, env: Record<string, string> = {}) =>
  readStamp(join(cwd, 'stack/prod'), { config: join(cwd, 'ecar-pool.yaml'), env: 'prod' }, env);

const withSecretFile = () => {
  const cwd = tempProject(
    `name: ecar
postgres: { image: postgres:17, password: { env: POSTGRES_PASSWORD } }
databases: { ecar_db: { users: [ecar_user] } }
users:
  ecar_user: { password: { file: password.txt } }
  pgbouncer: { password: { env: PGBOUNCER_ADMIN_PASSWORD }, role: admin }
environments: { prod: {} }
`,
  );
  writeFileSync(join(cwd, 'password.txt'), 'of-a-file');
  return cwd;
};

describe('the stamp of a render', () => {
  it('must say the same as a render that looks for itself', async () => {
    const cwd = tempProject();
    await render(cwd);
    expect(await read(cwd)).toBeDefined();
    const stamped = await render(cwd);
    const json = await render(cwd, { args: ['--env', 'prod', '--json'] });
    rmSync(join(cwd, 'stack/prod', STAMP));
    expect(await render(cwd)).toBe(stamped);
    rmSync(join(cwd, 'stack/prod', STAMP));
    expect(await render(cwd, { args: ['--env', 'prod', '--json'] })).toBe(json);
  });

  it('must be believed: a render with it reads no settings', async () => {
    const cwd = tempProject();
    await render(cwd);
    const path = join(cwd, 'stack/prod', STAMP);
    const { sources } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(join(cwd, 'ecar-pool.yaml'), 'no: [settings');
    await settle();
    const plan = [{ path: '.env', mode: 0o600, text: readFileSync(join(cwd, 'stack/prod/.env'), 'utf8') }];
    const asked = { config: join(cwd, 'ecar-pool.yaml'), env: 'prod' };
    const rendered = { environment: 'prod', sources, plan };
    await writeStamp(join(cwd, 'stack/prod'), asked, rendered, { env: {}, since: Date.now() });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await render(cwd)).toBe('unchanged  stack/prod/.env  up to date\n');
    // `--check` looks for itself.
    expect(await runToEnd(['render', '--env', 'prod', '--check'], { cwd })).toMatchObject({ exitCode: 2 });
  });

  it.each<[string, (cwd: string) => void]>([
    ['a comment in the settings', (cwd) => appendFileSync(join(cwd, 'ecar-pool.yaml'), '# more\n')],
    ['a variable in a file', (cwd) => appendFileSync(join(cwd, '.env.prod'), "OTHER='x'\n")],
    ['a file of variables that was not there', (cwd) => writeFileSync(join(cwd, '.env'), '')],
    ['the mode of a file of secrets', (cwd) => chmodSync(join(cwd, '.env.prod'), 0o640)],
    ['a rendered file', (cwd) => appendFileSync(join(cwd, 'stack/prod/docker-compose.yml'), '# x\n')],
    ['the manifest', (cwd) => appendFileSync(join(cwd, 'stack/prod/.ecar-pool.json'), '\n')],
    ['the mode of a rendered file', (cwd) => chmodSync(join(cwd, 'stack/prod/.env'), 0o644)],
    ['the mode of the folder', (cwd) => chmodSync(join(cwd, 'stack/prod'), 0o755)],
    ['the mode of a folder in it', (cwd) => chmodSync(join(cwd, 'stack/prod/pgbouncer'), 0o700)],
    ['a rendered file that is gone', (cwd) => rmSync(join(cwd, 'stack/prod/pg_service.conf'))],
    [
      'a link in place of a rendered file',
      (cwd) => {
        renameSync(join(cwd, 'stack/prod/.env'), join(cwd, 'real'));
        symlinkSync(join(cwd, 'real'), join(cwd, 'stack/prod/.env'));
      },
    ],
    [
      'a folder in place of a file of variables',
      (cwd) => {
        rmSync(join(cwd, '.env.prod'));
        mkdirSync(join(cwd, '.env.prod'), 0o600);
      },
    ],
    ['a stamp cut short', (cwd) => writeFileSync(join(cwd, 'stack/prod', STAMP), '{"files":[')],
    ['a stamp of nothing', (cwd) => writeFileSync(join(cwd, 'stack/prod', STAMP), '{}')],
  ])('must not hold after a change of %s', async (_, change) => {
    const cwd = tempProject();
    await render(cwd);
    expect(await read(cwd)).toBeDefined();
    change(cwd);
    expect(await read(cwd)).toBeUndefined();
  });

  it('must not hold after a change of a secret in a file', async () => {
    const cwd = withSecretFile();
    await render(cwd);
    expect(await read(cwd)).toBeDefined();
    writeFileSync(join(cwd, 'password.txt'), 'another-one');
    expect(await read(cwd)).toBeUndefined();
    expect(await render(cwd)).toContain('updated    stack/prod/pgbouncer/userlist.txt');
  });

  it.each([
    ['a secret', { DB_PASSWORD: 'from-outside' }],
    ['an override', { PGBOUNCER_DEFAULT_POOL_SIZE: '7' }],
  ])('must not hold where %s comes from the environment', async (_, env) => {
    const cwd = tempProject();
    await render(cwd);
    expect(await read(cwd, { HOME: '/elsewhere' })).toBeDefined();
    expect(await read(cwd, env)).toBeUndefined();
    await render(cwd, { env });
    expect(await read(cwd, env)).toBeDefined();
    expect(await read(cwd)).toBeUndefined();
  });

  it('must not hold for other settings or another environment in the same folder', async () => {
    const cwd = tempProject();
    const out = join(cwd, 'out');
    const config = join(cwd, 'ecar-pool.yaml');
    await render(cwd, { args: ['--env', 'prod', '--out', 'out'] });
    expect(await readStamp(out, { config, env: 'prod' }, {})).toBeDefined();
    expect(await readStamp(out, { config, env: 'dev' }, {})).toBeUndefined();
    expect(await readStamp(out, { config, env: undefined }, {})).toBeUndefined();
    expect(await readStamp(out, { config: join(cwd, 'other.yaml'), env: 'prod' }, {})).toBeUndefined();
    expect(await render(cwd, { args: ['--out', 'out'] })).toContain('updated    out/docker-compose.yml');
    expect(await readStamp(out, { config, env: undefined }, {})).toMatchObject({ environment: 'dev' });
  });

  it('must go before a render touches a file, so that a killed one leaves none', async () => {
    const cwd = tempProject();
    await render(cwd);
    const folder = join(cwd, 'stack/prod');
    const after = { path: 'new', mode: 0o600, text: 'new' };
    const change = {
      kind: 'create' as const,
      path: 'new',
      foreign: false,
      cause: '',
      before: undefined,
      after,
    };
    const interrupted = { force: false, signal: AbortSignal.abort() };
    await expect(applyChanges([change], folder, interrupted)).rejects.toThrow(InterruptedError);
    expect(readdirSync(folder)).not.toContain(STAMP);
    expect(readdirSync(folder)).not.toContain('new');
  });

  it('must not hold in another folder: paths in the files start at theirs', async () => {
    const cwd = tempProject();
    await render(cwd);
    cpSync(join(cwd, 'stack/prod'), join(cwd, 'moved'), { recursive: true, preserveTimestamps: true });
    const asked = { config: join(cwd, 'ecar-pool.yaml'), env: 'prod' };
    expect(await readStamp(join(cwd, 'moved'), asked, {})).toBeUndefined();
  });

  it('must not be given to what changed while it was read', async () => {
    const cwd = tempProject();
    await render(cwd);
    const folder = join(cwd, 'stack/prod');
    const { sources } = JSON.parse(readFileSync(join(folder, STAMP), 'utf8'));
    const asked = { config: join(cwd, 'ecar-pool.yaml'), env: 'prod' };
    const rendered = { environment: 'prod', sources, plan: [] };
    rmSync(join(folder, STAMP));
    const since = Date.now();
    await settle();
    appendFileSync(join(cwd, '.env.prod'), '# edited just now\n');
    await writeStamp(folder, asked, rendered, { env: {}, since });
    expect(await read(cwd)).toBeUndefined();
    await settle();
    await writeStamp(folder, asked, rendered, { env: {}, since: Date.now() });
    expect(await read(cwd)).toBeDefined();
  });

  it('must not be given where there are warnings, which are said each time', async () => {
    const cwd = tempProject();
    chmodSync(join(cwd, '.env.prod'), 0o644);
    for (let time = 0; time < 2; time++) {
      await settle();
      const { err } = await runToEnd(['render', '--env', 'prod', '--quiet'], { cwd });
      expect(err).toContain('other users of this machine may read this file of secrets');
    }
    expect(await read(cwd)).toBeUndefined();
    const { out } = await runToEnd(['render', '--env', 'prod', '--json'], { cwd });
    expect(JSON.parse(out).warnings).toMatchObject([{ code: 'open-secrets', severity: 'warning' }]);
  });

  it('must not be missed where the folder cannot be written', async () => {
    const folder = join(tempFolder(), 'nowhere');
    const rendered = {
      environment: 'prod',
      sources: { files: [], variables: [], prefix: 'X', isWhole: true },
      plan: [],
    };
    const world = { env: {}, since: Date.now() };
    await expect(writeStamp(folder, { config: '/c', env: 'prod' }, rendered, world)).resolves.toBeUndefined();
  });
});
