/** The three facts that tell Compose which stack is meant, whatever the current folder holds. */
export interface ComposeProject {
  readonly name: string;
  /** The rendered docker-compose.yml. */
  readonly file: string;
  /** The folder that relative paths and `.env` belong to. */
  readonly directory: string;
}

/** `docker version`, cut down to the engine's own version: fails where no engine answers. */
export const ENGINE_VERSION_ARGV: readonly string[] = ['version', '--format', '{{.Server.Version}}'];

/** The version of the Compose plugin; needs no engine. */
export const COMPOSE_VERSION_ARGV: readonly string[] = ['compose', 'version', '--short'];

/**
 * The argv, without `docker`, of a Compose subcommand on one project. The project's flags come before the
 * subcommand, because Compose takes them nowhere else.
 */
export function composeArgv(project: ComposeProject, ...command: readonly string[]): string[] {
  return [
    'compose',
    ...['-p', project.name],
    ...['-f', project.file],
    ...['--project-directory', project.directory],
    ...command,
  ];
}

/** All containers of the project, the exited ones too: without `-a` a crashed service looks absent. */
export function psArgv(project: ComposeProject): string[] {
  return composeArgv(project, 'ps', '-a', '--format', 'json');
}

/**
 * The ids of the running containers of a service, by Compose's labels: what `compose exec` looks up, without the
 * time that Compose takes to start.
 */
export function findContainerArgv({ name }: ComposeProject, service: string): string[] {
  const labels = { project: name, service, oneoff: 'False' };
  const filters = Object.entries(labels).flatMap(([key, value]) => [
    '--filter',
    `label=com.docker.compose.${key}=${value}`,
  ]);
  return ['ps', '--quiet', '--no-trunc', ...filters];
}

/** A command in a container, fed by stdin and without a terminal: one would mangle the bytes that come back. */
export function execArgv(container: string, ...command: readonly string[]): string[] {
  return ['exec', '--interactive', container, ...command];
}

/** The last `lines` lines that a service logged, without the service's name before each. */
export function logsArgv(project: ComposeProject, service: string, lines: number): string[] {
  return composeArgv(project, 'logs', '--no-color', '--no-log-prefix', '--tail', String(lines), service);
}

/** Copies what is in a container's folder, its volumes included, into a folder of this host. */
export function copyOutArgv(container: string, folder: string, target: string): string[] {
  return ['cp', `${container}:${folder}`, target];
}

/** Removes a container, running or not, and no volume of a name. */
export function removeArgv(container: string): string[] {
  return ['rm', '--force', container];
}
