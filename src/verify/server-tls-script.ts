/**
 * POSIX sh: has the psql that comes next in this subshell go to a server by TLS as PgBouncer does, told by variables
 * named as in `ServerTls` after `server_`. libpq takes no key that others may read, and the mounted one is for whatever
 * uid PgBouncer has: so it gets a copy in memory, for as long as the subshell runs.
 */
export const SERVER_TLS_SCRIPT = `
secure() {
  [ -z "$server_sslmode" ] || export PGSSLMODE="$server_sslmode"
  [ -z "$server_sslrootcert" ] || export PGSSLROOTCERT="$server_sslrootcert"
  [ -n "$server_sslkey" ] || return 0
  pair=$(mktemp -d /dev/shm/ecar-pool.XXXXXX) || exit
  trap 'rm -rf "$pair"' EXIT
  (umask 077 && cat "$server_sslkey" > "$pair/key")
  export PGSSLCERT="$server_sslcert" PGSSLKEY="$pair/key"
}
`;
