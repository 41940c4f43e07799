#!/bin/sh
# One long step of a script: sh docker/step.sh LOG SAYS COMMAND…
# Prints what is done, every ten seconds that it goes on, and how long it took; the command's own words go to LOG and
# are shown when it fails. The command ends, with all that it started, on INT and TERM and when the script is gone.
set -u
log=$1 says=$2
shift 2
began=$(date +%s)
script=$PPID
printf '%s\n' "$says"

end() {
    trap '' INT TERM HUP
    kill -TERM -- "-$worker" 2>/dev/null
    wait "$worker" 2>/dev/null
    exit "$1"
}
setsid "$@" >"$log" 2>&1 </dev/null &
worker=$!
trap 'end 130' INT
trap 'end 143' TERM HUP

told=0
while kill -0 "$worker" 2>/dev/null; do
    kill -0 "$script" 2>/dev/null || end 143
    passed=$(($(date +%s) - began))
    if [ "$passed" -ge $((told + 10)) ]; then
        told=$passed
        printf '  %d s: %s\n' "$passed" "$(tail -n 1 "$log" | cut -c 1-100)"
    fi
    sleep 0.2
done
wait "$worker"
code=$?
if [ "$code" != 0 ]; then
    printf '%s: failed (%d). Its last words, of %s:\n' "$says" "$code" "$log" >&2
    tail -n 40 "$log" >&2
    exit "$code"
fi
passed=$(($(date +%s) - began))
[ "$passed" -lt 3 ] || printf '  done in %d s\n' "$passed"
