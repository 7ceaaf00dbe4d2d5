import { type Evidence, seen } from './evidence.ts';

/** What has run for this long since it was last restarted counts as mended: a crash long ago is no alarm for ever. */
const SETTLED_MS = 3_600_000;

type Runs = Pick<Evidence, 'runs' | 'seenAt'>;

/** How often the engine had to start a service again because it had ended, to be put after its state; empty for never. */
export function describeRestarts(evidence: Runs, service: string): string {
  const run = findRestarted(evidence, service);
  if (run === undefined) return '';
  const times = run.restarts === 1 ? 'once' : `${run.restarts} times`;
  return `, ended and was restarted ${times}, last ${formatAge(run.upMs)} ago`;
}

/** Whether the engine had to start a service again within the last hour: it may end again. */
export function hasRestartedLately(evidence: Runs, service: string): boolean {
  const run = findRestarted(evidence, service);
  return run !== undefined && run.upMs < SETTLED_MS;
}

/** Whether the engine had to start a service again since a time, in milliseconds of the epoch. */
export function hasRestartedSince(evidence: Runs, service: string, since: number): boolean {
  const run = findRestarted(evidence, service);
  return run !== undefined && evidence.seenAt - run.upMs >= since;
}

function findRestarted({ runs, seenAt }: Runs, service: string) {
  const run = seen(runs)?.get(service);
  if (run === undefined || run.restarts === 0) return undefined;
  return { restarts: run.restarts, upMs: Math.max(0, seenAt - run.startedAt) };
}

function formatAge(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
