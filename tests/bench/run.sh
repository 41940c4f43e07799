#!/bin/sh
# How fast Curfew is, beside what the machine could do: sh tests/bench/run.sh [--build DIR] [NAMES]
# Prints a line of JSON for each figure, then a table. NAMES, a regular expression over the cases of bench.mjs, takes only
# those. README.md says what each figure means. It takes about four minutes on two idle cores.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$source/build/bench

usage() {
    echo 'usage: sh tests/bench/run.sh [--build DIR] [NAMES]' >&2
    exit 2
}

if [ "${1:-}" = --build ]; then
    [ $# -ge 2 ] || usage
    build=$2
    shift 2
fi
[ $# -le 1 ] || usage
case ${1:-} in -*) usage ;; esac

step() {
    log=$build/$1.log says=$2
    shift 2
    sh "$source/docker/step.sh" "$log" "$says" "$@"
}

sh "$source/docker/install.sh" build test
mkdir -p "$build"
build=$(cd "$build" && pwd)
step configure 'Configuring' cmake -G Ninja -S "$source" -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo
step build 'Building' ninja -C "$build" curfew curfew-sandbox bench_client bench_bare_answer bench_bare_writer bench_history bench_decide
[ $# = 0 ] || export ONLY="$1|all together"
export CURFEW="$build/curfew" CURFEW_SANDBOX="$build/tests/sandbox/curfew-sandbox" BENCH_PROGRAMS="$build/tests/bench"
exec node "$source/tests/bench/bench.mjs"
