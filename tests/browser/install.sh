#!/bin/sh
# Installs what the browser tests need: sh tests/browser/install.sh OUT (the folder that BROWSER_PACKAGES names).
# Chromium itself is the system's; no browser is fetched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: install.sh OUT}

command -v npm >/dev/null || {
    echo 'install.sh: npm is missing: install Node.js 18 or newer with npm' >&2
    exit 1
}
mkdir -p "$out"
cd "$out"
cp "$here/package.json" "$here/package-lock.json" .
cmp -s package-lock.json installed.json && exit 0
echo 'Fetching the packages of the browser tests'
rm -f installed.json
npm ci --ignore-scripts --no-audit --no-fund
cp package-lock.json installed.json
