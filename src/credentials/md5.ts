import { hash } from 'node:crypto';

/**
 * Gives the md5 form in which Postgres and PgBouncer store a password: `md5` and the 32 lowercase hex digits
 * of md5(password + user), both as UTF-8 and neither normalised (pg_md5_encrypt, src/common/md5_common.c).
 * The user name is the salt: a renamed role needs a new hash.
 */
export function hashMd5(user: string, password: string): string {
  return `md5${hash('md5', password + user, 'hex')}`;
}
