#!/bin/sh
# Two Compose v2 binaries: a current one to run stacks with, and the oldest we still test files against.
# Debian 12 packages none; the newer suites' packages hold one binary each, and it runs here.
# usage: compose.sh               install both, and the newer as the docker CLI's plugin if that has none
#        compose.sh path 2.26|2.40   print where a binary lies, installing it first if need be
# shellcheck disable=SC1091,SC2154 # lib.sh is read when this runs
set -eu
. "$(dirname "$0")/lib.sh"

compose=$testbed_dir/compose

suite_of() {
	case $1 in
	2.26) echo trixie ;;
	2.40) echo forky ;;
	*) die "compose: no source for $1 (there are 2.26 and 2.40)" ;;
	esac
}

# An apt of its own, so that this machine's package state never learns of a newer suite.
apt_aside() {
	apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \
		-o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}

fetch() {
	suite=$(suite_of "$1")
	binary=$compose/$1/docker-compose
	[ ! -x "$binary" ] || return 0
	lock compose
	[ ! -x "$binary" ] || return 0
	say "compose: fetching $1 from $suite"
	work=$(mktemp -d "$testbed_dir/compose.XXXXXX")
	mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/deb" "$compose/$1"
	uri=$(mirror)
	echo "deb $uri $suite main" >"$work/sources.list"
	(cd "$work" && apt_aside update && apt_aside download docker-compose) >&2 || die "compose: apt could not fetch it"
	dpkg -x "$work"/docker-compose_*.deb "$work/deb"
	found=$(find "$work/deb" -type f -name docker-compose -perm -u+x | head -n 1)
	[ -n "$found" ] || die "compose: the package holds no docker-compose binary"
	version=$("$found" version --short)
	# A suite moves on, and a binary of another series under this name would lie.
	case ${version#v} in
	"$1".*) ;;
	*) die "compose: $suite has $version now, not $1" ;;
	esac
	cp "$found" "$binary.new"
	mv "$binary.new" "$binary"
	rm -rf "$work"
}

# 2.20 is the oldest Compose that ecar-pool supports.
plugin_will_do() {
	version=$(docker compose version --short 2>/dev/null) || return 1
	echo "${version#v}" | awk -F. '{ exit !($1 > 2 || ($1 == 2 && $2 >= 20)) }'
}

case "$#:${1:-}" in
0:)
	fetch 2.26
	fetch 2.40
	if ! plugin_will_do; then
		plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
		mkdir -p "$plugins"
		cp "$compose/2.40/docker-compose" "$plugins/docker-compose.new"
		mv "$plugins/docker-compose.new" "$plugins/docker-compose"
		plugin_will_do || die "compose: the docker CLI does not take $plugins/docker-compose"
	fi
	say "compose: docker compose is $(docker compose version --short), $compose/2.26/docker-compose the older one"
	;;
2:path)
	fetch "$2"
	echo "$compose/$2/docker-compose"
	;;
*) die "usage: compose.sh [path 2.26|2.40]" ;;
esac
