import { networksOf } from './find-postgres.ts';
import type { ProjectModel, ServiceModel } from './project-model.ts';

/**
 * The networks on which PgBouncer reaches Postgres and each application reaches PgBouncer: those that they share
 * already, so that nobody else's change.
 * @param server undefined where no service of the project runs Postgres
 */
export function chooseNetworks(
  applications: readonly ServiceModel[],
  server: ServiceModel | undefined,
  model: ProjectModel,
):
  | {
      readonly networks: readonly string[];
      /** The one among them that is there for the published port alone. */
      readonly open: string | undefined;
    }
  | { readonly refused: string; readonly hint: string } {
  const ofServer = server === undefined ? undefined : networksOf(server, model);
  const chosen = new Set<string>();
  for (const application of applications) {
    const own = networksOf(application, model);
    const shared = ofServer === undefined ? own.slice(0, 1) : own.filter((name) => ofServer.includes(name));
    const network = shared[0] ?? own[0];
    if (network !== undefined && ![...chosen].some((name) => own.includes(name))) chosen.add(network);
    if (network === undefined && application.network_mode !== 'host')
      return {
        refused: `the service ${application.name} has network_mode: ${application.network_mode}, so that it could not reach PgBouncer`,
        hint: 'leave it out: name the services that are to go through the pool with --services',
      };
  }
  if (ofServer !== undefined && !ofServer.some((name) => chosen.has(name)))
    chosen.add(ofServer[0] ?? 'default');
  if (chosen.size === 0) chosen.add('default');
  // Docker publishes no port of a container that is on internal networks alone.
  const isShut = [...chosen].every((name) => model.networks.get(name) === true);
  const open = isShut ? findOpen(applications, model) : undefined;
  return { networks: open === undefined ? [...chosen] : [...chosen, open], open };
}

/** A network that is not internal: the default one where nobody else is on it, or else one of an application. */
function findOpen(applications: readonly ServiceModel[], model: ProjectModel): string | undefined {
  const all = [...model.services.values()];
  const isFree = !all.some((service) => networksOf(service, model).includes('default'));
  const own = applications.flatMap((service) => networksOf(service, model));
  return (isFree ? ['default', ...own] : [...own, 'default']).find(
    (name) => model.networks.get(name) === false,
  );
}

/** The profiles of the applications; none where one of them always starts, as PgBouncer then must, too. */
export function chooseProfiles(applications: readonly ServiceModel[]): string[] {
  if (applications.some(({ profiles }) => profiles.length === 0)) return [];
  return [...new Set(applications.flatMap(({ profiles }) => profiles))];
}
