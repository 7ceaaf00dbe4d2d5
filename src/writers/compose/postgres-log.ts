import { VOLUMES } from '../../stack/volumes.ts';
import type { Service } from './service.ts';

/** The volume that the log of the stack's own Postgres lies in; its image has that folder for it. */
export const POSTGRES_LOG_FOLDER = '/var/log/postgresql';

export const POSTGRES_LOG_MOUNT: Service = {
  type: 'volume',
  source: VOLUMES.postgresLog,
  target: POSTGRES_LOG_FOLDER,
};

/**
 * What pgBadger needs Postgres to log (https://pgbadger.darold.net/documentation.html), into one file for each
 * day of the week, which is begun anew a week later.
 */
export const POSTGRES_LOG_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['logging_collector', 'on'],
  ['log_destination', 'stderr'],
  ['log_directory', POSTGRES_LOG_FOLDER],
  ['log_filename', 'postgresql-%a.log'],
  // Read by another container's user; the volume itself is closed to users of the host.
  ['log_file_mode', '0644'],
  ['log_rotation_age', '1d'],
  ['log_rotation_size', '0'],
  ['log_truncate_on_rotation', 'on'],
  ['log_timezone', 'UTC'],
  ['lc_messages', 'C'],
  ['log_line_prefix', '%m [%p]: user=%u,db=%d,app=%a,client=%h '],
  ['log_checkpoints', 'on'],
  ['log_connections', 'on'],
  ['log_disconnections', 'on'],
  ['log_lock_waits', 'on'],
  ['log_temp_files', '0'],
  ['log_autovacuum_min_duration', '0'],
  // Texts of statements, values included, stand in the log: of the slow ones only.
  ['log_min_duration_statement', '1s'],
]);
