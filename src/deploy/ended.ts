import type { Container } from '../docker/containers.ts';
import { isCurrent, listServices } from '../verify/subject.ts';
import type { SetFacts } from './stack-set.ts';

/** Services of others that have ended well: `up` would run them again where it is told their names. */
export interface Ended {
  /** Those that are as the files want them, or have no part in them any more: nothing calls for another run. */
  readonly done: ReadonlySet<string>;
  /** Those that are to be made anew. */
  readonly again: ReadonlySet<string>;
}

/**
 * What of an adopted project has ended well, before it comes to run by a set. A service that its people have stopped
 * looks the same.
 * @param asleep services that are left alone anyway
 */
export function findEnded(
  containers: readonly Container[],
  facts: SetFacts,
  asleep: ReadonlySet<string>,
): Ended {
  const { stack } = facts;
  if (stack.adopted === undefined) return { done: new Set(), again: new Set() };
  const wanted = new Set(stack.adopted.services.map(({ name }) => name));
  const others = containers.filter(({ service }) => !listServices(stack).includes(service));
  const every = (test: (container: Container) => boolean) => {
    const failing = new Set(others.flatMap((one) => (test(one) ? [] : [one.service])));
    return new Set(others.map(({ service }) => service).filter((service) => !failing.has(service)));
  };
  const current = every((container) => isCurrent(container, facts));
  const isDone = (name: string) => !wanted.has(name) || current.has(name);
  const ended = [...every(hasEndedWell)].filter((name) => !asleep.has(name));
  return {
    done: new Set(ended.filter(isDone)),
    again: new Set(ended.filter((name) => !isDone(name))),
  };
}

/** Whether a container ran to its end, and says that all went well. */
export function hasEndedWell({ state, exitCode }: Container): boolean {
  return state === 'exited' && exitCode === 0;
}
