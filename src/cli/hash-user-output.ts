import { once } from 'node:events';
import { alterRoleSql } from '../credentials/alter-role.ts';
import type { HashedUser } from '../credentials/hash-users.ts';
import { formatUserlistLine } from '../formats/userlist.ts';
import { updateUserlist } from '../plan/update-userlist.ts';
import { InterruptedError } from '../problems/errors.ts';
import { createReporter, type Reporter } from '../report/reporter.ts';
import type { Invocation, World } from './context.ts';
import type { HashUserOptions } from './hash-user.ts';

/** Users on their way from the hashing, batch by batch, and how many there will be. */
export interface Hashing {
  readonly batches: AsyncIterable<readonly HashedUser[]>;
  readonly count: number;
}

/** Prints the lines while they are made, with --sql the statements too; under --json one object. */
export async function printHashed(
  { world, options, report }: Invocation<HashUserOptions>,
  hashing: Hashing,
): Promise<void> {
  const format = options.json ? jsonFormat(options) : textFormat({ lines: true, sql: options.sql === true });
  await print(world, format, watch(world, report, hashing));
}

/**
 * Sets the lines in the userlist.txt at `path`, and once they are in place prints what --sql and --json ask
 * for. Throws as `updateUserlist` does.
 */
export async function writeHashed(
  { world, options, report }: Invocation<HashUserOptions>,
  hashing: Hashing,
  path: string,
): Promise<void> {
  // Nothing to set yet, but a file that cannot be used is told before minutes of work, not after them.
  await updateUserlist(world.cwd, path, []);
  const users: HashedUser[] = [];
  for await (const batch of watch(world, report, hashing)) users.push(...batch);
  const { outcome, isRendered } = await updateUserlist(world.cwd, path, users);
  const what = users.length === 1 ? '1 user' : `${users.length} users`;
  report.progress(
    outcome === 'written'
      ? `${what} set in ${path}; PgBouncer reads it at the next RELOAD`
      : `${path} holds this already; nothing was written`,
  );
  if (isRendered)
    report.notice(`${path} is rendered: the next \`ecar-pool render\` puts back what the settings say`);
  const format = options.json ? jsonFormat(options) : textFormat({ lines: false, sql: options.sql === true });
  await print(world, format, [users]);
}

interface Format {
  readonly head: string;
  item(user: HashedUser, isFirst: boolean): string;
  readonly tail: string;
}

function textFormat({ lines, sql }: { lines: boolean; sql: boolean }): Format {
  const item = (user: HashedUser): string =>
    (lines ? `${formatUserlistLine(user)}\n` : '') + (sql ? `${alterRoleSql(user.user, user.secret)}\n` : '');
  return { head: '', item, tail: '' };
}

/** The object that `report.data` would print, in pieces: that of a million users is longer than a string can be. */
function jsonFormat({ sql }: HashUserOptions): Format {
  let envelope = '';
  const sink = { write: (text: string) => (envelope += text) };
  const options = { json: true, quiet: false, color: false, noColor: undefined };
  createReporter(sink, sink, options).data({ users: [] });
  const [head = '', tail = ''] = envelope.split('[]');
  const item = (user: HashedUser, isFirst: boolean): string => {
    const statement = sql ? { sql: alterRoleSql(user.user, user.secret) } : {};
    const shown = { user: user.user, secret: user.secret, line: formatUserlistLine(user), ...statement };
    return `${isFirst ? '' : ','}\n    ${JSON.stringify(shown)}`;
  };
  return { head: `${head}[`, item, tail: `\n  ]${tail}` };
}

async function print(
  { stdout }: World,
  { head, item, tail }: Format,
  batches: AsyncIterable<readonly HashedUser[]> | Iterable<readonly HashedUser[]>,
): Promise<void> {
  let isFirst = true;
  let text = head;
  for await (const batch of batches) {
    for (const user of batch) {
      text += item(user, isFirst);
      isFirst = false;
      if (text.length < 65_536) continue;
      // A slow reader must not make the output pile up here.
      if (!stdout.write(text)) await once(stdout, 'drain');
      text = '';
    }
  }
  stdout.write(text + tail);
}

const FIRST_PROGRESS_MS = 1000;

/** Passes batches on; stops at Ctrl-C, and says on stderr how far it is when it takes longer than a second. */
async function* watch(
  world: World,
  report: Reporter,
  { batches, count }: Hashing,
): AsyncGenerator<readonly HashedUser[]> {
  const every = report.live ? 200 : 10_000;
  let next = performance.now() + FIRST_PROGRESS_MS;
  let done = 0;
  let drawn = false;
  try {
    for await (const batch of batches) {
      if (world.signal.aborted) throw new InterruptedError();
      yield batch;
      done += batch.length;
      if (performance.now() < next || done === count) continue;
      next = performance.now() + every;
      const text = `${done} of ${count} passwords hashed`;
      if (report.live) world.stderr.write(`\r${text}`);
      else report.progress(text);
      drawn = report.live;
    }
  } finally {
    if (drawn) world.stderr.write('\r\x1b[K');
  }
}
