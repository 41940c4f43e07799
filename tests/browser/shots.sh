#!/bin/sh
# Makes pictures of every page and state: sh tests/browser/shots.sh DIR
# CURFEW and CURFEW_SANDBOX name the programs (curfew-test, curfew-sandbox), BROWSER_PACKAGES what install.sh installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: shots.sh DIR}"
exec node "$here/shots.mjs" "$1"
