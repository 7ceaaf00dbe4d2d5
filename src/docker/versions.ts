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
 * worked with. The engine's trouble is told first, because Compose is of no use without it.
 */
export async function readVersions(docker: Docker): Promise<DockerVersions> {
  const [engine, compose] = await Promise.all([
    docker.call(ENGINE_VERSION_ARGV, { timeoutMs: QUICK_MS }),
    docker.call(COMPOSE_VERSION_ARGV, { timeoutMs: QUICK_MS }),
  ]);
  requireSuccess(engine, ENGINE_VERSION_ARGV);
  if (compose.code !== 0 && !compose.timedOut) await refuseComposeV1(docker);
  requireSuccess(compose, COMPOSE_VERSION_ARGV);
  const version = compose.stdout.trim();
  if (!isSupportedCompose(version)) throw diagnoseOldCompose(version);
  return { engine: engine.stdout.trim(), compose: version, ms: Math.max(engine.ms, compose.ms) };
}

/**
 * Whether a version of the Compose plugin is 2.20 or later: the first whose `.env` grammar can carry any
 * value (compose-go 1.16). The numbers jump from 2.x to 5.0; text that is no version is not refused.
 */
export function isSupportedCompose(version: string): boolean {
  const match = /(\d+)\.(\d+)/.exec(version);
  if (!match) return true;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > 2 || (major === 2 && minor >= 20);
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
