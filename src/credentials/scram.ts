import { createHmac, hash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { prepareScramPassword } from './saslprep.ts';

/** What Postgres uses for its own verifiers (src/include/common/scram-common.h). */
export const SCRAM_DEFAULT_ITERATIONS = 4096;
/** Bytes of a SCRAM salt in Postgres. */
export const SCRAM_SALT_BYTES = 16;
/** Bytes of a SHA-256 key. */
export const SCRAM_KEY_BYTES = 32;

const deriveKey = promisify(pbkdf2);

/**
 * Gives the SCRAM-SHA-256 verifier of a password in the form of pg_authid.rolpassword and userlist.txt.
 * Runs on libuv's thread pool, so several calls at once use several cores.
 * @param iterations rounds of PBKDF2, at least 1
 */
export async function createScramVerifier(input: {
  readonly password: string;
  readonly salt: Buffer;
  readonly iterations: number;
}): Promise<string> {
  const { salt, iterations } = input;
  const password = prepareScramPassword(input.password);
  const saltedPassword = await deriveKey(password, salt, iterations, SCRAM_KEY_BYTES, 'sha256');
  return formatScramVerifier(saltedPassword, salt, iterations);
}

/**
 * Gives `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last three in base64, for a password
 * that PBKDF2 has been through. The keys are those of RFC 5802 section 3 with SHA-256 (RFC 7677); the
 * spelling is Postgres's (scram_build_secret, src/common/scram-common.c), not that of RFC 5803.
 */
export function formatScramVerifier(saltedPassword: Uint8Array, salt: Buffer, iterations: number): string {
  const clientKey = createHmac('sha256', saltedPassword).update('Client Key').digest();
  const storedKey = hash('sha256', clientKey, 'base64');
  const serverKey = createHmac('sha256', saltedPassword).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/**
 * Gives the 16-byte salt for a verifier that must come out the same on every machine, so that rendering twice
 * changes nothing: the start of PBKDF2(password, `ecar-pool|<project>|<environment>|<user>`).
 *
 * It takes as many rounds as the verifier itself on purpose. The salt lies in the open beside the keys, so
 * whoever holds them can test guesses against the salt alone; a plain hash would make each guess thousands
 * of times cheaper than SCRAM does. What is given up against a random salt: equal inputs show as equal, and
 * guesses can be computed ahead for a known project, environment and user.
 */
export async function deriveSalt(input: {
  readonly password: string;
  readonly project: string;
  readonly environment: string;
  readonly user: string;
  readonly iterations: number;
}): Promise<Buffer> {
  const label = `ecar-pool|${input.project}|${input.environment}|${input.user}`;
  const password = prepareScramPassword(input.password);
  return deriveKey(password, label, input.iterations, SCRAM_SALT_BYTES, 'sha256');
}
