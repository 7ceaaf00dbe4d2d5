# Starts PgBouncer on the files of /probe and tries each login that it is given, one a line as user, password and
# database with tabs between. Prints the end of each and the last thing that psql said.
# Runs in a container of PgBouncer's image.
cd /tmp || exit
tab=$(printf '\t')
pgbouncer /probe/pgbouncer.ini >probe.log 2>&1 &
pid=$!
for _ in $(seq 300); do
  grep -q 'process up' probe.log && break
  kill -0 $pid || { cat probe.log >&2; exit 1; }
  sleep 0.02
done
number=0
while IFS="$tab" read -r user password database; do
  number=$((number + 1))
  [ "$database" = pgbouncer ] && statement='SHOW VERSION' || statement='SELECT 1'
  {
    said=$(PGPASSWORD=$password PGCONNECT_TIMEOUT=20 psql -X -w -A -t -h 127.0.0.1 -p 6432 -U "$user" -d "$database" \
      -c "$statement" 2>&1)
    printf '%s\t%s\n' $? "$(echo "$said" | tail -n 1)" >"answer.$number"
  } &
  # Twenty at a time.
  [ $((number % 20)) -eq 0 ] && for job in $(jobs -p); do [ "$job" = $pid ] || wait "$job"; done
done
for job in $(jobs -p); do [ "$job" = $pid ] || wait "$job"; done
kill -9 $pid
for each in $(seq $number); do cat "answer.$each"; done
cat probe.log >&2
