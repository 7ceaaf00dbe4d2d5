import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import { nearestName } from '../nearest.ts';
import type { Settings } from '../schema.ts';
import { checkSecretReference } from './secret-reference.ts';

/** The application's image, and that what it uses is there. */
export function checkApp(settings: Settings, found: Findings): void {
  const { app, databases } = settings;
  if (app === undefined) return;
  if ((app.build === undefined) === (app.image === undefined)) {
    found.key(
      'app-image',
      ['app'],
      '`app` must have `build` or `image`, one of them',
      'give the folder with its Dockerfile, or an image',
    );
  }
  if (app.image !== undefined && isFloatingImage(app.image)) {
    found.warn(
      'floating-image',
      ['app', 'image'],
      `${app.image} is not pinned: pulling it again may give another version`,
      'name a version',
    );
  }
  for (const [name, value] of Object.entries(app.environment)) {
    if (typeof value === 'object') checkSecretReference(value, ['app', 'environment', name], found);
  }
  if (app.service === 'pgbouncer' || app.service === 'postgres') {
    found.value(
      'app-service',
      ['app', 'service'],
      `\`${app.service}\` is a service of the stack itself`,
      'choose another name',
    );
  }
  for (const key of ['database', 'session_database'] as const) {
    const name = app[key];
    if (name === undefined || Object.hasOwn(databases, name)) continue;
    const nearest = nearestName(name, Object.keys(databases));
    found.value(
      'unknown-database',
      ['app', key],
      `there is no database ${JSON.stringify(name)}`,
      nearest === undefined ? 'add it under `databases`' : `did you mean \`${nearest}\`?`,
    );
  }
  const database = app.database ?? Object.keys(databases)[0];
  const users = database === undefined ? [] : (databases[database]?.users ?? []);
  if (app.user !== undefined && users.length > 0 && !users.includes(app.user)) {
    found.value(
      'app-user',
      ['app', 'user'],
      `${JSON.stringify(app.user)} is not among the users of ${JSON.stringify(database)}`,
      `list it there, or use one of ${users.join(', ')}`,
    );
  }
}

/** Limits for services that the stack has. */
export function checkResources(settings: Settings, found: Findings): void {
  const services = [
    'pgbouncer',
    ...(settings.postgres.host === undefined ? ['postgres'] : []),
    ...(settings.app ? [settings.app.service] : []),
  ];
  for (const service of Object.keys(settings.resources)) {
    if (services.includes(service)) continue;
    found.key(
      'unknown-service',
      ['resources', service],
      `the stack has no service ${JSON.stringify(service)}`,
      `the services are ${services.join(', ')}`,
    );
  }
}
