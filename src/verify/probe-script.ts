import { SERVER_TLS_SCRIPT } from './server-tls-script.ts';

/**
 * What `verify` runs inside the PgBouncer container: one POSIX sh script for everything, because starting
 * `docker exec` takes longer than all that it asks. Kept to what busybox ash and dash both know.
 *
 * It reads from stdin, line by line: a nonce, the port, the seconds that one psql may take, the seconds after
 * which no more logins are begun, the folder of PgBouncer's files, the seconds of patience with an error that PgBouncer keeps, where Postgres is
 * (host, port), the ways to be let in there and how to ask it for TLS (sslmode, CA, certificate, key), PgBouncer's log file and a pattern of the command line of what rotates
 * it, the user and the password for the console and which certificate it is shown, how to ask for TLS (sslmode), the
 * certificates, each and its key up to an empty line, one more empty line, then six lines
 * (user, password, database, statement, database on the server, certificate) for each login; one without a database is
 * for Postgres alone. The console comes last, to show
 * the pools that the logins opened. Nothing
 * secret stands in an argv, where `ps` shows it; psql is handed its password by its environment, which only
 * the same uid can read. Names go that way too: psql expands a connection string in `-d`.
 *
 * It writes no file but certificates and their keys, which libpq takes from files alone: into /dev/shm, which every
 * container has in memory and writable (https://docs.docker.com/reference/compose-file/services/#shm_size), and takes
 * them away again. Each line that begins with the nonce opens
 * a record; the nonce also stands for NULL in tables. `timeout` bounds a psql that waits for a paused or
 * unreachable server. A login is printed as one line of less than a kilobyte, which every shell writes at once
 * (bash writes several lines one by one), so that records of concurrent logins do not mix.
 *
 * Where the answer came over a server connection that was open before, Postgres is asked whether it would let
 * the role in now: by psql, at Postgres itself. PgBouncer's RECONNECT would prove it better, and break a pool
 * that still works where the answer is no. libpq before 16 does not know PGREQUIREAUTH and passes over it;
 * later ones refuse every server where it is empty.
 */
export const PROBE_SCRIPT = `${SERVER_TLS_SCRIPT}
IFS= read -r nonce
IFS= read -r PGPORT
IFS= read -r limit
IFS= read -r enough
IFS= read -r folder
IFS= read -r patience
IFS= read -r server_host
IFS= read -r server_port
IFS= read -r server_auth
IFS= read -r server_sslmode
IFS= read -r server_sslrootcert
IFS= read -r server_sslcert
IFS= read -r server_sslkey
IFS= read -r log
IFS= read -r rotation
IFS= read -r console_user
IFS= read -r console_password
IFS= read -r console_shown
IFS= read -r sslmode
identities=
trap 'rm -rf "$identities"' EXIT
trap 'exit 1' HUP INT TERM
pem() {
  while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "$line"; done
}
index=0
while IFS= read -r line && [ -n "$line" ]; do
  [ -n "$identities" ] || { umask 077 && identities=$(mktemp -d /dev/shm/ecar-pool.XXXXXX) || exit; }
  { printf '%s\\n' "$line" && pem; } > "$identities/$index.crt"
  pem > "$identities/$index.key"
  index=$((index + 1))
done
show() {
  [ -z "$sslmode" ] || export PGSSLMODE="$sslmode"
  [ -z "$1" ] || export PGSSLCERT="$identities/$1.crt" PGSSLKEY="$identities/$1.key"
}
PGHOST=127.0.0.1 PGCONNECT_TIMEOUT=$limit PGAPPNAME=ecar-pool PGPASSFILE=/dev/null
export PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGCONNECT_TIMEOUT PGAPPNAME PGPASSFILE
us=$(printf '\\037')
rs=$(printf '\\036')
nl='
'

sums=$(cd "$folder" && sha256sum -- * 2>&1)
printf '%s files %s\\n%s\\n' "$nonce" "$?" "$sums"

attempt() {
  said=$(timeout "$((limit + 1))" psql -X -w -At -c "$statement" 2>&1)
  code=$?
}
tell() {
  read -r ended rest </proc/uptime
  while [ "$said" != "\${said%%"$nl"*}" ]; do said=\${said%%"$nl"*}$rs\${said#*"$nl"}; done
  printf '%s %s %s %s %s %s %s %.600s\\n' "$nonce" "$1" "$index" "$code" "$waited" "$began" "$ended" "$said"
}
ask_server() {
  unset PGSSLMODE PGSSLCERT PGSSLKEY
  secure
  waited=0 PGHOST=$server_host PGPORT=$server_port PGDATABASE=$behind
  read -r began rest </proc/uptime
  attempt
  tell server
}
login() {
  if [ -z "$PGDATABASE" ]; then
    ask_server
    return
  fi
  show "$shown"
  waited=0
  read -r began rest </proc/uptime
  attempt
  while [ "$waited" -lt "$patience" ] && [ "$said" != "\${said#*server login has been failing}" ]; do
    sleep 1
    waited=$((waited + 1))
    attempt
  done
  tell login
  [ "$code" = 0 ] && [ -n "$behind" ] && [ "\${said##*|}" -gt 0 ] 2>/dev/null || return
  [ -z "$server_auth" ] || export PGREQUIREAUTH="$server_auth"
  ask_server
}
read -r start rest </proc/uptime
index=0
while IFS= read -r PGUSER && IFS= read -r PGPASSWORD && IFS= read -r PGDATABASE && IFS= read -r statement &&
  IFS= read -r behind && IFS= read -r shown; do
  login </dev/null &
  index=$((index + 1))
  [ $((index % 8)) = 0 ] || continue
  wait
  read -r now rest </proc/uptime
  [ $((\${now%.*} - \${start%.*})) -le "$enough" ] || break
done
wait

if [ -n "$console_user" ]; then
  show "$console_shown"
  PGUSER=$console_user PGPASSWORD=$console_password PGDATABASE=pgbouncer
  read -r began rest </proc/uptime
  {
    errors=$(timeout "$((limit + 1))" psql -X -w -A -P footer=off -P "null=$nonce" -F "$us" -R "$rs" \\
      -c "\\\\echo $nonce table version" -c 'SHOW VERSION' \\
      -c "\\\\echo $nonce table config" -c 'SHOW CONFIG' \\
      -c "\\\\echo $nonce table databases" -c 'SHOW DATABASES' \\
      -c "\\\\echo $nonce table users" -c 'SHOW USERS' \\
      -c "\\\\echo $nonce table pools" -c 'SHOW POOLS' \\
      -c "\\\\echo $nonce table stats" -c 'SHOW STATS' \\
      -c "\\\\echo $nonce table state" -c 'SHOW STATE' \\
      2>&1 >&3 3>&- </dev/null)
    code=$?
  } 3>&1
  read -r ended rest </proc/uptime
  printf '%s console %s %s %s\\n%.600s\\n' "$nonce" "$code" "$began" "$ended" "$errors"
fi
# After the logins: PgBouncer has a line of each to write, and opens its file for it.
if [ -n "$log" ]; then
  printf '%s log %s %s\\n' "$nonce" "$(grep -l -e "$rotation" /proc/[0-9]*/cmdline 2>/dev/null | wc -l)" \\
    "$(stat -c %s "$log" 2>/dev/null)"
fi
printf '%s end\\n' "$nonce"
`;
