#!/bin/sh
# What edoburu/pgbouncer's entrypoint does, written anew: files that are there win over the environment.
set -e

dir=/etc/pgbouncer
userlist=${AUTH_FILE:-$dir/userlist.txt}

# Only the plain form, user:password@host:port/name, which both read alike.
if [ -n "$DATABASE_URL" ]; then
	rest=${DATABASE_URL#*://}
	userpass=${rest%@*} rest=${rest##*@}
	hostport=${rest%%/*} DB_NAME=${rest#*/}
	DB_USER=${userpass%%:*} DB_HOST=${hostport%%:*}
	case $userpass in *:*) DB_PASSWORD=${userpass#*:} ;; esac
	case $hostport in *:*) DB_PORT=${hostport#*:} ;; esac
fi

[ -e "$userlist" ] || touch "$userlist"

if [ -n "$DB_USER" ] && [ -n "$DB_PASSWORD" ] && ! grep -q "^\"$DB_USER\"" "$userlist"; then
	case $AUTH_TYPE in
	plain | scram-sha-256) secret=$DB_PASSWORD ;;
	*) secret=md5$(printf %s "$DB_PASSWORD$DB_USER" | md5sum | cut -d ' ' -f 1) ;;
	esac
	echo "\"$DB_USER\" \"$secret\"" >>"$dir/userlist.txt"
fi

if [ ! -f "$dir/pgbouncer.ini" ]; then
	: "${DB_HOST:?Setup pgbouncer config error! You must set DB_HOST env}"
	{
		echo '[databases]'
		echo "${DB_NAME:-*} = host=$DB_HOST port=${DB_PORT:-5432} auth_user=${DB_USER:-postgres}"
		echo '[pgbouncer]'
		echo "listen_addr = ${LISTEN_ADDR:-0.0.0.0}"
		echo "listen_port = ${LISTEN_PORT:-5432}"
		echo "unix_socket_dir = $UNIX_SOCKET_DIR"
		echo 'user = postgres'
		echo "auth_file = $userlist"
		echo "auth_type = ${AUTH_TYPE:-md5}"
		echo "admin_users = ${ADMIN_USERS:-postgres}"
		echo "ignore_startup_parameters = ${IGNORE_STARTUP_PARAMETERS:-extra_float_digits}"
		for setting in auth_hba_file auth_user auth_query stats_users pool_mode max_client_conn \
			default_pool_size min_pool_size reserve_pool_size reserve_pool_timeout \
			max_db_connections max_user_connections max_prepared_statements \
			server_reset_query server_lifetime server_idle_timeout server_tls_sslmode \
			query_timeout query_wait_timeout client_idle_timeout idle_transaction_timeout \
			log_connections log_disconnections log_pooler_errors verbose; do
			eval "value=\$$(echo "$setting" | tr "[:lower:]" "[:upper:]")"
			[ -z "$value" ] || echo "$setting = $value"
		done
	} >"$dir/pgbouncer.ini"
	# The real one does this too, secrets and all.
	cat "$dir/pgbouncer.ini"
fi

exec "$@"
