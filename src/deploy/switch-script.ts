import { SERVER_TLS_SCRIPT } from '../verify/server-tls-script.ts';

/**
 * For a POSIX sh in PgBouncer's container, which goes on where ecar-pool or docker is killed meanwhile. Kept to what
 * busybox ash and dash both know.
 *
 * A role may change its own password, so that the role itself does it, whoever runs the server. Where the old one is
 * not let in any more and the new one is, an earlier run came that far.
 *
 * After a failed login to Postgres, PgBouncer refuses clients of pools without a server connection (check_fast_fail in
 * src/objects.c, kill_pool_logins); where there is one, they wait for it. So a transaction is held open in each pool,
 * until stdin of `hold` ends. PAUSE would not do: it breaks off logins that are under way, of other users too,
 * which then count as failed. The console is connected while ALTER ROLE runs, so that RELOAD follows within
 * milliseconds. Under SCRAM, PgBouncer logs in by a verifier only once a client has logged in with the password: that
 * is done before RECONNECT has it log in anew, which proves that it can, and has it forget a login that failed.
 *
 * It writes no file but certificates that PgBouncer asks for, and their keys: see src/verify/probe-script.ts.
 */
export const SWITCH_SCRIPT = `${SERVER_TLS_SCRIPT}PGCONNECT_TIMEOUT=5 PGPASSFILE=/dev/null
export PGCONNECT_TIMEOUT PGPASSFILE
identities=
if [ -n "$admin_cert$rotated_cert" ]; then
  trap 'rm -rf "$identities"' EXIT
  trap 'exit 1' HUP INT TERM
  umask 077 && identities=$(mktemp -d /dev/shm/ecar-pool.XXXXXX) || exit
  printf '%s\\n' "$admin_cert" >"$identities/admin.crt"
  printf '%s\\n' "$admin_key" >"$identities/admin.key"
  printf '%s\\n' "$rotated_cert" >"$identities/rotated.crt"
  printf '%s\\n' "$rotated_key" >"$identities/rotated.key"
fi
show() {
  [ -z "$sslmode" ] || export PGSSLMODE="$sslmode"
  [ -z "$identities" ] || export PGSSLCERT="$identities/$1.crt" PGSSLKEY="$identities/$1.key"
}
ask() {
  timeout "\${limit:-20}" psql -X -w -At -q -v ON_ERROR_STOP=1 -v VERBOSITY=terse "$@" 2>&1
}
server() (
  PGHOST=$server_host PGPORT=$server_port PGDATABASE=$server_database PGUSER=$rotated PGPASSWORD=$1
  PGTARGETSESSIONATTRS=read-write
  export PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGTARGETSESSIONATTRS
  secure
  ask
)
console() (
  PGHOST=127.0.0.1 PGPORT=$port PGDATABASE=pgbouncer PGUSER=$admin PGPASSWORD=$admin_password
  export PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD
  show admin
  ask "$@"
)
pool() (
  PGHOST=127.0.0.1 PGPORT=$port PGDATABASE=$1 PGUSER=$rotated PGPASSWORD=$2 PGAPPNAME=ecar-pool-$3
  export PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGAPPNAME
  show rotated
  ask
)
fail() {
  printf '%s\\n' "$1" >&2
  exit 1
}
hold() {
  exec 4<&0
  for entry; do
    { echo 'BEGIN; SELECT 1;'; cat <&4; echo 'COMMIT;'; } | pool "$entry" "$current" hold &
  done
  wait
}
count_held() {
  console -x -c 'SHOW CLIENTS' </dev/null |
    awk -F '|' '$1 == "link" { link = $2 } $1 == "application_name" && /ecar-pool-hold/ && link { n++ } END { print n + 0 }'
}
change() {
  tries=0
  # A pool that is full has server connections, and a transaction that waits for one will have it.
  while [ "$(count_held)" -lt "$1" ] && [ "$tries" -lt 30 ]; do tries=$((tries + 1)); done
  said=$(
    {
      [ -z "$store" ] || printf '%s\\n' "$store" | server "$old" >&2 || echo 'ALTER ROLE failed'
      echo 'RELOAD;'
    } | console
  ) || fail "$said"
  shift
  while [ "$again" -gt 0 ]; do
    console -c RELOAD </dev/null >&2
    again=$((again - 1))
  done
  said=$(echo 'SELECT 1;' | server "$new") || fail "$said"
  for entry; do said=$(echo 'SELECT 1;' | pool "$entry" "$new" new) || fail "$said"; done
  # What PgBouncer took for a failure of the server is over once a login to it succeeds.
  printf '%s\\n' "$reconnect" | console >&2 || exit 1
  for entry; do echo 'SELECT 1;' | limit=$patience pool "$entry" "$new" anew >&2 & done
  wait
}

if said=$(echo 'SHOW password_encryption;' | server "$old"); then
  case $said in
    scram*) store=$store_scram ;;
    *) store=$store_md5 ;;
  esac
elif echo 'SELECT 1;' | server "$new" >/dev/null; then
  store=
else
  fail "$said"
fi
current=$old
if ! said=$(echo 'SELECT 1;' | pool "$1" "$old" old); then
  current=$new
  echo 'SELECT 1;' | pool "$1" "$new" new >/dev/null || fail "$said"
fi
if ! console -c 'SHOW VERSION' </dev/null >/dev/null; then
  [ -z "$admin_next" ] || admin_password=$admin_next
  said=$(console -c 'SHOW VERSION' </dev/null) || fail "$said"
fi
code=$({ { (change "$#" "$@" 3>&-); echo "$?" >&3; } | hold "$@" 3>&- >/dev/null; } 3>&1)
exit "$code"
`;
