import { expect, it } from 'vitest';
import { listSettings } from '../../src/settings/list-settings.ts';
import { load, SECRETS, SETTINGS } from './support.ts';

it('every value in force must say where it comes from', async () => {
  const settings = SETTINGS.replace(
    'environments: { dev: {}, prod: {} }',
    'pgbouncer:\n  port: 6000\n  min_pool_size: 1\nenvironments:\n  prod:\n    pgbouncer: { min_pool_size: 2 }\n',
  );
  const {
    settings: checked,
    tree,
    stack,
  } = await load(settings, {
    env: { ...SECRETS, PGBOUNCER_MAX_CLIENT_CONN: '7' },
    files: { '.env.prod': '# overrides\nPGBOUNCER_DEFAULT_POOL_SIZE=9\n' },
  });
  const origins = new Map(
    listSettings(checked, tree, stack, { builtIn: false }).map(({ path, value, origin }) => [
      path,
      [value, origin],
    ]),
  );
  expect(origins.get('name')).toEqual(['ecar', 'ecar-pool.yaml:1']);
  expect(origins.get('pgbouncer.port')).toEqual([6000, 'ecar-pool.yaml:9']);
  expect(origins.get('pgbouncer.min_pool_size')).toEqual([2, 'ecar-pool.yaml:13 (environments.prod)']);
  expect(origins.get('pgbouncer.max_client_conn')).toEqual([
    7,
    'PGBOUNCER_MAX_CLIENT_CONN in the environment',
  ]);
  expect(origins.get('pgbouncer.default_pool_size')).toEqual([
    9,
    '.env.prod:2 (PGBOUNCER_DEFAULT_POOL_SIZE in .env.prod)',
  ]);
  expect(origins.get('pgbouncer.bind')).toEqual(['127.0.0.1', 'default']);
  expect(origins.get('pgbouncer.pool_mode')).toEqual(['transaction', 'default']);
  expect(origins.get('databases.ecar_db.users')).toEqual([['ecar_user'], 'ecar-pool.yaml:4']);
  expect(origins.get('users.ecar_user.password')).toEqual(['[redacted]', 'DB_PASSWORD in the environment']);
});

it("Grafana's password must say where it lies", async () => {
  const monitoring = 'monitoring: { prometheus: {}, grafana: { password: { env: DB_PASSWORD } } }\n';
  const stats = '\nusers:\n  stats: { password: { env: DB_PASSWORD }, role: stats }';
  const withStats = SETTINGS.replace('\nusers:', stats);
  const { settings, tree, stack } = await load(`${withStats}${monitoring}`);
  expect(listSettings(settings, tree, stack, { builtIn: false })).toContainEqual({
    path: 'monitoring.grafana.password',
    value: '[redacted]',
    origin: 'DB_PASSWORD in the environment',
  });
});

it('no secret may be listed', async () => {
  const { settings, tree, stack } = await load(
    `${SETTINGS}app: { image: example.com/app:1, environment: { KEY: { env: DB_PASSWORD }, DEBUG: 0 } }\n`,
  );
  const listed = JSON.stringify(listSettings(settings, tree, stack, { builtIn: false }));
  for (const secret of Object.values(SECRETS)) expect(listed).not.toContain(secret);
  expect(listed).toContain('app.environment.DEBUG');
});

it('what is left to PgBouncer must be listed on demand, as its release takes it', async () => {
  const image = 'pgbouncer: { image: example.com/pgbouncer:1.24.1, query_timeout: 90s }\n';
  const { settings, tree, stack } = await load(SETTINGS + image);
  const listed = listSettings(settings, tree, stack, { builtIn: true });
  const values = new Map(listed.map(({ path, value, origin }) => [path, [value, origin]]));
  expect(values.get('pgbouncer.query_timeout')?.[0]).toBe(90);
  expect(values.get('pgbouncer.query_wait_timeout')).toEqual([120, 'PgBouncer 1.24.1']);
  // 1.25 took the query away, 1.26 this list and this setting; 1.26 brought pools that end.
  expect(values.get('pgbouncer.server_check_query')).toEqual(['select 1', 'PgBouncer 1.24.1']);
  expect(values.get('pgbouncer.track_extra_parameters')).toEqual(['IntervalStyle', 'PgBouncer 1.24.1']);
  expect(values.get('pgbouncer.suspend_timeout')).toEqual([10, 'PgBouncer 1.24.1']);
  expect(values.has('pgbouncer.pool_idle_timeout')).toBe(false);
  expect(values.get('pgbouncer.pool_mode')).toEqual(['transaction', 'default']);
});
