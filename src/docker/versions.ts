import { formatCommand } from '../formats/shell.ts';
import { EnvironmentError } from '../problems/errors.ts';
import { COMPOSE_VERSION_ARGV, ENGINE_VERSION_ARGV } from './argv.ts';
import { diagnoseComposeV1, diagnoseOldCompose, diagnoseStderr, diagnoseTimeout } from './diagnose.ts';
import type { Docker } from './docker.ts';
import type { RunResult } from './run.ts';

/** The versions of the two programs that everything else rests on, as they state them. */
export interface DockerVersions {
  readonly engine: string;
  readonly compose: string;
  /** How long both took to answer, in milliseconds. */
  readonly ms: number;
}

/** Quick commands answer in well under a second; one that takes this long is stuck. */
const QUICK_MS = 20_000;

/**
 * Asks for both versions at once; throws EnvironmentError where there is no engine, or no Compose that can be
 * worked with, for that stack where one is given. The engine's trouble is told first, because Compose is of no use without it.
 */
export async function readVersions(
  docker: Docker,
  stack: { readonly adopted: unknown } = { adopted: undefined },
): Promise<DockerVersions> {
  const [engine, compose] = await Promise.all([
    docker.call(ENGINE_VERSION_ARGV, { timeoutMs: QUICK_MS }),
    docker.call(COMPOSE_VERSION_ARGV, { timeoutMs: QUICK_MS }),
  ]);
  requireSuccess(engine, ENGINE_VERSION_ARGV);
  if (compose.code !== 0 && !compose.timedOut) await refuseComposeV1(docker);
  requireSuccess(compose, COMPOSE_VERSION_ARGV);
  const version = compose.stdout.trim();
  refuseOldCompose(version, stack);
  return { engine: engine.stdout.trim(), compose: version, ms: Math.max(engine.ms, compose.ms) };
}

/** What each kind of rendered file needs: the first release of the Compose plugin that reads it, and why. */
const FLOORS = {
  // compose-go 1.16
  stack: { floor: [2, 20, 0], why: 'its .env parser misreads some values before 2.20' },
  // https://docs.docker.com/reference/compose-file/services/#depends_on
  overlay: {
    floor: [2, 20, 2],
    why: 'it refuses what is laid over your project before 2.20.2, which brought `required` to `depends_on`',
  },
} as const;

/** @throws EnvironmentError where a version of the Compose plugin cannot read what is rendered for a stack */
export function refuseOldCompose(version: string, { adopted }: { readonly adopted: unknown }): void {
  const { floor, why } = adopted === undefined ? FLOORS.stack : FLOORS.overlay;
  if (!isAtLeast(version, floor)) throw diagnoseOldCompose(version, floor.join('.').replace(/\.0$/, ''), why);
}

/** The numbers jump from 2.x to 5.0; text that is no version is not refused. */
function isAtLeast(version: string, floor: readonly number[]): boolean {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (!match) return true;
  const numbers = match.slice(1).map((digits = '0') => Number(digits));
  const differing = numbers.findIndex((number, index) => number !== floor[index]);
  return differing === -1 || (numbers[differing] ?? 0) > (floor[differing] ?? 0);
}

/** Throws where a call to docker ended badly: in known words by what they mean, else as docker said it. */
function requireSuccess(result: RunResult, argv: readonly string[]): void {
  const command = formatCommand(['docker', ...argv]);
  if (result.timedOut) throw diagnoseTimeout(command, Math.round(result.ms / 1000));
  if (result.code === 0) return;
  const known = diagnoseStderr(result.stderr);
  if (known) throw known;
  const said = result.stderr.trim().split('\n')[0] || `exit code ${result.code ?? 'none'}`;
  throw new EnvironmentError(`\`${command}\` failed: ${said}`, 'run it by hand to see all of its output');
}

/** Names Compose v1 where that is all there is; `docker-compose` may as well be absent. */
async function refuseComposeV1(docker: Docker): Promise<void> {
  const result = await docker
    .call(['version', '--short'], { program: 'docker-compose', timeoutMs: QUICK_MS })
    .catch((error: unknown) => {
      if (error instanceof EnvironmentError) return undefined;
      throw error;
    });
  const version = result?.stdout.trim() ?? '';
  if (/^v?1\./.test(version)) throw diagnoseComposeV1(version);
}
