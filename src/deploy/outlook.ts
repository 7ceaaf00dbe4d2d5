import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import type { Change } from '../plan/change.ts';
import { composeCommand } from '../plan/commands.ts';
import { compareSets } from '../plan/compare.ts';
import {
  carryOver,
  findNeeds,
  mergeNeeds,
  type Needs,
  needAll,
  needContainers,
  needRelease,
  needServer,
} from '../plan/needs.ts';
import { RefusedError } from '../problems/errors.ts';
import { type ComposeProject, withoutOverlay } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { findAsleep, isAtRest } from '../verify/asleep.ts';
import { isReady } from '../verify/checks/containers.ts';
import { seen } from '../verify/evidence.ts';
import { observeContainers } from '../verify/observe.ts';
import { isCurrent, listRenderedServices, listUnreleased } from '../verify/subject.ts';
import { type Ended, findEnded, hasEndedWell } from './ended.ts';
import { listHistory, readCurrent, readKept } from './history.ts';
import { type Journal, readUnfinished } from './journal.ts';
import { findOnDisk } from './rendered.ts';
import { type KnownSet, listEdited, type SetFacts, type StackSet } from './stack-set.ts';
import { readStanding } from './standing.ts';

/** What a deploy starts from. */
export interface Outlook {
  /** What runs; undefined where nothing does. */
  readonly before: StackSet | undefined;
  /** The set of the history that was put in place last and verified; undefined where none was. */
  readonly kept: StackSet | undefined;
  /** Whether what runs was verified when it was put there. */
  readonly isProved: boolean;
  /** What was begun before and not ended. */
  readonly unfinished: Journal | undefined;
  /** What has to happen to what runs, if it is what the files say. */
  readonly needs: Needs;
  /** Services of an adopted project that are left alone: they do not run, and no plain `up` would start them. */
  readonly asleep: ReadonlySet<string>;
  /** Those that have ended well, by whether they are what the files say: then they are left alone, too. */
  readonly ended: Ended;
  /** Files that lie there, and that somebody has changed since they were rendered. */
  readonly edited: readonly string[];
}

/**
 * Looks at what lies on the disk, at what was left unfinished and at the containers that are there, and tells what
 * it takes to get from all of that to a set of files.
 * @throws RefusedError where the stack that runs is another Compose project
 */
export async function lookAhead(
  docker: Docker,
  { folder, compose }: { readonly folder: string; readonly compose: ComposeProject },
  target: KnownSet,
  changes: readonly Change[],
): Promise<Outlook> {
  const { stack } = target.facts;
  const [unfinished, onDisk, time, standing] = await Promise.all([
    readUnfinished(folder),
    findOnDisk(folder),
    readCurrent(folder),
    readStanding(folder),
  ]);
  const kept = time === undefined ? undefined : await readKept(folder, time);
  const base = unfinished?.before ?? onDisk?.set;
  const name = base?.facts?.stack.name ?? stack.name;
  const project = { ...compose, name };
  const isRendered = onDisk !== undefined;
  const looking =
    isRendered || stack.adopted !== undefined
      ? observeContainers(docker, isRendered ? project : withoutOverlay(project)).then(seen)
      : Promise.resolve([]);
  const [there, asleep] = await Promise.all([
    looking,
    findAsleep(docker, [stack, base?.facts?.stack, kept?.facts?.stack], project, () => looking),
  ]);
  const containers = isRendered ? there : [];
  const journal = unfinished?.journal;
  const endedBy = (needs: Needs) =>
    findEnded(docker, project, there ?? [], target.facts, {
      needs,
      isUnfinished: journal !== undefined,
      asleep,
    });
  const edited = onDisk === undefined ? [] : listEdited(onDisk.set.plan);
  if (containers?.length === 0 && !unfinished?.before) {
    const isNew = (await listHistory(folder)).length === 0;
    const first = { ...findNeeds(changes, stack), start: true, roles: ['nothing runs yet'] };
    // What the services of others depend on is started with them, or not at all.
    const again = { ...needAll('nothing runs'), start: stack.adopted !== undefined };
    const needs = isNew ? first : again;
    const ended = await endedBy(needs);
    return { before: undefined, kept, isProved: false, unfinished: journal, needs, asleep, ended, edited };
  }
  // Services that go past a pool that was never up: what they were is not what lies on the disk, but they themselves.
  const pool = containers?.filter(({ service }) => service === 'pgbouncer');
  const isUntried =
    stack.adopted !== undefined &&
    !unfinished?.before &&
    pool?.some(isReady) === false &&
    (await listHistory(folder)).length === 0;
  refuseOtherProject(name, stack, compose);
  const plans = [base, kept].flatMap((set) => (set === undefined ? [] : [set.plan]));
  const needs = [
    findNeeds(changes, stack),
    ...plans.map((plan) => findNeeds(compareSets(plan, target.plan), stack)),
    needContainers(listStale(containers, base?.facts, asleep)),
    needServer(explainServer(containers, stack)),
    needRelease(listUnreleased(containers ?? [], stack)),
    ...(isUntried ? [needAll('PgBouncer was made, and never ran')] : []),
    ...(standing?.needs === undefined ? [] : [carryOver(standing.needs, target.plan)]),
  ].reduce(mergeNeeds);
  return {
    before: isUntried || journal?.hasBefore === false ? undefined : base,
    kept,
    isProved: onDisk?.isProved === true && journal === undefined,
    unfinished: journal,
    needs: { ...needs, start: isUntried && pool?.length === 0 },
    asleep,
    ended: await endedBy(needs),
    edited,
  };
}

/** Volumes belong to a project: under another name Postgres would start without its data. */
function refuseOtherProject(name: string, stack: Stack, compose: ComposeProject): void {
  if (name === stack.name) return;
  throw new RefusedError(
    `${name} runs here, and the settings name it ${stack.name}: to Compose that is another project, with volumes of its own`,
    `put the name back, or move the data and take down what runs first: ${composeCommand({ ...compose, name }, 'down')}`,
  );
}

/** What of the stack does not run as its files say. */
function listStale(
  containers: readonly Container[] | undefined,
  facts: SetFacts | undefined,
  asleep: ReadonlySet<string>,
): string[] {
  if (containers === undefined) return ['the containers could not be looked at'];
  if (facts === undefined) return [];
  const awake = listRenderedServices(facts.stack).filter((service) => !asleep.has(service));
  return awake.flatMap((service) => {
    const own = containers.filter((container) => container.service === service);
    if (own.length === 0) return [`${service} has no container`];
    // A service of others may have done its work and ended.
    const mayEnd = facts.stack.adopted?.services.some(({ name }) => name === service) === true;
    if (!own.every((container) => isReady(container) || (mayEnd && hasEndedWell(container))))
      return [`${service} is ${own[0]?.health || own[0]?.state}`];
    return own.every((container) => isCurrent(container, facts))
      ? []
      : [`${service} was made before its files changed`];
  });
}

/** Why the Postgres of an adopted project is to be started; empty where it runs, or nobody could look. */
function explainServer(
  containers: readonly Container[] | undefined,
  { adopted, postgres }: Pick<Stack, 'adopted' | 'postgres'>,
): string[] {
  if (adopted === undefined || postgres.kind !== 'service' || containers === undefined) return [];
  const own = containers.filter(({ service }) => service === postgres.host);
  if (!own.every(isAtRest)) return [];
  return [own[0] === undefined ? `${postgres.host} has no container` : `${postgres.host} is ${own[0].state}`];
}
