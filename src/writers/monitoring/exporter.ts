import { writePostgresUrl } from '../../formats/url.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import { identityFor, requiresTls } from '../../stack/client-tls.ts';
import type { Identity } from '../../stack/stack.ts';
import type { Rendering } from '../rendering.ts';

/** In the output folder: what the exporter's container mounts. */
export const EXPORTER_FOLDER = 'monitoring/exporter';
export const CONNECTION_FILE = 'connection-string';

/** How the exporter logs in to PgBouncer's console; nothing where it is switched off. */
export function writeExporterFiles({ stack }: Rendering): readonly PlannedFile[] {
  if (stack.monitoring.prometheus === undefined) return [];
  const isByCertificate = stack.pgbouncer.auth_type === 'cert';
  const user = stack.users.find(
    ({ roles, password, identity }) =>
      roles.includes('stats') && (isByCertificate ? identity : password) !== undefined,
  );
  if (user === undefined) throw new Error('an exporter without a stats user reached a writer');
  const text = writePostgresUrl({
    user: user.name,
    password: user.password?.reveal() ?? '',
    host: 'pgbouncer',
    port: stack.pgbouncer.port,
    database: 'pgbouncer',
    parameters: [
      // The network is the stack's own: who answers there need not prove who it is.
      ['sslmode', requiresTls(stack) ? 'require' : 'disable'],
      ...identityParameters(identityFor(user, stack)),
      // A pool that hangs must not hold up the answer for longer than Prometheus waits for it.
      ['connect_timeout', '5'],
    ],
  });
  // Readable for the image's own user: the folder above, 0700, keeps other users of the host out.
  return [{ path: `${EXPORTER_FOLDER}/${CONNECTION_FILE}`, mode: 0o644, text: `${text}\n` }];
}

/** In the string itself, as the exporter's driver takes it (sslinline of lib/pq): it refuses key files of other owners. */
function identityParameters(identity: Identity | undefined): [name: string, value: string][] {
  if (identity === undefined) return [];
  return [
    ['sslinline', 'true'],
    ['sslcert', identity.sslcert],
    ['sslkey', identity.sslkey.reveal()],
  ];
}
