import type { ComposeProject } from '../stack/compose-project.ts';

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
    ...project.files.flatMap((file) => ['-f', file]),
    ...['--project-directory', project.directory],
    ...command,
  ];
}

/** All containers of the project, the exited ones too: without `-a` a crashed service looks absent. */
export function psArgv(project: ComposeProject): string[] {
  return composeArgv(project, 'ps', '-a', '--format', 'json');
}

/** The services that Compose starts by itself: those of no profile, and of the profiles that `.env` switches on. */
export function servicesArgv(project: ComposeProject): string[] {
  return composeArgv(project, 'config', '--services');
}

/** A command in a container, fed by stdin and without a terminal: one would mangle the bytes that come back. */
export function execArgv(container: string, ...command: readonly string[]): string[] {
  return ['exec', '--interactive', container, ...command];
}

/**
 * What the engine knows of the containers of these names, in a Go template: one line each; those that are not
 * there are complained of, and the others told. Takes the engine alone, and not the time that Compose takes to start.
 */
export function inspectArgv(names: readonly string[], format: string): string[] {
  return ['inspect', '--type', 'container', '--format', format, ...names];
}

/** Fails where this machine does not have the image. */
export function findImageArgv(image: string): string[] {
  return ['image', 'inspect', '--format', '{{.Id}}', image];
}

/** Which lines of a log to give: the last ones, of those that are not older than a time, if one is given. */
interface LogRange {
  readonly lines: number | 'all';
  /** RFC 3339. */
  readonly since: string | undefined;
}

/** What a service logged, without the service's name before each line. */
export function logsArgv(project: ComposeProject, service: string, { lines, since }: LogRange): string[] {
  const range = [...(since === undefined ? [] : ['--since', since]), '--tail', String(lines)];
  return composeArgv(project, 'logs', '--no-color', '--no-log-prefix', ...range, service);
}

/** Copies what is in a container's folder, its volumes included, into a folder of this host. */
export function copyOutArgv(container: string, folder: string, target: string): string[] {
  return ['cp', `${container}:${folder}`, target];
}

/** Removes a container, running or not, and no volume of a name. */
export function removeArgv(container: string): string[] {
  return ['rm', '--force', container];
}

/** A container for one command of an image's: it reads stdin, logs nothing, and goes when the command ends. */
interface OneCommand {
  readonly name: string;
  /** Docker's default network where it is left out; before Docker 25 there can be only one. */
  readonly network?: string | undefined;
  /** Further names of hosts, each `name:address`. */
  readonly hosts?: readonly string[];
  readonly image: string;
}

/** Runs a command in a container of its own. What it prints is not kept by the engine as a log, too. */
export function runArgv(
  { name, network, hosts = [], image }: OneCommand,
  ...[program = '', ...words]: string[]
): string[] {
  const settings = ['--rm', '--interactive', '--log-driver', 'none', '--name', name];
  const reach = [
    ...(network === undefined ? [] : ['--network', network]),
    ...hosts.flatMap((host) => ['--add-host', host]),
  ];
  return ['run', ...settings, ...reach, '--entrypoint', program, image, ...words];
}
