import type { Progress } from '../backup/back-up.ts';
import type { Login } from '../backup/server.ts';
import { createDocker, type Docker } from '../docker/docker.ts';
import { readVersions } from '../docker/versions.ts';
import { RefusedError, UsageError } from '../problems/errors.ts';
import { formatProgress } from '../report/backups.ts';
import { openProgressLine } from '../report/progress-line.ts';
import { listDatabases, ownEntries } from '../stack/access.ts';
import { Secret } from '../stack/secret.ts';
import type { Stack } from '../stack/stack.ts';
import { listSecrets } from '../verify/list-secrets.ts';
import { dotenvVariables } from '../writers/dotenv.ts';
import type { Invocation } from './context.ts';
import { loadProject } from './load-project.ts';
import { stackCommand } from './stack-command.ts';

/** How long clearing up may take: `main.ts` waits no longer after a signal. */
const CLEANING_MS = 2500;

interface DatabaseOptions {
  readonly out?: string;
  readonly user?: string;
  readonly timeout?: number;
}

/** What `backup` and `restore` share: the stack, a session with its docker, and a line that shows progress. */
export async function openDatabaseSession({ world, options, report }: Invocation<DatabaseOptions>) {
  const { stack, compose, isRendered } = await loadProject(options, world, report);
  if (!isRendered) {
    const render = stackCommand('render', stack.environment, options);
    throw new UsageError(`there is no ${compose.files.at(-1)}`, `run ${render}`);
  }
  const login = options.user === undefined ? undefined : findLogin(stack, options.user, world.env);
  const session = {
    cwd: world.cwd,
    env: world.env,
    hidden: [...dotenvVariables(stack).keys(), 'PGPASSWORD'],
    secrets: [...listSecrets(stack), ...(login === undefined ? [] : [login.password.reveal()])],
  };
  const { timeout = Number.POSITIVE_INFINITY } = options;
  const deadline = performance.now() + timeout * 1000;
  const docker = createDocker({ ...session, signal: world.signal, deadline });
  await readVersions(docker, stack);
  const began = performance.now();
  const line = openProgressLine(report, world.stderr);
  return {
    stack,
    docker,
    line,
    request: {
      stack,
      project: compose,
      login,
      onProgress: (progress: Progress) => line.show(formatProgress(progress, performance.now() - began)),
      cleaner: (): Docker =>
        createDocker({
          ...session,
          signal: new AbortController().signal,
          deadline: performance.now() + CLEANING_MS,
        }),
    },
  };
}

/** The role that `--user` names, with its password: of the settings, else of PGPASSWORD, as libpq has it. */
function findLogin({ postgres, users }: Stack, name: string, env: Invocation<object>['world']['env']): Login {
  if (postgres.kind === 'own')
    throw new UsageError(
      '--user is for a Postgres that someone else runs: the one of the stack is worked on as its superuser',
      'leave it out',
    );
  const user = users.find((each) => each.name === name && each.roles.includes('app'));
  if (user?.password !== undefined) return { name, password: user.password };
  const password = env['PGPASSWORD'];
  if (password === undefined || /[\r\n]/.test(password))
    throw new UsageError(
      `there is no password for ${name}: the settings do not have that user, or not in the clear`,
      'set PGPASSWORD in the environment to the password of that role, in one line',
    );
  return { name, password: new Secret(password, 'PGPASSWORD') };
}

/**
 * The name on the stack's server that somebody means: it itself, or that of an entry of the settings. Undefined where
 * the settings have neither. Throws RefusedError for what they have on another server: the stack's own may hold
 * something else under that name.
 */
export function resolveDatabase(stack: Stack, name: string, command: string): string | undefined {
  const own = ownEntries(stack);
  const others = stack.databases.filter((entry) => !own.includes(entry));
  const known = listDatabases(stack);
  const named = others.find((entry) => entry.name === name);
  if (named === undefined) {
    const found = known.includes(name) ? name : own.find((entry) => entry.name === name)?.dbname;
    if (found !== undefined && found !== '*') return found;
  }
  const other = named ?? others.find(({ dbname }) => dbname === name);
  if (other === undefined) return undefined;
  const { host, port } = stack.postgres;
  const where = other.host === host ? `port ${other.port} of ${host}` : other.host;
  throw new RefusedError(
    `${JSON.stringify(name)} is on ${where}, which ${command} does not reach`,
    known.length === 0
      ? `none of the databases of the settings is on ${host}:${port}`
      : `of the settings, ${host}:${port} has ${known.join(', ')}`,
  );
}
