import type { Container } from '../../docker/containers.ts';
import {
  composeCommand,
  postgresLogCommand,
  removeContainersCommand,
  startServerCommand,
} from '../../plan/commands.ts';
import { ENVIRONMENT_LABEL } from '../../stack/labels.ts';
import { POSTGRES_SERVICE } from '../../stack/stack.ts';
import { isAtRest } from '../asleep.ts';
import { type Sight, seen } from '../evidence.ts';
import { explain, formatFix, quote } from '../explain.ts';
import { findCrashCause } from '../find-cause.ts';
import { describeRestarts, hasRestartedLately, hasRestartedSince } from '../restarts.ts';
import { type Failure, fail, ok, type Row, skip, warn } from '../row.ts';
import type { Check, Scene } from '../scene.ts';
import { DOCKER_CAUSES, findTold, POSTGRES_CAUSES, type Told } from '../start-causes.ts';
import { listImages, listServices, postgresService } from '../subject.ts';
import { recreateCommand, startCommand } from '../up-commands.ts';

const READY = 'running, healthy';

/** Exit codes of what did not end by itself: docker starts it again on its own only where the kernel ended it. */
const ENDED_BY_OTHERS: ReadonlyMap<number, string> = new Map([
  [0, 'Somebody stopped the container'],
  [137, 'Somebody killed the container, or the kernel did, because the machine had no memory left'],
  [143, 'Somebody stopped the container'],
]);

/**
 * Each service of the stack is up and healthy, and has not ended by itself within the last hour, of which what came
 * before a deploy is not its fault; every other
 * container of the project is up, has done its work, or is one that the people of an adopted project have not running;
 * and none is left of a service that was switched off.
 */
export const checkContainers: Check = (scene) => {
  const { containers } = scene.evidence;
  const services = listServices(scene.subject.stack);
  if ('failure' in containers) return [unseen(scene, containers.failure, containers.ms)];
  const others = containers.value.map(({ service }) => service).filter((name) => !services.includes(name));
  return [...services, ...new Set(others)].flatMap((service) => {
    const own = containers.value.filter((container) => container.service === service);
    if (own.length === 0) return [absent(scene, service)];
    // A container that no service of the stack runs in may have done its work and ended.
    if (services.includes(service)) return own.map((container) => judge(scene, container, false));
    return own.map((container) => {
      if (isLeft(container)) return left(scene, container);
      const why = isAtRest(container) ? whyAtRest(scene, service) : undefined;
      return why === undefined
        ? judge(scene, container, true)
        : skip(`container:${container.name}`, `container ${service}`, why);
    });
  });
};

/** Why a container that does not run is nobody's trouble; undefined where it is. */
function whyAtRest({ subject, evidence }: Scene, service: string): string | undefined {
  const { adopted } = subject.stack;
  if (evidence.asleep.has(service)) return 'it does not run, and a plain `up` would not start it';
  if (adopted === undefined || adopted.services.some(({ name }) => name === service)) return undefined;
  return 'it does not run, and does not go through the pool';
}

/** Of a service that was switched off: `up` leaves it. A Postgres may stay until its data has been fetched from it. */
function isLeft({ service, labels }: Container): boolean {
  return service !== POSTGRES_SERVICE && labels.has(ENVIRONMENT_LABEL);
}

function left({ evidence }: Scene, { name, service, state }: Container): Row {
  const observed = `${state}, though the settings have no such service any more`;
  const hint = `end it: ${removeContainersCommand([name])}`;
  return fail(
    `container:${name}`,
    `container ${service}`,
    { observed, hint },
    { ms: evidence.containers.ms },
  );
}

/** Whether a container is up and, where it has a health check, healthy. */
export function isReady({ state, health }: Container): boolean {
  return state === 'running' && (health === '' || health === 'healthy');
}

/** Whether a service of the stack is known not to be up; false where nobody could look. */
export function isDown(containers: Sight<readonly Container[]>, service: string): boolean {
  const own = seen(containers)?.filter((container) => container.service === service);
  return own !== undefined && !own.some(isReady);
}

function judge(scene: Scene, container: Container, mayEnd: boolean): Row {
  const { name, service, state, health, exitCode } = container;
  const { ms } = scene.evidence.containers;
  const id = `container:${name}`;
  const title = `container ${service}`;
  const seenState = [state, health].filter(Boolean).join(', ');
  if (isReady(container)) {
    const observed = seenState + describeRestarts(scene.evidence, service);
    if (!hasRestartedLately(scene.evidence, service)) return ok(id, title, observed, { ms });
    const hint = `see ${logsCommand(scene, service)}`;
    const { since } = scene.subject;
    if (since !== undefined && !hasRestartedSince(scene.evidence, service, since))
      return warn(id, title, { observed, hint });
    const why = whyPostgresEnded(scene, service) ?? { hint };
    return fail(id, title, { observed, expected: READY, ...why }, { ms });
  }
  if (mayEnd && state === 'exited' && exitCode === 0) return ok(id, title, 'has done its work', { ms });
  const observed = state === 'exited' ? `exited with code ${exitCode}` : seenState;
  return fail(id, title, { observed, expected: READY, ...whyNotReady(scene, container) }, { ms });
}

type Why = Partial<Pick<Failure, 'cause' | 'hint' | 'transient'>>;

