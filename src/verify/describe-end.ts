import { diagnoseStderr } from '../docker/diagnose.ts';
import type { RunResult } from '../docker/run.ts';

/**
 * What a docker command that failed said; throws EnvironmentError where the words are of docker itself. Docker
 * reports a missing program on stdout.
 */
export function describeEnd(result: RunResult): string {
  if (result.timedOut) return `no answer within ${Math.round(result.ms / 1000)} s`;
  const known = diagnoseStderr(result.stderr);
  if (known) throw known;
  return result.stderr.trim() || result.stdout.trim() || `exit code ${result.code ?? 'none'}`;
}
