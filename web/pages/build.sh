#!/bin/sh
# Builds the pages: sh web/pages/build.sh OUT leaves index.html and what it needs in OUT/dist.
# Everything happens in OUT; packages come from npm, and only when the lock file is another one than last time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh OUT}

command -v npm >/dev/null || {
    echo 'build.sh: npm is missing: install Node.js 18 or newer with npm' >&2
    exit 1
}
mkdir -p "$out"
cd "$out"
rm -rf src
cp -R "$here/src" "$here/package.json" "$here/package-lock.json" "$here/tsconfig.json" "$here/build.mjs" .
if ! cmp -s package-lock.json installed.json; then
    echo 'Fetching the packages of the pages'
    rm -f installed.json
    npm ci --ignore-scripts --no-audit --no-fund
    cp package-lock.json installed.json
fi
node node_modules/typescript/bin/tsc --noEmit
node build.mjs
