import { requiresCertificate } from '../../stack/client-tls.ts';
import { CONFIG_FOLDER } from '../../stack/config-files.ts';
import { budgetFacts, countOpenFiles } from '../../stack/connections.ts';
import { DOCKER_HOST } from '../../stack/docker-host.ts';
import { RESTART_LABEL } from '../../stack/labels.ts';
import type { Stack } from '../../stack/stack.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { COMMAND_WITH_ROTATION } from '../monitoring/log-rotation.ts';
import { hashRestartSettings, LOG_FOLDER } from '../pgbouncer-ini.ts';
import { HARDENED } from './hardened.ts';
import { commonParts, mountFolder, readyCheck, type Service } from './service.ts';

/** The pool itself: configured by its mounted files only, because its image reads its environment once. */
export function pgbouncerService(stack: Stack): Service {
  const { pgbouncer, client, monitoring } = stack;
  const hasLogFile = monitoring.log !== undefined;
  const { labels, ...common } = commonParts(stack, 'pgbouncer');
  const files = countOpenFiles(budgetFacts(stack));
  return {
    image: pgbouncer.image,
    ...common,
    labels: { ...(labels as object), [RESTART_LABEL]: hashRestartSettings(stack) },
    ports: [
      { host_ip: pgbouncer.bind, target: pgbouncer.port, published: String(pgbouncer.port), protocol: 'tcp' },
    ],
    ...(hasLogFile ? { command: COMMAND_WITH_ROTATION } : {}),
    // The folder, not its files: a file that is replaced by a rename would stay the old one inside.
    volumes: [
      mountFolder('./pgbouncer', CONFIG_FOLDER),
      ...(hasLogFile ? [{ type: 'volume', source: VOLUMES.pgbouncerLog, target: LOG_FOLDER }] : []),
    ],
    ...dependsOnPostgres(stack),
    // Engine 20.10 and later know the address: https://docs.docker.com/reference/cli/docker/container/run/#add-host
    ...(leadsToMachine(stack) ? { extra_hosts: [`${DOCKER_HOST}:host-gateway`] } : {}),
    healthcheck: readyCheck(pgbouncer.port, client.user, client.database, withoutCertificate(stack)),
    // Of 1.18, 1.24 and 1.26, tried: SIGTERM waits for every client to leave (1.18: for nothing), SIGQUIT for
    // nothing. SIGINT waits for running transactions, but for a client in session mode, idle or not, until it
    // leaves: the time to stop must be bearable. It is the same for every stack, because another one would
    // recreate the container for a change of pool_mode, which a reload applies.
    stop_signal: 'SIGINT',
    stop_grace_period: '10s',
    ulimits: { nofile: { soft: files, hard: files } },
    ...HARDENED,
  };
}

/**
 * pg_isready has no certificate to show, and takes the end of a handshake for a server that is down. That PgBouncer
 * refuses it in plain text is an answer.
 */
function withoutCertificate(stack: Stack): Readonly<Record<string, string>> {
  return requiresCertificate(stack) ? { sslmode: 'disable' } : {};
}

/** Whether any server is one of the machine itself, be it one of a list. */
function leadsToMachine({ postgres, databases }: Stack): boolean {
  const hosts = [postgres.host, ...databases.flatMap(({ host }) => host.split(','))];
  return hosts.includes(DOCKER_HOST);
}

/**
 * Postgres starts first and stops last. One of the adopted project may have no health check, and may be left out by
 * its profile, which Compose excuses since 2.20.2.
 */
function dependsOnPostgres({ postgres }: Stack): Service {
  if (postgres.kind === 'external') return {};
  const how =
    postgres.kind === 'own'
      ? { condition: 'service_healthy' }
      : { condition: 'service_started', required: false };
  return { depends_on: { [postgres.host]: how } };
}
