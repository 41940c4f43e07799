# Sourced by every check_*.sh, which then stands in the top folder of the sources and says, in this order:
#   begin NAME                 what it is called in the tally
#   … | complain               each line is something wrong, as file:line: what
#   skip WHY                   it cannot be made here; ends with 77
#   mend HOW                   what to say under what is wrong
#   verdict                    prints what is wrong, writes the tally, ends with 0 or 1
# shellcheck shell=sh
set -u
cd "$(dirname "$0")/.." || exit 1

begin() {
    check=check/$1 how=
    wrong=$(mktemp)
    trap 'rm -f "$wrong"' EXIT
}

complain() {
    cat >>"$wrong"
}

skip() {
    printf '%s: SKIPPED: %s\n' "$check" "$1"
    exit 77
}

mend() {
    how=$1
}

verdict() {
    passed=1 failed=0
    if [ -s "$wrong" ]; then
        passed=0 failed=1
        sort -u "$wrong" | sort -s -t : -k 1,1 -k 2,2n
        [ -z "$how" ] || printf '%s\n' "$how"
    fi
    [ -z "${TALLY-}" ] || printf '%d %d\n' "$passed" "$failed" >"$TALLY/$(printf %s "$check" | tr / .)"
    printf '%s: %d passed, %d failed\n' "$check" "$passed" "$failed"
    exit "$failed"
}

# The files of the sources whose names end in one of the words, or all; without what builds leave.
files() {
    find . \( -path ./.git -o -path './build*' -o -path ./state -o -name node_modules \) -prune -o -type f -print |
        sed 's,^\./,,' | sort | if [ $# = 0 ]; then cat; else grep -E "\.($(echo "$*" | tr ' ' '|'))\$"; fi
}

# The C files of the product, without those of the tests.
product() {
    files c h | grep -v '^tests/'
}
