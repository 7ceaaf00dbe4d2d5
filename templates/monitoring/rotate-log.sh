# Rotates PgBouncer's log file. PgBouncer's container runs this every few seconds; no run waits for anything,
# and the next one goes on where this one stopped.
set -eu
max_bytes={{max_bytes}}
keep={{keep}}
log=/var/log/pgbouncer/pgbouncer.log

# While there is no file under its name, PgBouncer still writes to the one that was renamed.
[ -e "$log" ] || exit 0

for old in "$log".*Z; do
  [ -e "$old" ] || continue
  # Whole at once under its last name: a reader takes the plain file as long as that is there.
  nice gzip -c "$old" >"$old.part"
  mv "$old.part" "$old.gz"
  rm "$old"
done

for gone in $(ls -r "$log".*Z.gz 2>/dev/null | tail -n "+$((keep + 1))"); do
  rm "$gone"
done

if [ "$(stat -c %s "$log")" -ge "$max_bytes" ]; then
  mv "$log" "$log.$(date -u +%Y%m%dT%H%M%SZ)"
  # PgBouncer reads its files anew on HUP and opens its log again, for its next line.
  kill -HUP 1
fi
