import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Login, query } from './database.ts';
import { IMAGES } from './images.ts';
import type { Project } from './project.ts';

/** What clients saw while something was done to the pool. */
export interface Counts {
  readonly done: number;
  /** Transactions that were begun and failed. */
  readonly failed: number;
  /** Log-ins that were refused; a client whose connection is lost tries again each 100 ms. */
  readonly refused: number;
  /** How long no transaction at all was done, at most. */
  readonly standstillMs: number;
  /** The words of the failures, and how often each came. */
  readonly words: Readonly<Record<string, number>>;
}

/**
 * Clients as an application has them: each keeps its connection, does a transaction every 20 ms, and connects anew
 * when it has lost its connection.
 */
export function startClients(project: Project, login: Login, count: number): () => Promise<Counts> {
  let isOver = false;
  const counts = { done: 0, failed: 0, refused: 0, standstillMs: 0 };
  const words: Record<string, number> = {};
  let lastDone = performance.now();
  const note = (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    words[text] = (words[text] ?? 0) + 1;
  };
  const work = async () => {
    let client: pg.Client | undefined;
    while (!isOver) {
      if (client === undefined) {
        const next = new pg.Client({
          ...login,
          host: '127.0.0.1',
          port: project.port,
          connectionTimeoutMillis: 20_000,
        });
        next.on('error', () => {});
        try {
          await next.connect();
          client = next;
        } catch (error) {
          counts.refused++;
          note(error);
          await sleep(100);
          continue;
        }
      }
      try {
        await client.query('BEGIN; UPDATE load SET n = n + 1 WHERE id = 1 + floor(random() * 1000); COMMIT');
        const now = performance.now();
        counts.standstillMs = Math.max(counts.standstillMs, Math.round(now - lastDone));
        lastDone = now;
        counts.done++;
      } catch (error) {
        counts.failed++;
        note(error);
        await client.end().catch(() => {});
        client = undefined;
      }
      await sleep(20);
    }
    await client?.end().catch(() => {});
  };
  const workers = Array.from({ length: count }, work);
  return async () => {
    isOver = true;
    await Promise.all(workers);
    return { ...counts, words };
  };
}

/** What clients saw that log in all the time. */
export interface Logins {
  readonly done: number;
  /** Where neither password was let in, or anything else went wrong. */
  readonly failed: number;
  /** Where the old password was refused, and the new one let in at once. */
  readonly changedOver: number;
  /** Where PgBouncer mixed up the keys of both for a moment: the client refused it, and got in by trying again. */
  readonly confused: number;
  /** How long a login and a statement took, at most. */
  readonly slowestMs: number;
  readonly words: Readonly<Record<string, number>>;
}

/**
 * Clients that log in, ask one thing and leave, again and again, with the old password until that is refused, and
 * with the new one from then on.
 */
export function startLogins(
  project: Project,
  { from, to, count }: { readonly from: Login; readonly to: Login; readonly count: number },
): () => Promise<Logins> {
  let isOver = false;
  const counts = { done: 0, failed: 0, changedOver: 0, confused: 0, slowestMs: 0 };
  const words: Record<string, number> = {};
  const attempt = async (login: Login, deadline = performance.now() + 3000): Promise<void> => {
    const began = performance.now();
    try {
      await query(project, login, 'SELECT 1');
    } catch (error) {
      if (!/server signature/.test(String(error)) || began > deadline) throw error;
      counts.confused++;
      await sleep(50);
      return attempt(login, deadline);
    }
    counts.slowestMs = Math.max(counts.slowestMs, Math.round(performance.now() - began));
    counts.done++;
  };
  const work = async () => {
    let login = from;
    while (!isOver) {
      try {
        await attempt(login).catch(async (error: Error) => {
          // PgBouncer's own words: those of Postgres name the user.
          if (login === to || !/^(?:password|SASL) authentication failed$/.test(error.message)) throw error;
          login = to;
          await attempt(to);
          counts.changedOver++;
        });
      } catch (error) {
        counts.failed++;
        const text = error instanceof Error ? error.message : String(error);
        words[text] = (words[text] ?? 0) + 1;
      }
      await sleep(10);
    }
  };
  const workers = Array.from({ length: count }, work);
  return async () => {
    isOver = true;
    await Promise.all(workers);
    return { ...counts, words };
  };
}

/** What pgbench says at its end. */
export interface Bench {
  readonly processed: number;
  readonly failed: number;
  /** Clients that gave up because they lost their connection. */
  readonly aborted: number;
}

/**
 * pgbench through the pool, in a container of its own on the stack's network.
 * @param anew with a connection for each transaction
 */
export async function runPgbench(
  project: Project,
  { user, password, database }: Login,
  {
    clients,
    seconds,
    anew = false,
  }: { readonly clients: number; readonly seconds: number; readonly anew?: boolean },
): Promise<Bench> {
  const sql = 'BEGIN; UPDATE load SET n = n + 1 WHERE id = 1 + floor(random() * 1000); COMMIT;';
  const { stdout: network } = await project.docker([
    ...['inspect', '--format', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}'],
    `${project.name}_pgbouncer`,
  ]);
  const { stdout, stderr } = await project.docker(
    [
      ...['run', '--rm', '-i', '--network', network.trim(), '-e', 'PGPASSWORD', '--entrypoint', 'sh'],
      ...[IMAGES.postgres17, '-c'],
      `cat > /tmp/load.sql && PATH="$PATH:$(echo /usr/lib/postgresql/*/bin)" pgbench -n ${anew ? '-C -R 20' : `-R ${clients * 5}`} -f /tmp/load.sql -c ${clients} -j 2 -T ${seconds} -h pgbouncer -p ${project.port} -U ${user} ${database}`,
    ],
    { env: { PGPASSWORD: password }, input: sql, code: 'any', timeoutMs: (seconds + 60) * 1000 },
  );
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  return {
    processed: number(/transactions actually processed: (\d+)/),
    failed: number(/number of failed transactions: (\d+)/),
    aborted: (stderr.match(/client \d+ (?:script \d+ )?aborted/g) ?? []).length,
  };
}
