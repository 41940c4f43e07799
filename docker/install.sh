#!/bin/sh
# Installs what is missing of docker/packages: sh docker/install.sh build|test|run…
# Silent when nothing is missing; one sentence and 1 when something cannot be installed.
set -eu
list=$(dirname "$0")/packages

fail() {
    printf 'Curfew needs these packages: %s. %s\n' "$missing" "$1" >&2
    exit 1
}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Whether an entry of the list is there already: its command, or one of its packages.
is_there() {
    case $1 in
    *=*) command -v "${1#*=}" >/dev/null && return ;;
    esac
    names=${1%%[=?]*}
    for name in $(echo "$names" | tr '|' ' '); do
        is_installed "$name" && return
    done
    return 1
}

# The package to install for an entry: the first that this Debian has; nothing where it may be left out.
choice() {
    names=${1%%[=?]*}
    for name in $(echo "$names" | tr '|' ' '); do
        [ -n "$(apt-cache madison "$name" 2>/dev/null)" ] && echo "$name" && return
    done
    case $1 in
    *\?) ;;
    *) echo "${names%%|*}" ;;
    esac
}

entries=
for when in "$@"; do
    found=$(awk -v when="$when" '$1 == when { print $2 }' "$list")
    [ -n "$found" ] || {
        echo "install.sh: '$when' is not build, test or run" >&2
        exit 2
    }
    for entry in $found; do
        is_there "$entry" || entries="$entries $entry"
    done
done
# Only what may be left out is missing, and apt knew none of it before: nothing to do.
missing=
for entry in $entries; do
    case $entry in
    *\?) [ -z "$(choice "$entry")" ] || missing="$missing ${entry%\?}" ;;
    *) missing="$missing ${entry%%[=|]*}" ;;
    esac
done
missing=${missing# }
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || fail 'This is not a Debian; install their like by hand, docker/packages says what each is for.'
as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail 'Installing them takes root: run this once as root, or with sudo installed.'
    echo 'Some packages are missing; sudo is asked to install them.'
    sudo -v || fail 'Installing them takes root, and sudo refused.'
    as_root='sudo DEBIAN_FRONTEND=noninteractive'
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)

# Says every ten seconds that the work goes on, until it is killed.
tell() {
    seconds=0
    while sleep 1; do
        seconds=$((seconds + 1))
        [ $((seconds % 10)) != 0 ] || printf '  %d s: %s\n' "$seconds" "$(tail -n 1 "$log" | cut -c 1-100)"
    done
}
tell &
teller=$!
trap 'kill "$teller" 2>/dev/null || true; rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# In the foreground, so that nothing interrupts dpkg half-way.
echo 'Reading the lists of packages'
$as_root apt-get update >"$log" 2>&1 || fail "apt-get update says: $(grep -m 1 '^[EW]:' "$log")"
set --
for entry in $entries; do
    name=$(choice "$entry")
    [ -z "$name" ] || set -- "$@" "$name"
done
[ $# != 0 ] || exit 0
printf 'Installing packages, %d and what they need: %s\n' $# "$*"
$as_root apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
    fail "apt-get install says: $(grep -m 1 '^E:' "$log")"
