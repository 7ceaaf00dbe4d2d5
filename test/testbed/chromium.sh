#!/bin/sh
# A headless browser for the tests that look at pages as people do.
# shellcheck disable=SC1091 # lib.sh is read when this runs
set -eu
. "$(dirname "$0")/lib.sh"

if ! command -v chromium >/dev/null; then
	lock chromium
	command -v chromium >/dev/null || apt_install chromium fonts-dejavu-core
fi
say "chromium: $(chromium --version --no-sandbox 2>/dev/null | head -n 1)"
