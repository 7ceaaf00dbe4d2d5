/**
 * Whether Postgres or PgBouncer would take this password for a hash of one and store it as it is, so that
 * nobody could log in by typing it: `md5` with 32 lowercase hex digits, or a SCRAM verifier
 * (get_password_type in src/backend/libpq/crypt.c and in PgBouncer's src/scram.c).
 *
 * Stricter than both on SCRAM: the prefix is enough, because what starts so is a verifier that lost its end
 * on the way. PgBouncer splits with strtok, which also skips `$` in front.
 */
export function looksLikeStoredSecret(password: string): boolean {
  return /^md5[0-9a-f]{32}$/.test(password) || /^\$*SCRAM-SHA-256\$/.test(password);
}
