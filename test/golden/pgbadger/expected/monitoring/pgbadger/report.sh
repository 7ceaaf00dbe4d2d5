# Rendered by ecar-pool for the environment prod. Do not edit: edit ecar-pool.yaml,
# then run `ecar-pool render --env prod`.
# Makes pgBadger's reports of what was logged since the last run, and prints the newest page of each log.
set -eu
weeks=8
logs='pgbouncer postgres'
work=/var/lib/pgbadger
pgbouncer_log=/var/log/pgbouncer/pgbouncer.log

# What PgBouncer logged, oldest first.
read_pgbouncer() {
  current=$pgbouncer_log rotated=yes
  while [ "$rotated" ]; do
    [ -e "$current" ] || current=/dev/null
    # Where there is no file any more, it was rotated, too.
    print_pgbouncer 3<"$current" || :
  done | leave_only_sessions
}

# pgBadger takes whoever logs in or is closed for a session. Left out are PgBouncer's own connections to Postgres,
# logins to its console, such as the exporter's four a minute, and whatever comes from within its container: health
# checks and `ecar-pool verify`. What fails stays. Clients choose the names in a line, so the address must be the
# line's own: PgBouncer puts the name of a user that it does not know after (nodb). The logins that it counts since
# 1.26 are unknown to pgBadger 13.2, which would skip the whole line.
leave_only_sessions() {
  client='^[^]]*\] [A-Z]* C-0x[0-9a-f]*: ' here='@127\.0\.0\.1:[0-9]* '
  sed \
    -e '/^[^]]*\] LOG S-0x/d' \
    -e "/${client}pgbouncer\/.* \(login attempt: \|closing because: client \)/d" \
    -e "/$client(nodb)\/(nouser)$here/d" \
    -e "/$client[^( ][^ ]*$here/d" \
    -e "/$client[^(@][^@]*$here/d" \
    -e '/ LOG stats: /s/, [0-9]* client logins\/s//'
}

# The file that PgBouncer writes to is held open before those put aside are listed. Where it was put aside in
# between, nothing is printed and both are taken anew, so that each line is there once.
print_pgbouncer() {
  aside=$(ls "$pgbouncer_log".*Z "$pgbouncer_log".*Z.gz 2>/dev/null || :)
  [ "$current" -ef /dev/fd/3 ] || return 0
  rotated=
  before=
  for file in $aside; do
    case $file in
    # While a file is being compressed, both are listed.
    "$before.gz") ;;
    *.gz) print_new zcat "$file" || : ;;
    *) print_new cat "$file" || zcat "$file.gz" || : ;;
    esac
    before=$file
  done
  cat <&3
}

badger_pgbouncer() {
  badger --format pgbouncer3 --pgbouncer-only
}

read_postgres() {
  for file in $(ls -tr /var/log/postgresql/*.log 2>/dev/null || :); do
    print_new cat "$file"
  done
}

badger_postgres() {
  badger --format stderr --prefix '%m [%p]: user=%u,db=%d,app=%a,client=%h '
}

# Prints a file, unless nothing was written to it since the last report was begun.
print_new() {
  [ "$data/begun" -nt "$2" ] || "$1" "$2" 2>/dev/null
}

badger() {
  pgbadger --incremental --quiet --outdir "$data" --html-outdir "$html" --retention "$weeks" --end "$until" "$@" -
}

# A run that was killed left a mark, and perhaps counts of lines that pgBadger will read again.
forget_half_done() {
  last=$data/LAST_PARSED
  if [ -e "$data/beginning" ] && ! [ "$last" -nt "$data/beginning" ]; then
    find "$data" -name '*.bin' -newer "$data/beginning" -exec rm {} +
  fi
  [ -e "$last" ] || return 0
  # It would count the line again that it read last, and look for an offset that a stream does not have.
  awk -F '\t' -v OFS='\t' '$1 == "pgbouncer" { print $1, $2, 0, "-"; next } { print $1, 0, "-" }' "$last" >"$last.new"
  mv "$last.new" "$last"
}

report() {
  data=$work/$1
  html=$work/html/$1
  mkdir -p "$data" "$html"
  forget_half_done
  touch "$data/beginning"
  # pgBadger remembers by the second how far it came, so it is given whole seconds.
  until=$(date -u '+%Y-%m-%d %H:%M:%S')
  sleep 1
  "read_$1" | "badger_$1" >&2
  mv "$data/beginning" "$data/begun"
  newest=$(ls -d "$html"/2*/*/*/index.html 2>/dev/null | tail -n 1)
  [ -z "$newest" ] || echo "${newest#"$work/html/"}"
}

# One at a time: a report on demand may meet one on schedule.
exec 9>"$work/lock"
flock 9
for log in $logs; do
  report "$log"
done
