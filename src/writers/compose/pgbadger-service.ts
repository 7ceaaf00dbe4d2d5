import { posix } from 'node:path';
import { MONITORING_SERVICES } from '../../stack/monitoring.ts';
import { PGBADGER_FOLDER, PGBADGER_SCRIPT, type Pgbadger, REPORT_PROFILE } from '../../stack/pgbadger.ts';
import type { Stack } from '../../stack/stack.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { LOG_FOLDER } from '../pgbouncer-ini.ts';
import { HARDENED } from './hardened.ts';
import { POSTGRES_LOG_FOLDER } from './postgres-log.ts';
import { commonParts, mountFolder, type Service } from './service.ts';

/** There while the report before the next one is one that failed. */
const FAILED = '/tmp/failed';

/**
 * pgBadger over the logs: once on demand, or as a service that never ends. It reads what untrusted clients
 * made PgBouncer write, so it has no network, and of the volumes only its own to write to.
 */
export function pgbadgerService(pgbadger: Pgbadger, stack: Stack): Service {
  const { image, every_seconds } = pgbadger;
  const { networks: _, restart, ...common } = commonParts(stack, MONITORING_SERVICES.pgbadger);
  const isScheduled = every_seconds !== undefined;
  return {
    image,
    ...common,
    ...(isScheduled ? { restart, healthcheck: LAST_REPORT_CHECK } : { profiles: [REPORT_PROFILE] }),
    entrypoint: ['/bin/sh'],
    command: isScheduled ? ['-c', reportEvery(every_seconds)] : [PGBADGER_SCRIPT],
    // Root owns a new volume and needs no capability to write to its own; the image knows no other user.
    user: '0:0',
    network_mode: 'none',
    volumes: [
      mountFolder('./monitoring/pgbadger', posix.dirname(PGBADGER_SCRIPT)),
      { type: 'volume', source: VOLUMES.pgbouncerLog, target: LOG_FOLDER, read_only: true },
      ...(pgbadger.postgres
        ? [{ type: 'volume', source: VOLUMES.postgresLog, target: POSTGRES_LOG_FOLDER, read_only: true }]
        : []),
      { type: 'volume', source: VOLUMES.reports, target: PGBADGER_FOLDER },
    ],
    tmpfs: ['/tmp'],
    stop_grace_period: '60s',
    ...HARDENED,
  };
}

/** A report that failed shows in the service's health, and so in `verify`; its log says why. */
const LAST_REPORT_CHECK = {
  test: ['CMD-SHELL', `[ ! -e ${FAILED} ]`],
  interval: '5s',
  timeout: '5s',
  retries: 1,
};

/** The script is read each time, so that what it is given anew needs no new container; a stop waits for a report. */
function reportEvery(seconds: number): string {
  const report = `if sh ${PGBADGER_SCRIPT}; then rm -f ${FAILED}; else touch ${FAILED}; fi`;
  return `trap exit TERM; while :; do ${report}; sleep ${seconds} & wait; done`;
}
