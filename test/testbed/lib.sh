# shellcheck shell=sh
# Shared by the testbed's scripts; sourced, never run.

testbed_dir=${ECAR_POOL_TESTBED_DIR:-/var/tmp/ecar-pool-testbed}

say() { echo "testbed: $*" >&2; }
die() {
	say "$*"
	exit 1
}

need_root() { [ "$(id -u)" = 0 ] || die "$1 needs root"; }

# Bounded, because a client that finds a half-dead engine's socket waits for ever.
engine_answers() { timeout 20 docker info >/dev/null 2>&1; }

# Two runs at once would install, start or build the same thing twice.
# The lock is descriptor 9: give no long-lived child a copy of it.
lock() {
	mkdir -p "$testbed_dir"
	exec 9>"$testbed_dir/lock.$1"
	flock -w 1800 9 || die "another run holds $testbed_dir/lock.$1"
}

apt_install() {
	need_root "installing $*"
	say "apt: installing $*"
	{
		apt-get update -qq &&
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
	} >"$testbed_dir/apt.log" 2>&1 9>&- || {
		tail -n 20 "$testbed_dir/apt.log" >&2
		die "apt could not install $*"
	}
}

# The Debian mirror this machine's apt uses, asked of apt so that no file here names one.
mirror() {
	if [ -n "${ECAR_POOL_TESTBED_MIRROR:-}" ]; then
		echo "$ECAR_POOL_TESTBED_MIRROR"
		return
	fi
	uri=$(mirror_of_apt)
	# apt knows a repository's origin only once it holds its lists.
	if [ -z "$uri" ] && [ "$(id -u)" = 0 ]; then
		apt-get update -qq >&2 || :
		uri=$(mirror_of_apt)
	fi
	[ -n "$uri" ] || die "apt has no Debian mirror; set ECAR_POOL_TESTBED_MIRROR to one"
	echo "$uri"
}

# The security archive has no newer suites' main packages: leave it out.
mirror_of_apt() {
	# shellcheck disable=SC2016 # apt expands these, not the shell
	apt-get indextargets --format '$(ORIGIN) $(SUITE) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "Debian" && $2 !~ /security/ { print $3; exit }'
}
