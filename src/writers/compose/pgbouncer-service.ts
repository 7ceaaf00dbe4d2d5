import { countOpenFiles } from '../../stack/connections.ts';
import type { Stack } from '../../stack/stack.ts';
import { COMMAND_WITH_ROTATION, LOG_VOLUME } from '../monitoring/log-rotation.ts';
import { CONFIG_FOLDER, hashRestartSettings, LOG_FOLDER } from '../pgbouncer-ini.ts';
import { commonParts, mountFolder, readyCheck, type Service } from './service.ts';

/** The pool itself: configured by its mounted files only, because its image reads its environment once. */
export function pgbouncerService(stack: Stack): Service {
  const { pgbouncer, client, postgres, monitoring } = stack;
  const hasLogFile = monitoring.log !== undefined;
  const { labels, ...common } = commonParts(stack, 'pgbouncer');
  const files = countOpenFiles(stack);
  return {
    image: pgbouncer.image,
    ...common,
    labels: { ...(labels as object), 'ecar-pool.restart-hash': hashRestartSettings(stack) },
    ports: [
      { host_ip: pgbouncer.bind, target: pgbouncer.port, published: String(pgbouncer.port), protocol: 'tcp' },
    ],
    ...(hasLogFile ? { command: COMMAND_WITH_ROTATION } : {}),
    // The folder, not its files: a file that is replaced by a rename would stay the old one inside.
    volumes: [
      mountFolder('./pgbouncer', CONFIG_FOLDER),
      ...(hasLogFile ? [{ type: 'volume', source: LOG_VOLUME, target: LOG_FOLDER }] : []),
    ],
    ...(postgres.kind === 'own' ? { depends_on: { [postgres.host]: { condition: 'service_healthy' } } } : {}),
    healthcheck: readyCheck(pgbouncer.port, client.user, client.database),
    // Since PgBouncer 1.23 SIGTERM waits for every client to leave; SIGINT waits for running transactions.
    stop_signal: 'SIGINT',
    stop_grace_period: '30s',
    ulimits: { nofile: { soft: files, hard: files } },
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  };
}
