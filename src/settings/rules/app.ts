import { OWN_VARIABLES } from '../../stack/dotenv-names.ts';
import { isFloatingImage } from '../../stack/image.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { isSecretName } from '../conceal-secrets.ts';
import type { Findings } from '../finding.ts';
import { nearestName } from '../nearest.ts';
import type { Settings } from '../schema.ts';
import { chooseClient } from '../secret-uses.ts';
import { listServiceNames } from '../service-names.ts';
import { checkSecretReference } from './secret-reference.ts';

type Sections = Pick<Settings, 'app' | 'databases' | 'users' | 'pgbouncer' | 'postgres' | 'monitoring'>;
type AppSettings = Omit<Sections, 'app' | 'monitoring'> & { app: NonNullable<Settings['app']> };

/** The application's image, its place beside the other services, and that what it uses is there. */
export function checkApp(settings: Sections, found: Findings): void {
  const { app, databases, users, pgbouncer, postgres, monitoring } = settings;
  if (app === undefined) return;
  checkImage(app, found);
  checkEnvironment(app, found);
  checkDatabases({ app, databases, users, pgbouncer, postgres }, found);
  checkVolumes(app, found);
  // Postgres's name is kept free where someone else runs it, too: one day the stack may.
  if (listServiceNames({ postgres: {}, monitoring }).includes(app.service)) {
    const message = `\`${app.service}\` is a service of the stack itself`;
    found.value('app-service', ['app', 'service'], message, 'choose another name');
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

/** An app must not write into what Postgres, or what watches the pool, takes for its own, now or one day. */
function checkVolumes({ volumes }: AppSettings['app'], found: Findings): void {
  const own: readonly string[] = Object.values(VOLUMES);
  for (const [index, volume] of volumes.entries()) {
    const name = volume.slice(0, volume.indexOf(':'));
    if (!own.includes(name)) continue;
    const message = `\`${name}\` is a volume of the stack itself`;
    found.value('own-volume', ['app', 'volumes', index], message, 'choose another name');
  }
}

function checkEnvironment({ environment, secrets }: AppSettings['app'], found: Findings): void {
  const isFile = (name: string) => name === 'DB_PASSWORD' || typeof environment[name] === 'object';
  for (const [name, value] of Object.entries(environment)) {
    const path = ['app', 'environment', name];
    const given = secrets === 'files' ? /^(.+)_FILE$/.exec(name)?.[1] : undefined;
    if (given !== undefined && isFile(given)) {
      const message = `\`app.secrets: files\` sets \`${name}\` to where \`${given}\` lies`;
      found.key('own-variable', path, message, 'remove it, or rename it');
    }
    if (typeof value !== 'object') {
      // NAME_FILE names a file by custom.
      if (
        typeof value === 'string' &&
        isSecretName(name) &&
        !/^\d*$/.test(value) &&
        !name.endsWith('_FILE')
      ) {
        const message = `\`${name}\` looks like a secret, and this file is for version control`;
        const fix = `write \`${name}: { env: ${name} }\`, and the value into .env.<environment>`;
        found.warn('inline-secret', path, message, fix);
      }
      continue;
    }
    checkSecretReference(value, path, found);
    if (OWN_VARIABLES.has(name))
      found.key('own-variable', path, `\`${name}\` is set by ecar-pool itself`, 'remove it, or rename it');
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
  const login = Object.hasOwn(settings.users, user) ? settings.users[user] : undefined;
  if (login !== undefined && login.password === undefined)
    found.value(
      'app-user',
      app.user === undefined ? ['app'] : ['app', 'user'],
      `the settings do not know the password of ${JSON.stringify(user)}, with which the application logs in`,
      `give \`users.${user}\` a \`password\``,
    );
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
