import type { ComposeProject } from '../stack/compose-project.ts';
import { composeArgv } from './argv.ts';
import type { Docker } from './docker.ts';

/** What came of asking Compose for a project: its model, or why there is none. */
export type ComposeConfig =
  | { readonly model: unknown }
  | { readonly absent: true }
  | { readonly failure: string };

/**
 * Asks Compose for all services of a project, whatever their profiles, with nothing put in and no path made
 * absolute, so that even a missing env_file or variable does not hinder; needs no engine.
 */
export function readComposeConfig(docker: Docker, project: ComposeProject): Promise<ComposeConfig> {
  const flags = ['--no-interpolate', '--no-path-resolution', '--no-normalize'];
  return readConfig(docker, project, flags, (text) => text);
}

/**
 * The same with all put in, env_files and passwords included, as containers are given it: for nobody to see. A missing
 * variable that is asked for, or env_file, is a failure.
 */
export function readFilledConfig(docker: Docker, project: ComposeProject): Promise<ComposeConfig> {
  // Compose doubles each `$`, so that it could read again what it prints.
  return readConfig(docker, project, [], (text) => text.replaceAll('$$', '$'));
}

async function readConfig(
  docker: Docker,
  project: ComposeProject,
  flags: readonly string[],
  settle: (text: string) => string,
): Promise<ComposeConfig> {
  const result = await docker.call(
    composeArgv(project, '--profile', '*', 'config', ...flags, '--format', 'json'),
  );
  if (result.code !== 0) {
    const isAbsent =
      /is not a docker command|unknown command: docker compose|unknown (?:shorthand )?flag/i.test(
        result.stderr,
      );
    return isAbsent ? { absent: true } : { failure: result.stderr.trim() };
  }
  try {
    return { model: JSON.parse(settle(result.stdout)) };
  } catch {
    return { failure: 'docker compose config printed something that is not JSON' };
  }
}
