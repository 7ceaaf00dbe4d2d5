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
export async function readComposeConfig(docker: Docker, project: ComposeProject): Promise<ComposeConfig> {
  const flags = ['--no-interpolate', '--no-path-resolution', '--no-normalize', '--format', 'json'];
  const result = await docker.call(composeArgv(project, '--profile', '*', 'config', ...flags));
  if (result.code !== 0) {
    const isAbsent =
      /is not a docker command|unknown command: docker compose|unknown (?:shorthand )?flag/i.test(
        result.stderr,
      );
    return isAbsent ? { absent: true } : { failure: result.stderr.trim() };
  }
  try {
    return { model: JSON.parse(result.stdout) };
  } catch {
    return { failure: 'docker compose config printed something that is not JSON' };
  }
}
