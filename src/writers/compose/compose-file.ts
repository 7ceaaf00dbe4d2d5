import { writeComposeYaml } from '../../formats/compose-yaml.ts';
import type { PlannedFile } from '../../plan/file-plan.ts';
import { COMPOSE_FILE, OVERLAY_FILE } from '../../stack/compose-project.ts';
import { CONFIG_LABEL } from '../../stack/labels.ts';
import { VOLUMES } from '../../stack/volumes.ts';
import { markLines, type Rendering } from '../rendering.ts';
import { appService, namedVolumes } from './app-service.ts';
import { hashConfig } from './config-hash.ts';
import { monitoringServices, monitoringVolumes } from './monitoring-services.ts';
import { adoptedServices, mountedFrom } from './overlay.ts';
import { pgbouncerService } from './pgbouncer-service.ts';
import { postgresService } from './postgres-service.ts';
import { declareSecrets } from './secret-files.ts';
import type { Service } from './service.ts';

type Input = Pick<Rendering, 'stack' | 'rootFromOutput' | 'outputFromRoot'>;

/** The Compose file of the stack, or what is laid over an adopted project: Compose v2, so without a `version:`. */
export function writeComposeFile(rendering: Rendering): PlannedFile {
  const { stack } = rendering;
  const { postgres, app, network, name, adopted } = stack;
  const volumes = [
    ...(postgres.kind === 'own' ? [VOLUMES.postgresData] : []),
    ...namedVolumes(app?.volumes ?? []),
    ...monitoringVolumes(stack),
  ];
  const hashes = configHashes(rendering);
  const definitions = services(rendering);
  const labelled = Object.entries(definitions).map(([service, definition]) => {
    const labels = { ...(definition['labels'] as object), [CONFIG_LABEL]: hashes.get(service) };
    return [service, { ...definition, labels }];
  });
  const document = {
    ...(adopted ? {} : { name }),
    services: Object.fromEntries(labelled),
    ...declareSecrets(Object.values(definitions)),
    ...(volumes.length === 0 ? {} : { volumes: Object.fromEntries(volumes.map((volume) => [volume, {}])) }),
    ...(adopted
      ? {}
      : {
          networks: {
            [network.name]: network.external ? { name: network.name, external: true } : { driver: 'bridge' },
          },
        }),
  };
  const path = adopted ? `${rendering.rootFromOutput}/${OVERLAY_FILE}` : COMPOSE_FILE;
  return { path, mode: 0o644, text: writeComposeYaml(document, markLines(rendering)) };
}

/** What the label `ecar-pool.config-hash` of each rendered service says, by service. */
export function configHashes(input: Input): ReadonlyMap<string, string> {
  const entries = Object.entries(services(input));
  return new Map(entries.map(([name, service]) => [name, hashConfig(name, service, input.stack)]));
}

function services({ stack, rootFromOutput, outputFromRoot }: Input): Readonly<Record<string, Service>> {
  const { postgres, app, adopted } = stack;
  const ours = {
    pgbouncer: pgbouncerService(stack),
    ...(postgres.kind === 'own' ? { [postgres.host]: postgresService(postgres, stack) } : {}),
    ...(app ? { [app.service]: appService(app, stack, rootFromOutput) } : {}),
    ...monitoringServices(stack),
  };
  if (adopted === undefined) return ours;
  const moved = Object.entries(ours).map(([name, service]) => [name, mountedFrom(service, outputFromRoot)]);
  return { ...Object.fromEntries(moved), ...adoptedServices(adopted) };
}
