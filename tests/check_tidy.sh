#!/bin/sh
# The product's C code raises none of the checks of .clang-tidy, each of whose exceptions says why. BUILD names a folder in
# which the program was built with any compiler.
. "$(dirname "$0")/checking.sh"
begin tidy

awk '/^Checks/ { listed = 1 }
    !listed && /^# [a-z]+-[A-Za-z0-9.-]+: ...../ { sub(/:$/, "", $2); reasons[$2] = 1 }
    listed && /^  -/ { name = $1; gsub(/^-|,$/, "", name); if (!(name in reasons)) print ".clang-tidy:" FNR ": " name " is off without a reason" }
    ' .clang-tidy | complain

tidy=$(command -v clang-tidy-14) || skip 'clang-tidy-14 is not here: mistakes that compilers do not look for were not looked for'
commands=$(mktemp -d)
trap 'rm -rf "$commands" "$wrong"' EXIT
node tests/compile_commands.mjs "${BUILD:?names the folder of a build}" >"$commands/compile_commands.json"
run() {
    xargs -P "$(nproc)" -n 4 "$tidy" -p "$commands" --quiet "$@" 2>/dev/null | grep -E '^/.*: (warning|error): ' |
        sed -E "s,^$PWD/,,; s/^([^:]*:[0-9]+):[0-9]+: [a-z]+: /\\1: /" | complain
}
product | grep '\.c$' | grep -v '^broker/base/fail\.c$' | run --extra-arg=-include --extra-arg="$PWD/tests/because_returns.h"
echo broker/base/fail.c | run

verdict
