import { randomBytes } from 'node:crypto';
import { Readable, type Writable } from 'node:stream';
import { execArgv, inspectArgv, psArgv, removeArgv, runArgv } from '../docker/argv.ts';
import { type Container, parseContainers } from '../docker/containers.ts';
import { diagnoseStderr } from '../docker/diagnose.ts';
import type { Docker } from '../docker/docker.ts';
import type { RunResult } from '../docker/run.ts';
import { writeConninfo } from '../formats/conninfo.ts';
import { quoteLiteral } from '../formats/sql.ts';
import { startServerCommand } from '../plan/commands.ts';
import { EnvironmentError } from '../problems/errors.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import { DOCKER_HOST } from '../stack/docker-host.ts';
import type { Secret } from '../stack/secret.ts';
import { networkName, type Stack } from '../stack/stack.ts';
import { feedTlsFiles, type TlsFiles, takeTlsFiles, tlsFilesOf, tlsKeywords } from './tls-files.ts';

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

/** Without a child process in Postgres's container: one that outlives its parent becomes Postgres's own, which restarts when it is killed. */
const READ_PASSWORD = 'IFS= read -r PGPASSWORD; export PGPASSWORD LC_ALL=C\n';
const BECOME_IT = 'exec "$@"';
const LOG_IN = READ_PASSWORD + BECOME_IT;

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
      ? wayInside(await findPostgres(docker, postgres, project), postgres, session)
      : wayBeside(postgres, stack, await findNetwork(docker, stack, project));
  const within = (by: Docker): Server => ({
    user: login.name,
    conninfo: (dbname) =>
      writeConninfo({ dbname, ...way.address, user: login.name, application_name: session }),
    run: (words, { input, output } = {}) =>
      by.call(way.argv('sh', '-c', READ_PASSWORD + takeTlsFiles(way.files) + BECOME_IT, 'sh', ...words), {
        stdin: Readable.from(feed(login.password, way.files, input), { objectMode: false }),
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

async function* feed(
  password: Secret,
  files: TlsFiles,
  input: AsyncIterable<Buffer> | undefined,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${password.reveal()}\n${feedTlsFiles(files)}`);
  if (input !== undefined) yield* input;
}

interface Way {
  readonly address: Readonly<Record<string, string>>;
  /** What is to be put beside the program. */
  readonly files: TlsFiles;
  argv(...command: readonly string[]): string[];
  endArgv(user: string): string[];
}

function wayInside(container: string, { port }: Address, session: string): Way {
  const address = { port: String(port) };
  const argv = (...command: readonly string[]) => execArgv(container, ...command);
  return {
    address,
    files: new Map(),
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

function wayBeside({ host, port }: Address, stack: Stack, network: string | undefined): Way {
  const sslmode = stack.pgbouncer.settings.get('server_tls_sslmode') ?? 'prefer';
  const files = tlsFilesOf(stack);
  const { image } = stack.backup;
  const isNamed = network?.startsWith(SHARED) === true || !host.split(',').includes(DOCKER_HOST);
  const hosts = isNamed ? [] : [`${DOCKER_HOST}:host-gateway`];
  let name = '';
  return {
    address: { host, port: String(port), sslmode, ...tlsKeywords(files) },
    files,
    argv: (...command) => {
      runs += 1;
      name = `${stack.name}_pg_client_${process.pid}_${runs}`;
      return runArgv({ name, network, hosts, image }, ...command);
    },
    endArgv: () => removeArgv(name),
  };
}

/** Before the name of a container whose networks are shared, and with them its names of hosts. */
const SHARED = 'container:';

/**
 * The network from which PgBouncer reaches a server of others. That of an adopted project has a name that its own
 * files give, so Docker is asked for those that PgBouncer is in. Where there are several, its own are shared, since
 * Docker joins one; it must run then. Without its container, Docker's default network has to do.
 */
async function findNetwork(
  docker: Docker,
  stack: Stack,
  project: ComposeProject,
): Promise<string | undefined> {
  if (stack.adopted === undefined) return networkName(stack);
  const { container } = await findContainer(docker, 'pgbouncer', project);
  if (container === undefined) return undefined;
  const names = '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}';
  const { code, stdout } = await docker.call(inspectArgv([container.name], names));
  const [first, ...others] = code === 0 ? stdout.split('\n').filter((name) => name !== '') : [];
  return others.length > 0 && container.state === 'running' ? `${SHARED}${container.name}` : first;
}

async function findPostgres(docker: Docker, { host }: Address, project: ComposeProject): Promise<string> {
  const { container, seen } = await findContainer(docker, host, project);
  if (container?.state === 'running') return container.name;
  throw new EnvironmentError(
    `the Postgres of the stack does not run (${container?.state ?? seen})`,
    `start it with ${startServerCommand(project, host)}`,
  );
}

/** The container of a service, or what was seen instead. */
async function findContainer(
  docker: Docker,
  service: string,
  project: ComposeProject,
): Promise<{ readonly container?: Container | undefined; readonly seen: string | undefined }> {
  const { code, stdout, stderr } = await docker.call(psArgv(project));
  const known = diagnoseStderr(stderr);
  if (code !== 0 && known !== undefined) throw known;
  if (code !== 0) return { seen: stderr.trim().split('\n').at(-1) };
  const container = parseContainers(stdout).find((each) => each.service === service);
  return { container, seen: 'there is no container of it' };
}
