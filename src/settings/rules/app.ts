import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import { nearestName } from '../nearest.ts';
import type { Settings } from '../schema.ts';
import { chooseClient } from '../secret-uses.ts';
import { checkSecretReference } from './secret-reference.ts';

type AppSettings = Pick<Settings, 'app' | 'databases' | 'pgbouncer'> & { app: NonNullable<Settings['app']> };

/** Variables that the rendered .env holds already; a secret of the same name would take their place. */
const OWN_VARIABLES =
  /^(?:DB_(?:NAME|USER|PASSWORD|HOST|PORT)|POSTGRES_PASSWORD|PGBOUNCER_(?:MAX_CLIENT_CONN|(?:DEFAULT|MIN|RESERVE)_POOL_SIZE))$/;

/** The application's image, its place beside the other services, and that what it uses is there. */
export function checkApp(
  settings: Pick<Settings, 'app' | 'databases' | 'pgbouncer' | 'monitoring'>,
  found: Findings,
): void {
  const { app, databases, pgbouncer, monitoring } = settings;
  if (app === undefined) return;
  checkImage(app, found);
  checkEnvironment(app, found);
  checkDatabases({ app, databases, pgbouncer }, found);
  const taken = ['pgbouncer', 'postgres', ...(monitoring.pgbadger ? ['pgbadger'] : [])];
  if (taken.includes(app.service)) {
    const message = `\`${app.service}\` is a service of the stack itself`;
    found.value('app-service', ['app', 'service'], message, 'choose another name');
  }
  for (const [index, published] of app.ports.entries()) {
    const hostPort = /(\d+):\d+(?:\/tcp)?$/.exec(published)?.[1];
    if (Number(hostPort) !== pgbouncer.port) continue;
    const message = `port ${hostPort} of the host is taken by \`pgbouncer.port\``;
    found.value('port-taken', ['app', 'ports', index], message, 'publish the app on another port');
  }
}

function checkImage({ build, image }: AppSettings['app'], found: Findings): void {
  if ((build === undefined) === (image === undefined)) {
    const message =
      build === undefined ? '`app` needs `build` or `image`' : '`app` has both `build` and `image`';
    const hint = 'give `build`, the folder with its Dockerfile, or `image`, where it is built elsewhere';
    found.key('app-image', ['app'], message, hint);
  } else if (image !== undefined && isFloatingImage(image)) {
    const message = `${image} is not pinned: pulling it again may give another version`;
    found.warn('floating-image', ['app', 'image'], message, 'name a version');
  }
}

function checkEnvironment({ environment }: AppSettings['app'], found: Findings): void {
  for (const [name, value] of Object.entries(environment)) {
    if (typeof value !== 'object') continue;
    const path = ['app', 'environment', name];
    checkSecretReference(value, path, found);
    if (OWN_VARIABLES.test(name))
      found.key(
        'own-variable',
        path,
        `\`${name}\` is set by ecar-pool itself`,
        'remove the line, or rename it',
      );
  }
}

/** The databases and the user that it logs in as. */
function checkDatabases(settings: AppSettings, found: Findings): void {
  const { app, databases, pgbouncer } = settings;
  for (const key of ['database', 'session_database'] as const) {
    const name = app[key];
    if (name === undefined || Object.hasOwn(databases, name)) continue;
    const nearest = nearestName(name, Object.keys(databases));
    const hint = nearest === undefined ? 'add it under `databases`' : `did you mean \`${nearest}\`?`;
    found.value('unknown-database', ['app', key], `there is no database ${JSON.stringify(name)}`, hint);
  }
  const { database, user } = chooseClient(settings);
  const users = Object.hasOwn(databases, database) ? (databases[database]?.users ?? []) : [];
  if (app.user !== undefined && users.length > 0 && !users.includes(app.user)) {
    const message = `${JSON.stringify(app.user)} is not among the users of ${JSON.stringify(database)}`;
    found.value('app-user', ['app', 'user'], message, `list it there, or use one of ${users.join(', ')}`);
  }
  const { session_database: name } = app;
  const session = name !== undefined && Object.hasOwn(databases, name) ? databases[name] : undefined;
  if (session === undefined) return;
  const path = ['app', 'session_database'];
  const given: Readonly<Record<string, unknown>> = pgbouncer;
  if ((session.pool_mode ?? given['pool_mode']) !== 'session')
    found.value(
      'session-database',
      path,
      `${JSON.stringify(name)} is not in session mode`,
      `give it \`pool_mode: session\` under \`databases\``,
    );
  else if (users.includes(user) && !session.users.includes(user))
    found.value(
      'session-database',
      path,
      `${JSON.stringify(user)} is not among the users of ${JSON.stringify(name)}`,
      'list it there',
    );
}
