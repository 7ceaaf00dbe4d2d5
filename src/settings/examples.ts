import type { Path } from './tree.ts';

/** What could stand at a path, for the fix of a problem; `*` is any one name. */
const EXAMPLES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    name: 'name: ecar',
    network: 'network: ecar-network',
    postgres: 'postgres: { image: postgres:17, password: { env: POSTGRES_PASSWORD } }',
    'postgres.password': 'password: { env: POSTGRES_PASSWORD }',
    databases: 'databases: { ecar_db: { users: [ecar_user] } }',
    'databases.*': '*: { users: [ecar_user] }',
    'databases.*.users': 'users: [ecar_user]',
    users: 'users: { ecar_user: { password: { env: DB_PASSWORD } } }',
    'users.*': '*: { password: { env: DB_PASSWORD } }',
    'users.*.password.env': 'env: DB_PASSWORD',
    'users.*.password.file': 'file: secrets/db_password',
    'users.*.password': 'password: { env: DB_PASSWORD }',
    pgbouncer: 'pgbouncer: { port: 6432 }',
    'pgbouncer.bind': 'bind: 127.0.0.1',
    'pgbouncer.image': 'image: edoburu/pgbouncer:v1.26.0-p0',
    'postgres.image': 'image: postgres:17',
    app: 'app: { service: django, build: ./backend }',
    'app.command': 'command: [gunicorn, ecar.wsgi]',
    'app.ports': "ports: ['127.0.0.1:8000:8000']",
    'app.volumes': "volumes: ['static_volume:/app/static']",
    'app.environment': 'environment: { DEBUG: 0 }',
    'app.environment.*': '*: { env: NAME }',
    monitoring: 'monitoring: { prometheus: {} }',
    'monitoring.prometheus': 'prometheus: {}',
    'monitoring.prometheus.retention': 'retention: 15d',
    'monitoring.grafana': 'grafana: { password: { env: GRAFANA_PASSWORD } }',
    'monitoring.log': 'log: {}',
    'monitoring.log.max_size': 'max_size: 100M',
    'monitoring.pgbadger': 'pgbadger: {}',
    'monitoring.pgbadger.every': 'every: 24h',
    resources: 'resources: { pgbouncer: { memory: 256M } }',
    'resources.*': '*: { memory: 256M }',
    'resources.*.memory': 'memory: 256M',
  }),
);

/** What to write at a path, as a line of YAML, or undefined where the expectation says enough. */
export function exampleFor(path: Path): string | undefined {
  const [top, name, ...rest] = path.map(String);
  const exact = EXAMPLES.get([top, name, ...rest].filter((step) => step !== undefined).join('.'));
  const inRecord = name === undefined ? undefined : EXAMPLES.get([top, '*', ...rest].join('.'));
  const inApp = EXAMPLES.get([top, name, '*', ...rest.slice(1)].join('.'));
  const found = exact ?? inRecord ?? (rest.length === 0 ? undefined : inApp);
  return found?.replace(/^\*/, String(path.at(-1)));
}
