#!/bin/sh
# All of the testbed: an engine, Compose, a browser and the stand-in images. Cheap when they are there already.
# usage: up.sh [name:tag...]   (the images wanted; without names: all of them)
set -eu
here=$(dirname "$0")
"$here/engine.sh" start
"$here/compose.sh"
"$here/chromium.sh"
"$here/images.sh" "$@"
