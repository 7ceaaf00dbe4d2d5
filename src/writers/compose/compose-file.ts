import { writeComposeYaml } from '../../formats/compose-yaml.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import { type Monitoring, PGBADGER_SERVICE } from '../../stack/monitoring.ts';
import { LOG_VOLUME } from '../monitoring/log-rotation.ts';
import { markLines, type Rendering } from '../rendering.ts';
import { appService, namedVolumes } from './app-service.ts';
import { pgbadgerService, REPORT_VOLUME } from './pgbadger-service.ts';
import { pgbouncerService } from './pgbouncer-service.ts';
import { POSTGRES_LOG_VOLUME } from './postgres-log.ts';
import { DATA_VOLUME, postgresService } from './postgres-service.ts';

/** The Compose file of the stack: Compose v2, so without a `version:`. */
export function writeComposeFile(rendering: Rendering): PlannedFile {
  const { stack, rootFromOutput } = rendering;
  const { postgres, app, network, monitoring } = stack;
  const volumes = [
    ...(postgres.kind === 'own' ? [DATA_VOLUME] : []),
    ...namedVolumes(app?.volumes ?? []),
    ...monitoringVolumes(monitoring),
  ];
  const document = {
    name: stack.name,
    services: {
      pgbouncer: pgbouncerService(stack),
      ...(postgres.kind === 'own' ? { [postgres.host]: postgresService(postgres, stack) } : {}),
      ...(app ? { [app.service]: appService(app, stack, rootFromOutput) } : {}),
      ...(monitoring.pgbadger ? { [PGBADGER_SERVICE]: pgbadgerService(monitoring.pgbadger, stack) } : {}),
    },
    ...(volumes.length === 0 ? {} : { volumes: Object.fromEntries(volumes.map((name) => [name, {}])) }),
    networks: {
      [network.name]: network.external ? { name: network.name, external: true } : { driver: 'bridge' },
    },
  };
  return { path: 'docker-compose.yml', mode: 0o644, text: writeComposeYaml(document, markLines(rendering)) };
}

function monitoringVolumes({ log, pgbadger }: Monitoring): string[] {
  return [
    ...(log ? [LOG_VOLUME] : []),
    ...(pgbadger?.postgres ? [POSTGRES_LOG_VOLUME] : []),
    ...(pgbadger ? [REPORT_VOLUME] : []),
  ];
}
