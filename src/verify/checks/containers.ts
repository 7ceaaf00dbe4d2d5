import type { Container } from '../../docker/containers.ts';
import { composeCommand, upCommand } from '../../plan/commands.ts';
import { type Sight, seen } from '../evidence.ts';
import { explain, quote } from '../explain.ts';
import { findCrashCause } from '../find-cause.ts';
import { fail, ok, type Row } from '../row.ts';
import type { Check, Scene } from '../scene.ts';
import { listServices } from '../subject.ts';

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

function whyNotReady(scene: Scene, { service, state, health, exitCode }: Container) {
  const { subject, evidence, redact } = scene;
  const { project } = subject;
  if (service === 'pgbouncer' && state !== 'running') {
    const crash = findCrashCause(evidence.log);
    if (crash) {
      const { cause, hint } = explain(crash.cause, scene);
      return { cause: `${cause} (${quote(withoutStamp(crash.line), redact)})`, hint };
    }
  }
  if (state === 'running' && health === 'starting') {
    return { hint: `wait for it: ${subject.waitCommand}`, transient: true } as const;
  }
  if (state === 'paused') return { hint: `run ${composeCommand(project.directory, 'unpause', service)}` };
  if (state === 'created' || (state === 'exited' && exitCode === 0))
    return { hint: `run ${upCommand(project.directory)}` };
  return { hint: `see ${composeCommand(project.directory, 'logs', '--tail', '50', service)}` };
}

/** The line of a log without PgBouncer's date, time, zone and pid. */
function withoutStamp(line: string): string {
  return line.replace(/^\S+ \S+ \S+ \[\d+\] /, '');
}

function absent({ subject, evidence }: Scene, service: string): Row {
  return fail(
    `container:${service}`,
    `container ${service}`,
    {
      observed: 'there is none',
      expected: 'running, healthy',
      hint: `run ${upCommand(subject.project.directory)}`,
    },
    { ms: evidence.containers.ms },
  );
}

function unseen({ subject, redact }: Scene, failure: string, ms: number): Row {
  const hint = `run ${composeCommand(subject.project.directory, 'config', '-q')} to see what Compose objects to`;
  return fail('containers', 'containers', { observed: quote(failure, redact), hint }, { ms });
}
