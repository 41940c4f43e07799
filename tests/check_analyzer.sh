#!/bin/sh
# gcc's analyzer finds nothing in the product's C code. BUILD names a folder in which the program was built with gcc.
. "$(dirname "$0")/checking.sh"
begin analyzer

lines=$(mktemp)
trap 'rm -f "$lines" "$wrong"' EXIT
node tests/compile_commands.mjs "${BUILD:?names the folder of a build}" lines >"$lines"
grep -q 'gcc\|/cc ' "$lines" || skip 'the program was not built with gcc'
# What is told beforehand would not let fail.c define because(). gcc 14 takes the arrays of values that sql_ask and sql_run
# make in place for shorter than what fills them; AddressSanitizer, which sees them run, does not.
grep -v '/base/fail\.c$' "$lines" |
    sed "s,\$, -o /dev/null -fanalyzer -Wno-analyzer-out-of-bounds -fdiagnostics-plain-output -include $PWD/tests/because_returns.h," |
    xargs -d '\n' -P "$(nproc)" -n 1 sh -c 2>&1 | grep -E '^/.*: (warning|error): .*analyzer' |
    sed -E "s,^$PWD/,,; s/^([^:]*:[0-9]+):[0-9]+: [a-z]+: /\\1: /" | complain

verdict
