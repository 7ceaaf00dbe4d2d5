import { looksLikeStoredSecret } from './stored-secret.ts';

/**
 * Says why a password cannot be hashed for Postgres and PgBouncer, or gives undefined where it can.
 * The reason reads after `the password` and never quotes it.
 */
export function explainPassword(password: string): string | undefined {
  if (password === '') return 'is empty, and Postgres lets nobody in with an empty password';
  if (password.includes('\0')) return 'holds a NUL character, at which Postgres would cut it';
  // Clients take passwords from lines: .pgpass, prompts and env files would all cut it there.
  if (/[\r\n]/.test(password)) return 'holds a line break, at which prompts and files would cut it';
  if (/\p{Surrogate}/u.test(password)) return 'holds half of a character, which UTF-8 cannot carry';
  if (looksLikeStoredSecret(password)) {
    return 'looks like a stored secret (md5… or SCRAM-SHA-256$…), which would be taken for a hash, not hashed';
  }
  return undefined;
}
