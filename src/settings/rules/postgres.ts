import { isFloatingImage } from '../../stack/image.ts';
import type { Findings } from '../finding.ts';
import type { Settings } from '../schema.ts';
import type { Path } from '../tree.ts';
import { postgresMajorOf } from '../versions.ts';
import { checkFloating } from './images.ts';
import { explainRoleName } from './role-name.ts';
import { checkSecretReference } from './secret-reference.ts';

/** Settings of Postgres that the pool hangs on, each with where it is decided. */
const OWNED: ReadonlyMap<string, readonly [reason: string, fix: string]> = new Map([
  ['port', ['the pool must know it too', 'set `postgres.port` instead']],
  [
    'max_connections',
    ['it is decided beside the pools that must fit it', 'set `postgres.max_connections` instead'],
  ],
  ['password_encryption', ['it follows `pgbouncer.auth_type`', 'remove the line']],
  ['listen_addresses', ['it stays `*`, or the pool could not reach the server', 'remove the line']],
]);

/** A server of someone else's is not where PgBouncer is. */
export function checkHost(host: string, path: Path, found: Findings): void {
  if (/^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host))
    found.value(
      'postgres-host',
      path,
      `${host} is the container of PgBouncer itself`,
      'name the server as the container reaches it: its service in the same network, or host.docker.internal where Docker Desktop gives that name',
    );
}

/** One server, either of the two kinds, and only with what its kind can use. */
export function checkPostgres(settings: Pick<Settings, 'postgres' | 'users'>, found: Findings): void {
  const { image, host, user, password, version } = settings.postgres;
  const at = ['postgres'];
  if ((image === undefined) === (host === undefined)) {
    const message =
      image === undefined ? '`postgres` needs `image` or `host`' : '`postgres` has both `image` and `host`';
    found.key(
      'postgres-kind',
      at,
      message,
      'give `image` for a Postgres that the stack runs, or `host` for one that someone else runs',
    );
    return;
  }
  if (host !== undefined) {
    checkHost(host, [...at, 'host'], found);
    for (const key of ['password', 'version'] as const) {
      if (settings.postgres[key] === undefined) continue;
      found.key(
        'external-postgres',
        [...at, key],
        `\`postgres.${key}\` has no use with \`host\`: ecar-pool does not run that server`,
        'remove the line',
      );
    }
    if (Object.keys(settings.postgres.settings).length > 0) {
      found.key(
        'external-postgres',
        [...at, 'settings'],
        '`postgres.settings` has no use with `host`: ecar-pool does not run that server',
        'remove the block',
      );
    }
    return;
  }
  if (image !== undefined && isFloatingImage(image))
    checkFloating(['postgres', 'image'], image, 'postgres:17', found);
  else if (found.isRefused([...at, 'version'])) return;
  else if (postgresMajorOf(settings) === undefined) {
    found.value(
      'postgres-version',
      [...at, 'image'],
      `the tag of ${image} does not tell Postgres's version`,
      'add `version: 17`, or whichever it is, below it',
    );
  } else if ((postgresMajorOf(settings) ?? 0) < 14) {
    found.value(
      'postgres-version',
      [...at, version === undefined ? 'image' : 'version'],
      `Postgres ${postgresMajorOf(settings)} is out of support`,
      'use 14 or newer',
    );
  }
  if (password === undefined) {
    found.value(
      'missing-key',
      [...at, 'password'],
      '`postgres.password` is missing',
      'add `password: { env: POSTGRES_PASSWORD }`: the server that the stack runs needs one for its superuser',
    );
  }
  for (const key of Object.keys(settings.postgres.settings)) {
    const [reason, fix] = OWNED.get(key.toLowerCase()) ?? [];
    if (reason === undefined || fix === undefined) continue;
    const at = ['postgres', 'settings', key];
    found.key('owned-setting', at, `\`${key}\` cannot be set here: ${reason}`, fix);
  }
  if (password !== undefined) checkSecretReference(password, [...at, 'password'], found);
  // initdb puts quotes around the name and does not double those in it.
  const unfit = user.includes('"') ? 'initdb cannot quote a double quote' : explainRoleName(user);
  if (unfit !== undefined) {
    const message = `the superuser cannot be called ${JSON.stringify(user)}: ${unfit}`;
    found.value('user-name', [...at, 'user'], message, 'choose another name');
  }
  if (Object.hasOwn(settings.users, user)) {
    found.key(
      'superuser',
      ['users', user],
      `\`${user}\` is the superuser of the Postgres that the stack runs`,
      'use another name: applications do not log in as the superuser',
    );
  }
}
