import { EnvironmentError } from '../problems/errors.ts';

/** A way in which docker itself can fail, told by its words. */
interface Diagnosis {
  readonly pattern: RegExp;
  readonly cause: string;
  readonly fix: string;
}

const INSTALL_COMPOSE =
  'install the Docker Compose plugin, 2.20 or later: https://docs.docker.com/compose/install/linux/';

/**
 * In order: the first match counts. The words are those of the docker CLI 20.10 to 29; the CLI and Compose
 * that are built on the newer API client (29 and 5) word the first two anew.
 */
const DIAGNOSES: readonly Diagnosis[] = [
  {
    // Before the next one: an unreadable socket is reported with the address of a daemon, too.
    pattern: /permission denied while trying to connect|dial unix [^\n]*: connect: permission denied/i,
    cause: 'This user may not talk to the Docker daemon',
    fix: 'run as a user in the group `docker` (sudo usermod -aG docker "$USER", then log in again), or use rootless Docker',
  },
  {
    pattern:
      /cannot connect to the docker daemon|failed to connect to the docker api|error during connect|docker_engine/i,
    cause: 'The Docker daemon does not answer',
    fix: 'start it (sudo systemctl start docker, or Docker Desktop), or check DOCKER_HOST and `docker context ls`',
  },
  {
    pattern: /unable to resolve docker endpoint|context "[^"]*"(?:: context)? not found/i,
    cause: 'The docker context in use does not exist',
    fix: 'list the contexts with `docker context ls` and unset DOCKER_CONTEXT or choose one with `docker context use`',
  },
  {
    pattern: /client version [\d.]+ is too (?:new|old)|minimum supported api version/i,
    cause: 'The docker command and the Docker daemon are too far apart in version',
    fix: 'update the older of the two; `docker version` shows both',
  },
  {
    // Without the plugin, the CLI takes the flags that follow `compose` for its own.
    pattern:
      /unknown command: docker compose|'compose' is not a docker command|unknown shorthand flag: '.' in -|unknown flag: --/i,
    cause: 'Docker has no Compose plugin',
    fix: INSTALL_COMPOSE,
  },
];

/**
 * What stopped docker, from what it wrote to stderr; undefined where the words are of no known failure of
 * docker itself, but for example of one container.
 */
export function diagnoseStderr(stderr: string): EnvironmentError | undefined {
  const found = DIAGNOSES.find(({ pattern }) => pattern.test(stderr));
  return found && new EnvironmentError(found.cause, found.fix);
}

/** Why a program could not be started at all. `cwdExists` matters: Node reports a missing folder as ENOENT, too. */
export function diagnoseSpawn(
  error: NodeJS.ErrnoException,
  cwdExists: boolean,
  program = 'docker',
): EnvironmentError {
  if (error.code === 'ENOENT' && !cwdExists) {
    return new EnvironmentError('The current folder no longer exists', 'change to a folder that exists');
  }
  if (program !== 'docker') {
    const why =
      error.code === 'ENOENT' ? 'was not found on the PATH' : `could not be started (${error.code})`;
    return new EnvironmentError(`${program} ${why}`, `install ${program}, or correct the PATH`, {
      cause: error,
    });
  }
  if (error.code === 'ENOENT') {
    return new EnvironmentError(
      'docker was not found on the PATH',
      'install Docker Engine with its Compose plugin: https://docs.docker.com/engine/install/',
    );
  }
  if (error.code === 'EACCES') {
    return new EnvironmentError(
      'The docker found on the PATH may not be executed by this user',
      'check it with `ls -l "$(command -v docker)"`',
    );
  }
  return new EnvironmentError(
    `docker could not be started (${error.code ?? error.message})`,
    'run `docker version` by hand to see why',
    { cause: error },
  );
}

/** Docker was given up on after `seconds`. */
export function diagnoseTimeout(command: string, seconds: number): EnvironmentError {
  return new EnvironmentError(
    `\`${command}\` gave no answer within ${seconds} s`,
    'see whether `docker version` answers; a stuck daemon needs a restart (sudo systemctl restart docker), a busy one a larger --timeout',
  );
}

/** Only Compose v1 is there: it ends with 0 on flags that it does not know, so nothing it says can be trusted. */
export function diagnoseComposeV1(version: string): EnvironmentError {
  return new EnvironmentError(
    `Only docker-compose ${version} is installed: Compose v1, which has had no updates since July 2023`,
    INSTALL_COMPOSE,
  );
}

/** The Compose plugin is older than what the rendered files need. */
export function diagnoseOldCompose(version: string, floor: string, why: string): EnvironmentError {
  return new EnvironmentError(
    `Docker Compose ${version} is too old: ${why}`,
    `update the Docker Compose plugin to ${floor} or later: https://docs.docker.com/compose/install/linux/`,
  );
}
