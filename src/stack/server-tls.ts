import { CONFIG_FOLDER, configFileName } from './config-files.ts';
import type { Stack } from './stack.ts';

/** How psql goes to a server as PgBouncer does (server_tls_*), in libpq's words; each empty where libpq's own will do. */
export interface ServerTls {
  readonly sslmode: string;
  readonly sslrootcert: string;
  readonly sslcert: string;
  readonly sslkey: string;
}

/**
 * The CA only where it is to be checked: given one, libpq checks it under `require`, too, and PgBouncer does not. Where
 * the settings have none, both go by that of the system; libpq, since 16, under verify-full alone.
 * @param folder where PgBouncer's files are, for whoever runs psql
 */
export function serverTls({ pgbouncer }: Pick<Stack, 'pgbouncer'>, folder = CONFIG_FOLDER): ServerTls {
  const { settings, files } = pgbouncer;
  const mode = settings.get('server_tls_sslmode') ?? 'prefer';
  const fileOf = (setting: string) => (files.has(setting) ? `${folder}/${configFileName(setting)}` : '');
  const authority = verifiesServer({ pgbouncer }) ? fileOf('server_tls_ca_file') || 'system' : '';
  return {
    sslmode: authority === 'system' ? 'verify-full' : mode === 'prefer' ? '' : mode,
    sslrootcert: authority,
    sslcert: fileOf('server_tls_cert_file'),
    sslkey: fileOf('server_tls_key_file'),
  };
}

/** Whether PgBouncer makes sure that it is the server which answers. */
export function verifiesServer({ pgbouncer }: Pick<Stack, 'pgbouncer'>): boolean {
  return pgbouncer.settings.get('server_tls_sslmode')?.startsWith('verify-') === true;
}
