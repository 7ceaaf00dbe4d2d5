import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import { readFilledConfig } from '../docker/read-compose-config.ts';
import type { Needs } from '../plan/needs.ts';
import { type ComposeProject, withoutOverlay } from '../stack/compose-project.ts';
import { isCurrent, listServices } from '../verify/subject.ts';
import type { SetFacts } from './stack-set.ts';

/** Services of others that have ended well: `up` would run them again where it is told their names. */
export interface Ended {
  /** Jobs that are as the files want them, and what has no part in them any more: nothing calls for another run. */
  readonly done: ReadonlySet<string>;
  /** Those that are to be made anew, or may be no jobs. */
  readonly again: ReadonlySet<string>;
}

/** By what it is judged whether something is to run again. */
interface Circumstances {
  /** What is to be done to come to run by the set. */
  readonly needs: Pick<Needs, 'containers'>;
  /** Whether a deploy was not ended: what has ended may have been stopped by it. */
  readonly isUnfinished: boolean;
  /** Services that are left alone anyway. */
  readonly asleep: ReadonlySet<string>;
}

/**
 * What of an adopted project has ended well, before it comes to run by a set. A web server that was stopped looks the
 * same, so that only what the project's own files call a job is taken for one whose work is done.
 * @param containers of the project, by any of its files
 */
export async function findEnded(
  docker: Docker,
  project: ComposeProject,
  containers: readonly Container[],
  facts: SetFacts,
  { needs, isUnfinished, asleep }: Circumstances,
): Promise<Ended> {
  const { stack } = facts;
  if (stack.adopted === undefined) return { done: new Set(), again: new Set() };
  const wanted = new Set(stack.adopted.services.map(({ name }) => name));
  const others = containers.filter(({ service }) => !listServices(stack).includes(service));
  const every = (test: (container: Container) => boolean) => {
    const failing = new Set(others.flatMap((one) => (test(one) ? [] : [one.service])));
    return new Set(others.map(({ service }) => service).filter((service) => !failing.has(service)));
  };
  const ended = [...every(hasEndedWell)].filter((name) => !asleep.has(name));
  const current = every((container) => isCurrent(container, facts));
  // A password is no part of what Compose made the container from for `isCurrent`: the next run would have the old one.
  const isRenewed = needs.containers.some((cause) => cause.includes('userlist.txt'));
  const isKept = (name: string) => !isUnfinished && !isRenewed && current.has(name);
  const kept = ended.filter((name) => !wanted.has(name) || isKept(name));
  const jobs = kept.some((name) => wanted.has(name)) ? await findJobs(docker, project) : new Set<string>();
  const done = new Set(kept.filter((name) => !wanted.has(name) || jobs.has(name)));
  return { done, again: new Set(ended.filter((name) => !done.has(name))) };
}

/**
 * The services that are to end: another one waits for that (`service_completed_successfully`), or `restart: "no"` is
 * written out. None where Compose does not tell.
 * https://docs.docker.com/reference/compose-file/services/#restart
 */
async function findJobs(docker: Docker, project: ComposeProject): Promise<ReadonlySet<string>> {
  const config = await readFilledConfig(docker, withoutOverlay(project));
  if (!('model' in config)) return new Set();
  const { services = {} } = config.model as { services?: Readonly<Record<string, Service>> };
  const awaited = Object.values(services).flatMap(({ depends_on }) =>
    Object.entries(depends_on ?? {}).flatMap(([name, { condition }]) =>
      condition === 'service_completed_successfully' ? [name] : [],
    ),
  );
  const finite = Object.entries(services).flatMap(([name, { restart }]) => (restart === 'no' ? [name] : []));
  return new Set([...awaited, ...finite]);
}

interface Service {
  readonly restart?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string }>>;
}

/** Whether a container ran to its end, and says that all went well. */
export function hasEndedWell({ state, exitCode }: Container): boolean {
  return state === 'exited' && exitCode === 0;
}
