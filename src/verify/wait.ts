import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from '../docker/containers.ts';
import type { Docker } from '../docker/docker.ts';
import { InterruptedError } from '../problems/errors.ts';
import { isReady } from './checks/containers.ts';
import { observeContainers } from './observe.ts';
import type { Target } from './subject.ts';

/** How to wait, and whom to tell. */
export interface WaitOptions {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

const PAUSE_MS = 1000;
/** How often a line is told although nothing has changed. */
const REMINDER_MS = 10_000;

/**
 * Waits until services are up and healthy, or the limit is reached: the checks that follow
 * tell what is amiss then. A failure to look is left to them, too.
 */
export async function waitForServices(
  docker: Docker,
  target: Target,
  services: readonly string[],
  options: WaitOptions,
): Promise<void> {
  const began = performance.now();
  let told = '';
  let toldAt = 0;
  for (;;) {
    const sight = await observeContainers(docker, target.project);
    if ('failure' in sight) return;
    const pending = services.flatMap((service) => describePending(service, sight.value));
    if (pending.length === 0) return;
    const elapsed = performance.now() - began;
    const text = pending.join(', ');
    if (text !== told || elapsed - toldAt >= REMINDER_MS) {
      options.onProgress(`waiting ${Math.round(elapsed / 1000)} s: ${text}`);
      told = text;
      toldAt = elapsed;
    }
    if (elapsed + PAUSE_MS >= options.limitMs) return;
    await pause(PAUSE_MS, options.signal);
  }
}

/** Sleeps; rejects with InterruptedError as soon as the signal comes. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw new InterruptedError();
  });
}

/** `postgres starting` for a service that is not ready; nothing for one that is. */
function describePending(service: string, containers: readonly Container[]): string[] {
  const own = containers.filter((container) => container.service === service);
  if (own.length === 0) return [`${service} has no container`];
  return own
    .filter((container) => !isReady(container))
    .map(({ state, health }) => `${service} ${state === 'running' ? health : state}`);
}
