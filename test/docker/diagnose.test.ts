import { describe, expect, it } from 'vitest';
import { diagnoseSpawn, diagnoseStderr } from '../../src/docker/diagnose.ts';
import { refuseOldCompose } from '../../src/docker/versions.ts';
import { EXIT } from '../../src/problems/errors.ts';

const DOWN = 'The Docker daemon does not answer';
const DENIED = 'This user may not talk to the Docker daemon';
const NO_PLUGIN = 'Docker has no Compose plugin';

describe('diagnoseStderr', () => {
  it.each([
    ['Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?', DOWN],
    [
      "unable to get image 'i': Cannot connect to the Docker daemon at tcp://h:2375. Is the docker daemon running?",
      DOWN,
    ],
    [
      'failed to connect to the docker API at unix:///x; check if the path is correct and if the daemon is running: dial unix',
      DOWN,
    ],
    ['error during connect: Get "http://h": lookup h: no such host', DOWN],
    ['open //./pipe/docker_engine: Das System kann die angegebene Datei nicht finden.', DOWN],
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://x": dial unix /var/run/docker.sock: connect: permission denied',
      DENIED,
    ],
    ['PERMISSION DENIED while trying to connect to the docker API at unix:///var/run/docker.sock', DENIED],
    [
      'Failed to initialize: unable to resolve docker endpoint: context "nope": context not found: open x',
      'The docker context in use does not exist',
    ],
    ['docker: unknown command: docker compose', NO_PLUGIN],
    ["docker: 'compose' is not a docker command.\nSee 'docker --help'", NO_PLUGIN],
    ["unknown shorthand flag: 'p' in -p", NO_PLUGIN],
    ['unknown flag: --format', NO_PLUGIN],
    [
      'Error response from daemon: client version 1.52 is too new. Maximum supported API version is 1.41',
      'The docker command and the Docker daemon are too far apart in version',
    ],
  ])('must know %s', (stderr, cause) => {
    const error = diagnoseStderr(stderr);
    expect(error?.message).toBe(cause);
    expect(error?.exitCode).toBe(EXIT.environment);
    expect(error?.hint).toMatch(/^\w/);
  });

  it.each([
    'service "pgbouncer" is not running',
    'Error response from daemon: Container abc is restarting, wait until the container is running',
    'open /p/docker-compose.yml: no such file or directory',
  ])('must leave to the checks what is no failure of docker: %s', (stderr) => {
    expect(diagnoseStderr(stderr)).toBeUndefined();
  });
});

describe('diagnoseSpawn', () => {
  it.each([
    ['ENOENT', true, 'docker was not found on the PATH'],
    ['ENOENT', false, 'The current folder no longer exists'],
    ['EACCES', true, 'The docker found on the PATH may not be executed by this user'],
    ['EMFILE', true, 'docker could not be started (EMFILE)'],
  ])('must tell %s apart (folder there: %s)', (code, cwdExists, message) => {
    expect(diagnoseSpawn(Object.assign(new Error('spawn'), { code }), cwdExists).message).toBe(message);
  });
});

describe('refuseOldCompose', () => {
  it.each([
    ['2.20.0', true, false],
    ['2.20.2', true, true],
    ['2.40.3-3', true, true],
    ['v2.26.1', true, true],
    ['5.0.1', true, true],
    ['dev', true, true],
    ['2.19.9', false, false],
    ['v2.3.3', false, false],
    ['1.29.2', false, false],
  ])('%s: a stack of its own %s, an adopted project %s', (version, isFit, isFitForOverlay) => {
    const accepts = (stack: { adopted: unknown }) => {
      try {
        refuseOldCompose(version, stack);
        return true;
      } catch (error) {
        expect((error as Error).message).toContain(`Docker Compose ${version} is too old`);
        return false;
      }
    };
    expect(accepts({ adopted: undefined })).toBe(isFit);
    expect(accepts({ adopted: {} })).toBe(isFitForOverlay);
  });
});
