import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { type KeyWorkers, openKeyWorkers } from './key-workers.ts';
import { hashMd5 } from './md5.ts';
import { prepareScramPassword } from './saslprep.ts';
import { createScramVerifier, formatScramVerifier, SCRAM_SALT_BYTES } from './scram.ts';

/** A user with a password in the clear. */
export interface PlainUser {
  readonly user: string;
  readonly password: string;
}

/** A user with the stored form of a password. */
export interface HashedUser {
  readonly user: string;
  readonly secret: string;
}

/** How passwords are stored; `iterations` are rounds of PBKDF2. */
export type HashMethod =
  | { readonly name: 'md5' }
  | { readonly name: 'scram-sha-256'; readonly iterations: number };

/** Few enough for Ctrl-C to be heard in between. */
const MD5_BATCH = 4096;
/** Rounds of PBKDF2 in one job for a thread: some 60 ms, next to which handing it over costs nothing. */
const ROUNDS_PER_JOB = 64 * 4096;
/** Starting a thread takes as long as some 40 keys at the usual rounds: fewer users than this do without. */
const FEW_USERS = 64;

/**
 * Gives the users with their secrets, in their order and in batches, so that a million can be passed on
 * without being held. SCRAM uses every core and a random salt for each user. md5 stays on this thread: one
 * hash takes half a microsecond, which is less than handing it to another thread.
 */
export async function* hashUsers(
  users: readonly PlainUser[],
  method: HashMethod,
): AsyncGenerator<readonly HashedUser[]> {
  if (method.name === 'md5') {
    for (const batch of split(users, MD5_BATCH)) {
      yield batch.map(({ user, password }) => ({ user, secret: hashMd5(user, password) }));
      await setImmediate();
    }
  } else if (users.length < FEW_USERS) {
    yield Promise.all(
      users.map(async ({ user, password }) => {
        const salt = randomBytes(SCRAM_SALT_BYTES);
        return { user, secret: await createScramVerifier({ password, salt, ...method }) };
      }),
    );
  } else {
    yield* hashOnAllCores(users, method.iterations);
  }
}

async function* hashOnAllCores(
  users: readonly PlainUser[],
  iterations: number,
): AsyncGenerator<readonly HashedUser[]> {
  const cores = availableParallelism();
  const workers = openKeyWorkers(cores);
  const underWay: Promise<HashedUser[]>[] = [];
  const evenShare = Math.ceil(users.length / (2 * cores));
  const size = Math.max(1, Math.min(evenShare, Math.floor(ROUNDS_PER_JOB / iterations)));
  try {
    for (const batch of split(users, size)) {
      underWay.push(hashBatch(batch, iterations, workers));
      // Two for each core: one that it works on and one that waits.
      if (underWay.length >= 2 * cores) yield await (underWay.shift() ?? []);
    }
    for (const batch of underWay) yield await batch;
  } finally {
    // Where one batch failed, the others may fail too, and nobody waits for them any more.
    void Promise.allSettled(underWay);
    await workers.close();
  }
}

async function hashBatch(
  batch: readonly PlainUser[],
  iterations: number,
  workers: KeyWorkers,
): Promise<HashedUser[]> {
  const passwords = batch.map(({ password }) => prepareScramPassword(password));
  const salts = batch.map(() => randomBytes(SCRAM_SALT_BYTES));
  const keys = await workers.derive({ passwords, salts, iterations });
  return batch.map(({ user }, i) => {
    const [key, salt] = [keys[i], salts[i]];
    if (!key || !salt) throw new Error('a thread gave fewer keys than it was asked for');
    return { user, secret: formatScramVerifier(key, salt, iterations) };
  });
}

function* split<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
