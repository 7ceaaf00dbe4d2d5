import { type PgService, writePgService } from '../formats/pg-service.ts';
import type { PlannedFile } from '../plan/file-plan.ts';
import { reachableAddress, type Stack } from '../stack/stack.ts';
import { markLines, type Rendering } from './rendering.ts';

/** Connections by name for psql on this host: `PGSERVICEFILE=… psql service=ecar_db`. */
export function writePgServiceFile(rendering: Rendering): PlannedFile {
  const use = "Use, in this folder: PGSERVICEFILE=pg_service.conf psql service=pgbouncer -c 'SHOW POOLS'";
  const services = pgServices(rendering.stack);
  const { leftOut } = writePgService(services, []);
  const notes =
    leftOut.length === 0
      ? []
      : [`Left out, because this format cannot hold their names: ${leftOut.length} of ${services.length}.`];
  return {
    path: 'pg_service.conf',
    mode: 0o644,
    text: writePgService(services, markLines(rendering, use, ...notes)).text,
  };
}

/** Each entry with its first user, and the console with its first admin. */
function pgServices({ pgbouncer, databases, users }: Stack): PgService[] {
  const address = { host: reachableAddress(pgbouncer.bind), port: pgbouncer.port };
  const admin = users.find(({ roles }) => roles.includes('admin'));
  const pooled = databases.map(({ name, users: [user = ''] }) => ({ name, ...address, dbname: name, user }));
  return admin
    ? [{ name: 'pgbouncer', ...address, dbname: 'pgbouncer', user: admin.name }, ...pooled]
    : pooled;
}
