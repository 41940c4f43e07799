#!/bin/sh
# Installs what is missing, builds, and passes every test: sh tests/run.sh [--build DIR] [NAMES]
# NAMES, a regular expression over names such as store/writer, takes only those tests, and one build. tests/README.md says more.
# The last line is `N passed, N failed`; the exit code is 0 only when nothing failed.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
build=$source/build/tests names=''

usage() {
    echo 'usage: sh tests/run.sh [--build DIR] [NAMES]' >&2
    exit 2
}

read_options() {
    while [ $# != 0 ]; do
        case $1 in
        --build)
            build=${2:-}
            [ -n "$build" ] || usage
            shift
            ;;
        -*) usage ;;
        *)
            [ -z "$names" ] || usage
            names=$1
            ;;
        esac
        shift
    done
}

# What failed outside of a test program counts as one.
count_failure() {
    printf '0 1\n%s\n' "$2" >"$results/$1"
}

# A long step; when it fails, the rest goes on without it.
step() {
    label=$1 says=$2
    shift 2
    sh "$source/docker/step.sh" "$logs/$label.log" "$says" "$@" || {
        count_failure "$label" "$says"
        return 1
    }
}

# compile NAME COMPILER SANITIZERS TARGETS…
compile() {
    name=$1 compiler=$2 sanitizers=$3 coverage=OFF
    shift 3
    [ "$name" != gcc ] || coverage=ON
    step "$name-configure" "$name: configuring" \
        cmake -G Ninja -S "$source" -B "$build/$name" -DCMAKE_C_COMPILER="$compiler" -DSANITIZE="$sanitizers" \
        -DCOVERAGE="$coverage" -DPAGES="$build/pages/dist" &&
        step "$name-build" "$name: building" ninja -C "$build/$name" "$@" &&
        { [ "$coverage" = OFF ] || node "$source/tests/coverage.mjs" "$build/$name" --begin; }
}

# What takes every round of the long sweeps: a sanitizer takes a tenth of them.
swept='(policies/every_policy|access/order_mutations|directory/mutations)'

# The program as it is shipped, and beside it what sweeps need: they go with no sanitizer.
compile_plain() {
    compile plain gcc '' curfew curfew-test curfew-sandbox crash_injector \
        test_policies_every_policy test_access_order_mutations test_directory_mutations
}

# check NAME SAYS NAMES [EXCEPT]: runs the tests of a build.
check() {
    printf '%s: %s\n' "$1" "$2"
    node "$source/tests/runner.mjs" "$build/$1" "$results/$1-tests" "$3" "${4:-^\$}" &
    runner=$!
    code=0
    wait "$runner" || code=$?
    runner=''
    [ "$code" = 0 ] || [ -f "$results/$1-tests" ] || count_failure "$1-tests" "$1: the tests broke off"
}

# Runs when the script ends, however it does.
end() {
    trap '' INT TERM HUP
    [ -z "$runner" ] || { kill -TERM "$runner" && wait "$runner"; } 2>/dev/null || true
    rm -rf "$results" "$temporary"
}

run_all() {
    compile_plain &&
        check plain 'sweeps; checks of the sources, and of the program as it is shipped' "^(check/|$swept\$|journeys/(crash|disk|interleavings)\$)"
    compile gcc gcc address,undefined &&
        check gcc 'every test, with AddressSanitizer and UndefinedBehaviorSanitizer' . '^check/' &&
        node "$source/tests/coverage.mjs" "$build/gcc" >"$logs/coverage"
    compile clang clang address,undefined &&
        check clang 'the tests of each folder but the longest sweeps, with those of clang' . \
            "^((check|journeys|browser|sandbox|contract|bench)/|$swept\$)"
    compile threads gcc thread &&
        check threads 'what has threads, with ThreadSanitizer' '^(store/(stores|writer)|outbound/|identity/provider|journeys/(approvals|grants|limits|operate_s(ervice|tore)|reload|web_(ready|sessions|wire)|whole_life))'
}

began=$(date +%s)
read_options "$@"
sh "$source/docker/install.sh" build test || exit 1
mkdir -p "$build"
build=$(cd "$build" && pwd)
logs=$build/logs
mkdir -p "$logs"
rm -f "$logs/coverage"
runner=''
results=$(mktemp -d)
temporary=$(mktemp -d)
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
export TMPDIR="$temporary"
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=second_deadlock_stack=1
unset CURFEW_TEST_CLOCK

step pages 'Building the pages' sh "$source/web/pages/build.sh" "$build/pages" || true
if [ -f "$source/tests/browser/install.sh" ]; then
    step browser 'Fetching what the browser tests need' sh "$source/tests/browser/install.sh" "$build/browser" || true
    export BROWSER_PACKAGES="$build/browser"
fi
case $names in
'') run_all || true ;;
check* | journeys/crash | journeys/disk | journeys/interleavings) compile_plain && check plain "$names" "$names" ;;
*) compile gcc gcc address,undefined && check gcc "$names" "$names" '^check/' ;;
esac

[ ! -s "$logs/coverage" ] || cat "$logs/coverage"
seconds=$(($(date +%s) - began))
printf 'All of it took %d minutes and %d seconds\n' $((seconds / 60)) $((seconds % 60))
# Each file holds two numbers, and under them the names of what failed.
awk 'FNR > 1 { print "failed: " $0 }' "$results"/*
awk 'FNR == 1 { passed += $1; failed += $2 } END { printf "%d passed, %d failed\n", passed, failed; exit failed || !passed }' "$results"/*
