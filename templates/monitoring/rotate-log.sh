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

# When PgBouncer last read its files, by its log and by the name of the file that was put aside last.
list_reads() {
  sed -n 's/^\([-0-9]* [:0-9]*\)\.[^]]*\] LOG \(got SIGHUP\|RELOAD command\|process up\).*/\1/p' "$log"
  ls "$log".*Z.gz 2>/dev/null
}

# The HUP below would make live what was rendered and whose turn has not come: a password may have to change in
# Postgres first. It is put off while the log is not twice as large as it may be.
is_waiting() {
  [ "$size" -lt $((2 * max_bytes)) ] || return 1
  read_at=$(list_reads | sed 's/.*\.log\.//; s/[^0-9]//g' | sort | tail -n 1)
  for file in /etc/pgbouncer/*.ini /etc/pgbouncer/userlist.txt; do
    [ "$(date -u -r "$file" +%Y%m%d%H%M%S)" -le "${read_at:-0}" ] || return 0
  done
  return 1
}

size=$(stat -c %s "$log")
if [ "$size" -ge "$max_bytes" ] && ! is_waiting; then
  aside=$log.$(date -u +%Y%m%dT%H%M%SZ)
  # A clock that was set back gives a name again.
  [ ! -e "$aside.gz" ] || exit 0
  mv "$log" "$aside"
  # PgBouncer reads its files anew on HUP and opens its log again, for its next line.
  kill -HUP 1
fi