/** What docker itself knows comes first: a log tells of what ran, and not of what could not start or was stopped. */
function whyNotReady(scene: Scene, container: Container): Why {
  const { subject } = scene;
  const { service, state, health, exitCode } = container;
  const { project } = subject;
  if (state === 'paused') {
    const hint = `run ${composeCommand(project, 'unpause', service)}`;
    return { cause: 'Somebody paused the container', hint };
  }
  if (state === 'running' && health === 'starting') {
    const ended = hasRestartedLately(scene.evidence, service) ? whyPostgresEnded(scene, service) : undefined;
    return { hint: `wait for it: ${subject.waitCommand}`, ...ended, transient: true };
  }
  const why = whyNotStarted(scene, container) ?? whyLogged(scene, container);
  if (why) return why;
  const signalled = state === 'exited' ? ENDED_BY_OTHERS.get(exitCode) : undefined;
  const start = isServer(scene, service) ? startServerCommand(project, service) : startCommand(scene);
  if (signalled) return { cause: signalled, hint: `start it: ${start}` };
  if (state === 'created') return { hint: `run ${start}` };
  return { hint: `see ${logsCommand(scene, service)}` };
}

/** Why docker could not start it, or the kernel ended it. */
function whyNotStarted(scene: Scene, { name, service }: Container): Why | undefined {
  const { lastStarts } = scene.evidence.aftermath;
  const { error = '', outOfMemory = false } = lastStarts.get(name) ?? {};
  if (outOfMemory) {
    return {
      cause: 'The kernel ended it because it needed more memory than it may have',
      hint: formatFix(
        `raise \`resources.${service}.memory\` in the settings, run {render}, then {recreate}`,
        scene,
      ),
    };
  }
  if (error === '') return undefined;
  const told = findTold(DOCKER_CAUSES, error);
  const { project, stack } = scene.subject;
  // What the settings say of a service is not about the Postgres of others.
  if (told && !(isServer(scene, service) && stack.adopted)) return explainTold(told, scene);
  const start = isServer(scene, service) ? startServerCommand(project, service) : recreateCommand(scene);
  const what = told?.cause.cause ?? 'Docker could not start it';
  return {
    cause: `${what} (${quote(told?.words ?? error, scene.redact)})`,
    hint: `mend that, then run ${start}`,
  };
}

/** Why it ended by itself, or is ending again and again, in its own words. */
function whyLogged(scene: Scene, { service, state, exitCode }: Container): Why | undefined {
  const { log } = scene.evidence.aftermath;
  if (state === 'running' || state === 'created' || (state === 'exited' && exitCode === 0)) return undefined;
  if (service === 'pgbouncer') {
    const crash = findCrashCause(log);
    return crash && explainTold({ cause: crash.cause, words: withoutStamp(crash.line) }, scene);
  }
  return whyPostgresEnded(scene, service);
}

/** What ends Postgres while it starts, ends it again and again: in between it is up for a moment. */
function whyPostgresEnded(scene: Scene, service: string): Why | undefined {
  if (!isServer(scene, service)) return undefined;
  const told = findTold(POSTGRES_CAUSES, scene.evidence.aftermath.postgresLog);
  return told && explainTold(told, scene);
}

/** Whether it is the Postgres behind the pool: that of an adopted project is started as it is. */
function isServer({ subject }: Pick<Scene, 'subject'>, service: string): boolean {
  return service === postgresService(subject.stack);
}

function explainTold({ cause, words }: Told, scene: Scene): Why {
  const why = explain(cause, scene);
  return { cause: `${why.cause} (${quote(words, scene.redact)})`, hint: why.hint };
}

function logsCommand({ subject }: Scene, service: string): string {
  if (isServer({ subject }, service)) return postgresLogCommand(subject.stack, subject.project);
  return composeCommand(subject.project, 'logs', '--tail', '50', service);
}

/** The line of a log without PgBouncer's date, time, zone and pid. */
function withoutStamp(line: string): string {
  return line.replace(/^\S+ \S+ \S+ \[\d+\] /, '');
}

function absent(scene: Scene, service: string): Row {
  return fail(
    `container:${service}`,
    `container ${service}`,
    { observed: 'there is none', expected: READY, ...whyAbsent(scene, service) },
    { ms: scene.evidence.containers.ms },
  );
}

/** Docker makes no container without the image; why it could not get that, only a pull tells. */
function whyAbsent(scene: Scene, service: string): Why {
  const { subject, evidence } = scene;
  const { project } = subject;
  const up = isServer(scene, service) ? startServerCommand(project, service) : startCommand(scene);
  const image = listImages(subject.stack).get(service);
  if (image === undefined || !evidence.aftermath.missingImages.has(image)) {
    return { hint: `run ${up}; where that fails, it says why` };
  }
  return {
    cause: `The image ${image} is not on this machine: nobody has run ${up} yet, or docker could not pull it`,
    hint: `see what ${composeCommand(project, 'pull', service)} says; if there is no such image, correct it in the settings`,
  };
}

function unseen({ subject, redact }: Scene, failure: string, ms: number): Row {
  const hint = `run ${composeCommand(subject.project, 'config', '-q')} to see what Compose objects to`;
  return fail('containers', 'containers', { observed: quote(failure, redact), hint }, { ms });
}
