import { randomBytes } from 'node:crypto';
import { Readable, type Writable } from 'node:stream';
import { execArgv, psArgv, removeArgv, runArgv } from '../docker/argv.ts';
import { parseContainers } from '../docker/containers.ts';
import { diagnoseStderr } from '../docker/diagnose.ts';
import type { Docker } from '../docker/docker.ts';
import type { RunResult } from '../docker/run.ts';
import { writeConninfo } from '../formats/conninfo.ts';
import { quoteLiteral } from '../formats/sql.ts';
import { upCommand } from '../plan/commands.ts';
import { EnvironmentError } from '../problems/errors.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { Secret } from '../stack/secret.ts';
import { networkName, type Stack } from '../stack/stack.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** A role of the server, and its password. */
export interface Login {
  readonly name: string;
  readonly password: Secret;
}

/** A stack's Postgres, as its own programs reach it: without the pool. */
export interface Server {
  readonly user: string;
  /** The connection to a database of it, as libpq takes it; without the password. */
  conninfo(dbname: string): string;
  /**
   * Runs one of Postgres's programs where it reaches the server. One that fails still resolves; rejects as
   * `Docker.call` does. No password stands in an argv, nor in what docker knows of a container.
   */
  run(words: readonly string[], streams?: Streams): Promise<RunResult>;
  /** The same server by another session with docker, which takes no signal of the first one. */
  within(docker: Docker): Server;
  /** Ends what is still at work there after a call was given up. Takes a session of its own; never rejects. */
  endLeft(docker: Docker): Promise<void>;
}

interface Streams {
  readonly input?: AsyncIterable<Buffer>;
  readonly output?: Writable;
}

/** Without a child process: one that outlives its parent becomes Postgres's own, which restarts when it is killed. */
const LOG_IN = 'IFS= read -r PGPASSWORD; export PGPASSWORD LC_ALL=C; exec "$@"';

/**
 * Finds the way to a stack's Postgres: into its container, where the stack runs it, as its superuser and over its
 * socket; else in a container beside it, as `login`. Throws EnvironmentError where there is none.
 */
export async function openServer(
  docker: Docker,
  { stack, project }: { readonly stack: Stack; readonly project: ComposeProject },
  login: Login,
): Promise<Server> {
  const { postgres } = stack;
  const session = `ecar-pool ${randomBytes(6).toString('hex')}`;
  const way =
    postgres.kind !== 'external'
      ? wayInside(await findContainer(docker, postgres, project), postgres, session)
      : wayBeside(postgres, stack);
  const within = (by: Docker): Server => ({
    user: login.name,
    conninfo: (dbname) =>
      writeConninfo({ dbname, ...way.address, user: login.name, application_name: session }),
    run: (words, { input, output } = {}) =>
      by.call(way.argv('sh', '-c', LOG_IN, 'sh', ...words), {
        stdin: Readable.from(feed(login.password, input), { objectMode: false }),
        ...(output === undefined ? {} : { stdout: output }),
      }),
    within,
    endLeft: async (cleaner) => {
      const stdin = `${login.password.reveal()}\n`;
      await cleaner.call(way.endArgv(login.name), { stdin }).catch(() => {});
    },
  });
  return within(docker);
}

async function* feed(password: Secret, input: AsyncIterable<Buffer> | undefined): AsyncGenerator<Buffer> {
  yield Buffer.from(`${password.reveal()}\n`);
  if (input !== undefined) yield* input;
}

interface Way {
  readonly address: Readonly<Record<string, string>>;
  argv(...command: readonly string[]): string[];
  endArgv(user: string): string[];
}

function wayInside(container: string, { port }: Address, session: string): Way {
  const address = { port: String(port) };
  const argv = (...command: readonly string[]) => execArgv(container, ...command);
  return {
    address,
    argv,
    // Docker cannot end what it has started in a container. Without its session it ends by itself.
    endArgv: (user) => {
      const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${quoteLiteral(session)}`;
      const conninfo = writeConninfo({ dbname: 'postgres', ...address, user });
      return argv('sh', '-c', LOG_IN, 'sh', 'psql', '-X', '-w', '-d', conninfo, '-c', end);
    },
  };
}

let runs = 0;

function wayBeside({ host, port }: Address, stack: Stack): Way {
  const sslmode = stack.pgbouncer.settings.get('server_tls_sslmode') ?? 'prefer';
  const { image } = stack.backup;
  let name = '';
  return {
    address: { host, port: String(port), sslmode },
    argv: (...command) => {
      runs += 1;
      name = `${stack.name}_pg_client_${process.pid}_${runs}`;
      return runArgv({ name, network: networkName(stack), image }, ...command);
    },
    endArgv: () => removeArgv(name),
  };
}

async function findContainer(docker: Docker, { host }: Address, project: ComposeProject): Promise<string> {
  const { code, stdout, stderr } = await docker.call(psArgv(project));
  const known = diagnoseStderr(stderr);
  if (code !== 0 && known !== undefined) throw known;
  const found = code === 0 ? parseContainers(stdout).find(({ service }) => service === host) : undefined;
  if (found?.state === 'running') return found.name;
  const seen =
    code === 0 ? (found?.state ?? 'there is no container of it') : stderr.trim().split('\n').at(-1);
  throw new EnvironmentError(
    `the Postgres of the stack does not run (${seen})`,
    `start it with ${upCommand(project)}`,
  );
}
