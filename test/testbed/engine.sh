#!/bin/sh
# A Docker engine for the tests that need a real one: the one that answers already, else one of our own.
# usage: engine.sh start|stop|status
# shellcheck disable=SC1091,SC2154 # lib.sh is read when this runs
set -eu
. "$(dirname "$0")/lib.sh"

engine=$testbed_dir/engine
pidfile=$engine/dockerd.pid
containerd_pidfile=$engine/exec/containerd/containerd.pid
log=$engine/dockerd.log

# Prints the pid in file $1 if that process runs and its command line matches $2. A pidfile outlives
# a crash, its number gets reused, and a zombie keeps the number but has no command line.
pid_of() {
	[ -s "$1" ] || return 1
	pid=$(cat "$1")
	tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "$2" || return 1
	echo "$pid"
}
our_pid() { pid_of "$pidfile" "dockerd .*$engine/data"; }

start() {
	if engine_answers; then
		status
		return
	fi
	[ -z "${DOCKER_HOST:-}" ] || die "DOCKER_HOST is set and no engine answers there; unset it to start one here"
	need_root "starting an engine"
	lock engine
	# Another start may have finished while this one waited for the lock.
	if ! our_pid >/dev/null; then
		engine_answers || launch
	fi
	wait_for_answer
	status
}

launch() {
	missing=
	command -v dockerd >/dev/null || missing="docker.io"
	command -v iptables >/dev/null || missing="$missing iptables"
	# From trixie on the client is a package of its own.
	if ! command -v docker >/dev/null; then
		if apt-cache show docker-cli >/dev/null 2>&1; then
			missing="$missing docker-cli"
		else
			missing="$missing docker.io"
		fi
	fi
	# shellcheck disable=SC2086 # a list of packages
	[ -z "$missing" ] || apt_install $missing
	mkdir -p "$engine"
	# Over a stale pidfile whose number something else has by now, dockerd refuses to start,
	# or waits in vain for a containerd that is gone.
	rm -f "$pidfile"
	pid_of "$containerd_pidfile" "containerd .*$engine/exec" >/dev/null || rm -f "$containerd_pidfile"
	say "engine: starting dockerd (log: $log)"
	# A session of its own: it must outlive the shell, and its terminal's Ctrl-C, that started it.
	setsid nohup dockerd --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$pidfile" \
		>"$log" 2>&1 </dev/null 9>&- &
	launched=$!
}

wait_for_answer() {
	deadline=$(($(date +%s) + 60))
	until engine_answers; do
		if [ "$(date +%s)" -ge "$deadline" ] || { [ -n "${launched:-}" ] && ! kill -0 "$launched" 2>/dev/null; }; then
			tail -n 20 "$log" >&2
			die "engine: dockerd does not answer"
		fi
		sleep 1
	done
}

stop() {
	lock engine
	if ! pid=$(our_pid); then
		say "engine: none of ours runs"
		return
	fi
	# SIGTERM makes dockerd stop its containers first, 10 s each at most.
	kill "$pid"
	tries=90
	while our_pid >/dev/null; do
		tries=$((tries - 1))
		[ "$tries" != 0 ] || die "engine: pid $pid still stops its containers (log: $log)"
		sleep 1
	done
	rm -f "$pidfile"
	say "engine: stopped"
}

status() {
	if ! engine_answers; then
		say "engine: none answers"
		return 1
	fi
	version=$(docker version --format '{{.Server.Version}}')
	if pid=$(our_pid); then
		say "engine: $version, ours, pid $pid"
	else
		say "engine: $version, not started from here"
	fi
}

case ${1:-} in
start | stop | status) "$1" ;;
*) die "usage: engine.sh start|stop|status" ;;
esac
