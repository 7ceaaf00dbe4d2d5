import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { tempFolder } from './temp-project.ts';

const DOCKER = new URL('./fake-docker.mjs', import.meta.url);
const PSQL = new URL('./fake-docker-psql.mjs', import.meta.url);

/** How the fake docker answers one command: the first rule whose `match` is part of the argv counts. */
export interface Rule {
  readonly match: string;
  readonly stdout?: string;
  /** One stdout a call; the last one stays. */
  readonly sequence?: readonly string[];
  readonly stderr?: string;
  readonly code?: number;
  /** Never ends by itself, and neither does a child of it. */
  readonly hang?: boolean;
  /** Both ignore SIGTERM. */
  readonly stubborn?: boolean;
  /** Runs what follows `exec --interactive <container>` here, with the fake psql on its PATH. */
  readonly exec?: boolean;
  /** A shell to run it with instead of `timeout N sh`. */
  readonly shell?: string;
}

/** The PgBouncer that the fake psql talks to. */
export interface FakePool {
  readonly users: Readonly<Record<string, string>>;
  readonly console: readonly string[];
  readonly databases: readonly string[];
  readonly tables: Readonly<Record<string, readonly (readonly (string | null)[])[]>>;
  /** By `user@database`: `hang`, or the words of a refusal; of a list, one a login, and null lets in. */
  readonly logins?: Readonly<Record<string, string | readonly (string | null)[]>>;
  /** By `user@database`: for how many seconds the server connection has been open. */
  readonly ages?: Readonly<Record<string, number>>;
  /** The same as `logins`, at Postgres itself; `database` is the one there. */
  readonly server?: Readonly<Record<string, string>>;
  /** What PGREQUIREAUTH must be there; undefined where it must not be set. */
  readonly requireAuth?: string;
}

/** One call of the fake docker; `env` is the whole environment that it got. */
interface Call {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly cwd: string;
}

/** A fake docker on a PATH of its own. */
export interface FakeDocker {
  readonly env: Record<string, string>;
  readonly calls: () => Call[];
}

/** Puts a fake `docker`, and where wanted `docker-compose`, on a PATH that holds no real one. */
export function fakeDocker(
  rules: readonly Rule[],
  options: { pool?: FakePool; composeV1?: readonly Rule[] } = {},
): FakeDocker {
  const folder = tempFolder();
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls.ndjson');
  mkdirSync(bin);
  const put = (name: string, variable: string, program: URL, content: object) => {
    const file = `${name}.json`;
    writeFileSync(join(folder, file), JSON.stringify(content));
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\n${variable}='${join(folder, file)}' exec '${process.execPath}' '${fileURLToPath(program)}' "$@"\n`,
    );
    chmodSync(join(bin, name), 0o755);
  };
  put('docker', 'FAKE_DOCKER', DOCKER, { rules, log, bin });
  if (options.composeV1) {
    put('docker-compose', 'FAKE_DOCKER', DOCKER, { rules: options.composeV1, log, bin });
  }
  if (options.pool) put('psql', 'FAKE_PSQL', PSQL, options.pool);
  return {
    env: { PATH: bin },
    calls: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            // Below the last line break there is nothing, or a call that is being written down.
            .slice(0, -1)
            .map((line) => JSON.parse(line) as Call)
        : [],
  };
}

/**
 * Passes once no call runs any more, nor a child of one. A grandchild that was killed with its group may take
 * a moment to be gone.
 */
export async function expectEnded(calls: FakeDocker['calls']): Promise<void> {
  await vi.waitFor(() => expect(calls().filter(({ pid }) => isAlive(pid))).toEqual([]));
}

/** Whether a process still runs; a zombie that nobody has reaped does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return !/\) Z /.test(stat);
}
