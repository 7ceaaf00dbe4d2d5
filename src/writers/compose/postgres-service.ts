import { escapeInterpolation } from '../../formats/compose-yaml.ts';
import type { OwnPostgres, Stack } from '../../stack/stack.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { INIT_FOLDER } from '../role-sql.ts';
import { POSTGRES_LOG_MOUNT, POSTGRES_LOG_SETTINGS } from './postgres-log.ts';
import { secretFile, secretFiles } from './secret-files.ts';
import { commonParts, mountFolder, readyCheck, type Service } from './service.ts';

/** Its superuser's password, in `.env`. */
const PASSWORD = 'POSTGRES_PASSWORD';

/** The Postgres of the stack, with passwords stored the way that the pool's auth_type needs. */
export function postgresService(postgres: OwnPostgres, stack: Stack): Service {
  const database = stack.databases.find(({ name }) => name === stack.client.database);
  return {
    image: postgres.image,
    ...commonParts(stack, postgres.host),
    command: ['postgres', ...settingArguments(postgres, stack)],
    environment: {
      POSTGRES_USER: escapeInterpolation(postgres.user),
      POSTGRES_PASSWORD_FILE: secretFile(PASSWORD),
      POSTGRES_DB: 'postgres',
      // What pg_hba.conf says is settled at the first boot. Its md5 lets in roles of both kinds, each by its own
      // (auth-password in Postgres's manual), so that auth_type can change later.
      POSTGRES_INITDB_ARGS: '--auth-host=md5',
      POSTGRES_HOST_AUTH_METHOD: 'md5',
    },
    ...secretFiles([PASSWORD]),
    volumes: [
      { type: 'volume', source: VOLUMES.postgresData, target: dataFolder(postgres.version) },
      mountFolder('./postgres/initdb.d', INIT_FOLDER),
      ...(isLogRead(stack) ? [POSTGRES_LOG_MOUNT] : []),
    ],
    healthcheck: readyCheck(postgres.port, stack.client.user, database?.dbname ?? 'postgres'),
    stop_grace_period: '60s',
  };
}

/** What the pool relies on comes first; the settings file has the last word on all else. */
function settingArguments(postgres: OwnPostgres, stack: Stack): string[] {
  const settings = new Map([
    ['port', String(postgres.port)],
    ['max_connections', String(postgres.max_connections)],
    ['password_encryption', stack.pgbouncer.auth_type === 'md5' ? 'md5' : 'scram-sha-256'],
    // Ends the query of a client that is gone; else its backend runs on beside the one that PgBouncer opens anew.
    ['client_connection_check_interval', '10s'],
    ...(isLogRead(stack) ? POSTGRES_LOG_SETTINGS : []),
    ...postgres.settings,
  ]);
  return [...settings].flatMap(([name, value]) => ['-c', escapeInterpolation(`${name}=${value}`)]);
}

function isLogRead({ monitoring }: Stack): boolean {
  return monitoring.pgbadger?.postgres === true;
}

/** The official image moved its data folder with 18 (docker-library/postgres#1259). */
function dataFolder(major: number): string {
  return major >= 18 ? '/var/lib/postgresql' : '/var/lib/postgresql/data';
}
