import { RUN_FORMAT } from './container-runs.ts';

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
 * How the containers of these names run, one line each; those that are not there are complained of, and the
 * others told. By name because that takes the engine alone, without the time that Compose takes to start.
 */
export function inspectArgv(names: readonly string[]): string[] {
  return ['inspect', '--type', 'container', '--format', RUN_FORMAT, ...names];
}

/** A command in a container, fed by stdin and without a terminal: one would mangle the bytes that come back. */
export function execArgv(container: string, ...command: readonly string[]): string[] {
  return ['exec', '--interactive', container, ...command];
}

/** The last `lines` lines that a service logged, without the service's name before each. */
export function logsArgv(project: ComposeProject, service: string, lines: number): string[] {
  return composeArgv(project, 'logs', '--no-color', '--no-log-prefix', '--tail', String(lines), service);
}
