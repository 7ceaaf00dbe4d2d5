#!/bin/sh
# Builds the stand-in images, each only when it is absent or its files here have changed.
# usage: images.sh [name:tag...]   (without names: all of them)
# shellcheck disable=SC1091,SC2154 # lib.sh is read when this runs
set -eu
. "$(dirname "$0")/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
prefix=ecar-pool-testbed
log=$testbed_dir/images.log
# The ones most tests need come first; the bases are built when something stands on them.
all='pgbouncer:1.26.1 postgres:18 pgbouncer:1.24.1 postgres:17 django:5.2 pgbadger:13.2 pgbouncer:1.18.0
	pgbouncer-exporter:0.12.0 prometheus:3.5 grafana-stand-in:1'

# The suite an image comes from, then what its Dockerfile needs to know.
recipe() {
	case $1 in
	base:forky | base:trixie | base:bookworm) echo "${1#base:}" ;;
	pgbouncer:1.26.1) echo forky VERSION=1.26.1 PG_MAJOR=18 ;;
	pgbouncer:1.24.1) echo trixie VERSION=1.24.1 PG_MAJOR=17 ;;
	pgbouncer:1.18.0) echo bookworm VERSION=1.18.0 PG_MAJOR=15 ;;
	# From 18 on, the real image's volume lies one level higher and its data one deeper.
	postgres:18) echo forky PG_MAJOR=18 PGDATA=/var/lib/postgresql/18/docker DATA_VOLUME=/var/lib/postgresql ;;
	postgres:17) echo trixie PG_MAJOR=17 PGDATA=/var/lib/postgresql/data DATA_VOLUME=/var/lib/postgresql/data ;;
	django:5.2) echo forky VERSION=5.2 ;;
	pgbouncer-exporter:0.12.0) echo forky VERSION=0.12.0 ;;
	prometheus:3.5) echo forky VERSION=3.5 ;;
	grafana-stand-in:1) echo forky ;;
	pgbadger:13.2) echo forky VERSION=13.2 ;;
	*) die "images: no recipe for $1 (there are: $all)" ;;
	esac
}

# Every image carries the hash of what made it, so that an edited entrypoint is not tested stale.
label=ecar-pool-testbed.source
up_to_date() {
	[ "$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1" 2>/dev/null)" = "$2" ]
}

ensure() {
	name=$prefix/$1
	context=$here/images/${1%%:*}
	recipe=$(recipe "$1")
	hash=$({ echo "$1 $recipe" && cat "$here"/images/base/* "$context"/*; } | sha256sum | cut -c 1-16)
	if up_to_date "$name" "$hash"; then
		say "images: $name is there"
		return
	fi
	case $1 in base:*) ;; *)
		# In a subshell: ensure keeps its state in globals.
		(ensure "base:${recipe%% *}")
		;;
	esac
	say "images: $name: building"
	began=$(date +%s)
	case $1 in
	base:*) build_base "${recipe%% *}" ;;
	*) build_on_base "$recipe" ;;
	esac >"$log" 2>&1 9>&- || {
		tail -n 30 "$log" >&2
		die "images: $name: failed (whole log: $log)"
	}
	say "images: $name: built in $(($(date +%s) - began)) s"
}

# The script name is given because an older debootstrap does not know the newer suites' names.
# A tree that failed stays: it holds debootstrap.log.
build_base() {
	need_root "debootstrap"
	command -v debootstrap >/dev/null || apt_install debootstrap || return
	uri=$(mirror) || return
	root=$(mktemp -d "$testbed_dir/base.XXXXXX")
	debootstrap --variant=minbase "$1" "$root" "$uri" sid &&
		sh "$here/images/base/slim.sh" "$root" "$1" "$uri" &&
		tar -C "$root" -c . | docker import --change "LABEL $label=$hash" - "$name" || return
	rm -rf "$root"
}

build_on_base() {
	suite=${1%% *}
	args=
	for arg in $1; do
		case $arg in *=*) args="$args --build-arg $arg" ;; esac
	done
	# The classic builder is the one that every engine has, and it finds a base that is in no registry.
	# The host's network: apt inside reaches the mirror the way apt outside does.
	# shellcheck disable=SC2086 # a list of words
	DOCKER_BUILDKIT=0 docker build --network host --force-rm --label "$label=$hash" \
		--build-arg "BASE=$prefix/base:$suite" $args --tag "$name" "$context"
}

engine_answers || die "images: no engine answers; run engine.sh start"
lock images
# shellcheck disable=SC2086 # a list of names
[ $# != 0 ] || set -- $all
for image; do
	ensure "$image"
done
