import type { Container } from '../../docker/containers.ts';
import { composeCommand, upCommand } from '../../plan/commands.ts';
import { type Sight, seen } from '../evidence.ts';
import { explain, quote } from '../explain.ts';
import { findCrashCause } from '../find-cause.ts';
import { type Failure, fail, ok, type Row } from '../row.ts';
import type { Check, Scene } from '../scene.ts';
import { DOCKER_CAUSES, findTold, POSTGRES_CAUSES, type Told } from '../start-causes.ts';
import { listImages, listServices, postgresService } from '../subject.ts';

/** Each service of the stack is up, healthy and not restarting; so is every other container of the project. */
export const checkContainers: Check = (scene) => {
  const { containers } = scene.evidence;
  const services = listServices(scene.subject.stack);
  if ('failure' in containers) return [unseen(scene, containers.failure, containers.ms)];
  const others = containers.value.map(({ service }) => service).filter((name) => !services.includes(name));
  return [...services, ...new Set(others)].flatMap((service) => {
    const own = containers.value.filter((container) => container.service === service);
    if (own.length === 0) return [absent(scene, service)];
    // A container that no service of the stack runs in may have done its work and ended.
    return own.map((container) => judge(scene, container, !services.includes(service)));
  });
};

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
  if (isReady(container)) return ok(id, title, health === '' ? state : `${state}, ${health}`, { ms });
  if (mayEnd && state === 'exited' && exitCode === 0) return ok(id, title, 'has done its work', { ms });
  const observed =
    state === 'exited' ? `exited with code ${exitCode}` : [state, health].filter(Boolean).join(', ');
  return fail(
    id,
    title,
    { observed, expected: 'running, healthy', ...whyNotReady(scene, container) },
    { ms },
  );
}

type Why = Partial<Pick<Failure, 'cause' | 'hint' | 'transient'>>;

/** What docker itself knows comes first: a log tells of what ran, and not of what could not start or was stopped. */
function whyNotReady(scene: Scene, container: Container): Why {
  const { subject } = scene;
  const { service, state, health, exitCode } = container;
  const { directory } = subject.project;
  if (state === 'paused') {
    const hint = `run ${composeCommand(directory, 'unpause', service)}`;
    return { cause: 'Somebody paused the container', hint };
  }
  if (state === 'running' && health === 'starting') {
    return { hint: `wait for it: ${subject.waitCommand}`, transient: true };
  }
  const why = whyNotStarted(scene, container) ?? whyLogged(scene, container);
  if (why) return why;
  if (state === 'exited' && exitCode === 0) {
    return { cause: 'Somebody stopped the container', hint: `start it: ${upCommand(directory)}` };
  }
  if (state === 'created') return { hint: `run ${upCommand(directory)}` };
  return { hint: `see ${composeCommand(directory, 'logs', '--tail', '50', service)}` };
}

/** Why docker could not start it, or the kernel ended it. */
function whyNotStarted(scene: Scene, { name, service }: Container): Why | undefined {
  const { lastStarts } = scene.evidence.aftermath;
  const { error = '', outOfMemory = false } = lastStarts.get(name) ?? {};
  if (outOfMemory) {
    return {
      cause: 'The kernel ended it because it needed more memory than it may have',
      hint: `raise \`resources.${service}.memory\` in the settings, run ${scene.subject.renderCommand}, then ${upCommand(scene.subject.project.directory)}`,
    };
  }
  if (error === '') return undefined;
  const told = findTold(DOCKER_CAUSES, error);
  if (told) return explainTold(told, scene);
  const hint = `mend that, then run ${upCommand(scene.subject.project.directory)}`;
  return { cause: `Docker could not start it (${quote(error, scene.redact)})`, hint };
}

/** Why it ended by itself, or is ending again and again, in its own words. */
function whyLogged(scene: Scene, { service, state, exitCode }: Container): Why | undefined {
  const { log, postgresLog } = scene.evidence.aftermath;
  if (state === 'running' || state === 'created' || (state === 'exited' && exitCode === 0)) return undefined;
  if (service === 'pgbouncer') {
    const crash = findCrashCause(log);
    return crash && explainTold({ cause: crash.cause, words: withoutStamp(crash.line) }, scene);
  }
  const told =
    service === postgresService(scene.subject.stack) ? findTold(POSTGRES_CAUSES, postgresLog) : undefined;
  return told && explainTold(told, scene);
}

function explainTold({ cause, words }: Told, scene: Scene): Why {
  const why = explain(cause, scene);
  return { cause: `${why.cause} (${quote(words, scene.redact)})`, hint: why.hint };
}

/** The line of a log without PgBouncer's date, time, zone and pid. */
function withoutStamp(line: string): string {
  return line.replace(/^\S+ \S+ \S+ \[\d+\] /, '');
}

function absent(scene: Scene, service: string): Row {
  return fail(
    `container:${service}`,
    `container ${service}`,
    { observed: 'there is none', expected: 'running, healthy', ...whyAbsent(scene, service) },
    { ms: scene.evidence.containers.ms },
  );
}

/** Docker makes no container without the image; why it could not get that, only a pull tells. */
function whyAbsent({ subject, evidence }: Scene, service: string): Why {
  const { directory } = subject.project;
  const image = listImages(subject.stack).get(service);
  if (image === undefined || !evidence.aftermath.missingImages.has(image)) {
    return { hint: `run ${upCommand(directory)}; where that fails, it says why` };
  }
  const up = upCommand(directory);
  return {
    cause: `The image ${image} is not on this machine: nobody has run ${up} yet, or docker could not pull it`,
    hint: `see what ${composeCommand(directory, 'pull', service)} says; if there is no such image, correct it in the settings`,
  };
}

function unseen({ subject, redact }: Scene, failure: string, ms: number): Row {
  const hint = `run ${composeCommand(subject.project.directory, 'config', '-q')} to see what Compose objects to`;
  return fail('containers', 'containers', { observed: quote(failure, redact), hint }, { ms });
}
