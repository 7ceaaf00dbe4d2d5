import { writePostgresUrl } from '../../formats/url.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import type { Stack } from '../../stack/stack.ts';
import type { Rendering } from '../rendering.ts';

/** In the output folder: what the exporter's container mounts. */
export const EXPORTER_FOLDER = 'monitoring/exporter';
export const CONNECTION_FILE = 'connection-string';

/** How the exporter logs in to PgBouncer's console; nothing where it is switched off. */
export function writeExporterFiles({ stack }: Rendering): readonly PlannedFile[] {
  if (stack.monitoring.prometheus === undefined) return [];
  const user = stack.users.find(({ roles, password }) => roles.includes('stats') && password !== undefined);
  if (user?.password === undefined) throw new Error('an exporter without a stats user reached a writer');
  const text = writePostgresUrl({
    user: user.name,
    password: user.password.reveal(),
    host: 'pgbouncer',
    port: stack.pgbouncer.port,
    database: 'pgbouncer',
    parameters: [
      ['sslmode', sslmode(stack)],
      // A pool that hangs must not hold up the answer for longer than Prometheus waits for it.
      ['connect_timeout', '5'],
    ],
  });
  // Readable for the image's own user: the folder above, 0700, keeps other users of the host out.
  return [{ path: `${EXPORTER_FOLDER}/${CONNECTION_FILE}`, mode: 0o644, text: `${text}\n` }];
}

/** TLS where PgBouncer insists on it; the network is the stack's own. */
function sslmode({ pgbouncer }: Stack): string {
  const wanted = pgbouncer.settings.get('client_tls_sslmode') ?? 'disable';
  return /^(require|verify-)/.test(wanted) ? 'require' : 'disable';
}
