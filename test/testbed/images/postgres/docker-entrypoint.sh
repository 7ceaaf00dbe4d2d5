#!/bin/bash
# What the official postgres image's entrypoint does, written anew and shorter.
set -euo pipefail

fail() {
	printf 'Error: %s\n' "$*" >&2
	exit 1
}

# Sets variable $1 from itself, from the file that $1_FILE names, or to $2.
from_env_or_file() {
	local file_name=${1}_FILE
	local value=${!1:-} file=${!file_name:-}
	[[ -z $value || -z $file ]] || fail "both $1 and $file_name are set (but are exclusive)"
	[[ -z $file ]] || value=$(<"$file")
	export "$1=${value:-${2:-}}"
	unset "$file_name"
}

# No password is ever asked for: the temporary server trusts its socket, and a question would hang the boot.
run_psql() {
	PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" "$@"
}

run_init_files() {
	local file
	for file in /docker-entrypoint-initdb.d/*; do
		[[ -e $file ]] || continue
		case $file in
		*.sh)
			echo "$0: running $file"
			# As in the real one: not executable means sourced.
			if [[ -x $file ]]; then
				"$file"
			else
				# shellcheck disable=SC1090 # whatever the test mounted
				. "$file"
			fi
			;;
		*.sql)
			echo "$0: running $file"
			run_psql --dbname "$POSTGRES_DB" -f "$file"
			;;
		*) echo "$0: ignoring $file" ;;
		esac
	done
}

# From 18 on the real image refuses to boot beside data, or a mount, in the place that 17 used;
# a stack with the old volume path has to fail here as it does there.
refuse_old_layout() {
	((PG_MAJOR >= 18)) || return 0
	local old=()
	for dir in /var/lib/postgresql /var/lib/postgresql/data /var/lib/postgresql/*/docker; do
		if [[ -s $dir/PG_VERSION ]]; then old+=("$dir"); fi
	done
	if grep -q ' /var/lib/postgresql/data ' /proc/self/mountinfo; then
		old+=('/var/lib/postgresql/data (unused mount/volume)')
	fi
	[[ ${#old[@]} == 0 ]] ||
		fail "in 18+, these Docker images keep data below /var/lib/postgresql/MAJOR; found: ${old[*]}"
}

first_boot() {
	[[ -n $POSTGRES_PASSWORD || ${POSTGRES_HOST_AUTH_METHOD:-} == trust ]] ||
		fail 'Database is uninitialized and superuser password is not specified.'

	# The arguments go through eval, so that quotes inside POSTGRES_INITDB_ARGS mean what they do in the real one.
	eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"

	local method
	method=$(postgres -C password_encryption "${@:2}")
	printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-$method}" >>"$PGDATA/pg_hba.conf"

	# A socket only: a client that comes in over TCP must not find a server that is about to stop.
	export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
	pg_ctl -D "$PGDATA" -w start -o "$(printf '%q ' "${@:2}" -c listen_addresses= -p "${PGPORT:-5432}")"
	if [[ $POSTGRES_DB != postgres ]]; then
		run_psql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
	fi
	run_init_files
	pg_ctl -D "$PGDATA" -m fast -w stop
	unset PGPASSWORD
	printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

if [[ ${1:-} == -* ]]; then
	set -- postgres "$@"
fi

if [[ ${1:-} == postgres ]]; then
	if [[ $(id -u) == 0 ]]; then
		mkdir -p "$PGDATA"
		chmod 00700 "$PGDATA"
		mkdir -p /var/run/postgresql
		chmod 03775 /var/run/postgresql
		find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres {} +
		exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
	fi
	mkdir -p "$PGDATA"
	chmod 00700 "$PGDATA" || :
	from_env_or_file POSTGRES_PASSWORD
	from_env_or_file POSTGRES_USER postgres
	from_env_or_file POSTGRES_DB "$POSTGRES_USER"
	from_env_or_file POSTGRES_INITDB_ARGS
	if [[ -s $PGDATA/PG_VERSION ]]; then
		printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
	else
		refuse_old_layout
		first_boot "$@"
	fi
fi

exec "$@"
