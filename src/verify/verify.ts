import { randomBytes } from 'node:crypto';
import { ask } from '../docker/ask.ts';
import type { Docker } from '../docker/docker.ts';
import type { DockerVersions } from '../docker/versions.ts';
import { Secret } from '../stack/secret.ts';
import type { ConsoleRow } from './console-table.ts';
import { judge, judgeLogins } from './judge.ts';
import { CONSOLE, planInquiry } from './logins.ts';
import { lookCloser } from './look-closer.ts';
import { observe, observeNothing } from './observe.ts';
import type { Row } from './row.ts';
import { consoleTable } from './scene.ts';
import { listCore, listServices, type Subject, type Target } from './subject.ts';
import { pause, waitForServices } from './wait.ts';

/** The verdict on a running stack, with the tables that it rests on. */
export interface Verdict {
  readonly rows: readonly Row[];
  readonly pools: readonly ConsoleRow[];
  readonly stats: readonly ConsoleRow[];
  readonly databases: readonly ConsoleRow[];
}

/** Whether no check failed; one that warns did not. */
export function hasPassed({ rows }: Pick<Verdict, 'rows'>): boolean {
  return rows.every(({ status }) => status !== 'fail');
}

/**
 * Whether a login got as far as Postgres. None is tried where the settings have hashes only, as an import brings
 * them: PgBouncer lets nobody in by those, and answers for itself whether or not there is a server.
 */
export function hasReachedPostgres({ rows }: Pick<Verdict, 'rows'>): boolean {
  return rows.some(
    ({ id, status }) => status === 'ok' && id.startsWith('login:') && !id.endsWith(`@${CONSOLE}`),
  );
}

const PAUSE_MS = 1000;
/** With less time left, another look could not end. */
const LAST_LOOK_MS = 8000;

/** How to verify. */
export interface VerifyOptions {
  readonly wait: boolean;
  /** Only whether each login gets through, whatever else of the stack is not up yet. */
  readonly loginsOnly?: boolean;
  /** Docker's versions, asked for by whoever calls. */
  readonly versions: Promise<DockerVersions>;
  /** Reads what there is to judge by; done while docker is at work. */
  readonly describeSubject: () => Promise<Subject>;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/**
 * Looks at the running stack and judges it. Throws EnvironmentError where docker cannot be worked with,
 * InterruptedError on a signal; everything else that is amiss is a row.
 */
export async function verifyStack(docker: Docker, target: Target, options: VerifyOptions): Promise<Verdict> {
  if (!options.wait || !target.isRendered) return lookOnce(docker, target, options);
  await options.versions;
  // The checks need a part of the limit for themselves: half of a short one, 20 s of a long one.
  const limitMs = docker.remainingMs() - Math.min(20_000, docker.remainingMs() / 2);
  const services = options.loginsOnly ? listCore(target.stack) : listServices(target.stack);
  await waitForServices(docker, target, services, { ...options, limitMs });
  for (;;) {
    const verdict = await lookOnce(docker, target, options);
    const failures = verdict.rows.filter(({ status }) => status === 'fail');
    // Healthy is not yet working: PgBouncer keeps a failed DNS look-up for 15 s and a failed login as long.
    const mayPass = failures.length > 0 && failures.every(({ transient }) => transient);
    if (!mayPass || docker.remainingMs() < LAST_LOOK_MS) return verdict;
    options.onProgress(`waiting: ${failures[0]?.title} does not pass yet`);
    await pause(PAUSE_MS, options.signal);
  }
}

/** Looks at the stack and judges it. */
async function lookOnce(
  docker: Docker,
  target: Target,
  { versions, describeSubject, loginsOnly = false }: VerifyOptions,
): Promise<Verdict> {
  const wrongPassword = new Secret(`wrong-${randomBytes(18).toString('base64url')}`, 'made up');
  const inquiry = planInquiry(
    target.stack,
    wrongPassword,
    chooseSeconds(docker.remainingMs()),
    loginsOnly ? [] : target.shutOut?.dropped,
  );
  const looking = ask(
    docker,
    target.isRendered
      ? observe(docker, target, inquiry, versions)
      : observeNothing(target, inquiry, versions),
  );
  const subject = await looking.orEnd(describeSubject());
  const evidence = await looking.answer;
  const scene = { subject, evidence, redact: docker.redact };
  const verdictOn = loginsOnly ? judgeLogins : judge;
  const rows = verdictOn(scene);
  const tables = {
    pools: consoleTable(scene, 'pools') ?? [],
    stats: consoleTable(scene, 'stats') ?? [],
    databases: consoleTable(scene, 'databases') ?? [],
  };
  if (!target.isRendered || !rows.some(({ status }) => status === 'fail')) return { rows, ...tables };
  const aftermath = await lookCloser(docker, target, evidence);
  return { rows: verdictOn({ ...scene, evidence: { ...evidence, aftermath } }), ...tables };
}

/** How long one login may take, in seconds: a tenth of the time there is, within 2 and 10. */
function chooseSeconds(remainingMs: number): number {
  return Math.min(10, Math.max(2, Math.floor(remainingMs / 10_000)));
}
