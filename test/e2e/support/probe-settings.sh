# Starts PgBouncer with each setting that it is given, one a line as section, key and value with tabs between, and
# prints what the console shows of it then: `started` and the value, or `refused`.
# Runs in a container of PgBouncer's image.
cd /tmp || exit
tab=$(printf '\t')
while IFS="$tab" read -r section key value; do
  # A console over a unix socket wants no password of the user that PgBouncer runs as.
  main=$(printf '[pgbouncer]\nauth_type = trust\nauth_file = /dev/null\nunix_socket_dir = /tmp\nlisten_addr = 127.0.0.1')
  case $section in
  pgbouncer) printf '%s\n%s = %s\n' "$main" "$key" "$value" ;;
  databases) printf "[databases]\nentry = host=127.0.0.1 %s='%s'\n%s\n" "$key" "$value" "$main" ;;
  users) printf "[users]\nentry = %s='%s'\n%s\n" "$key" "$value" "$main" ;;
  peers) printf "[peers]\n1 = host=127.0.0.1 %s='%s'\n%s\n" "$key" "$value" "$main" ;;
  esac >probe.ini
  pgbouncer probe.ini >probe.log 2>&1 &
  pid=$!
  state=refused
  for _ in $(seq 300); do
    kill -0 $pid 2>/dev/null || break
    # listen_port names the socket, too.
    socket=$(echo .s.PGSQL.*[0-9])
    if grep -q 'process up' probe.log && [ -S "$socket" ]; then
      state=started
      break
    fi
    sleep 0.02
  done
  shown=
  if [ $state = started ]; then
    [ "$section" = pgbouncer ] && what=CONFIG || what=$section
    shown=$(PGCONNECT_TIMEOUT=4 timeout 5 psql -X -w -A -t -F "$tab" -h /tmp -p "${socket##*.}" -U pgbouncer \
      -d pgbouncer -c "SHOW $what" 2>/dev/null | tr '\n' '|')
  fi
  # Nobody waits for what a bad value may hold up.
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  rm -f .s.PGSQL.*
  printf '%s\t%s\n' "$state" "$shown"
done
