#!/bin/sh
# Every shell script is read by sh, and passes shellcheck where there is one.
. "$(dirname "$0")/checking.sh"
begin shell

scripts() {
    { files sh && grep -l '^#!/bin/sh' .ci/*; } | sort -u
}

scripts | while read -r file; do
    sh -n "$file" 2>&1 | sed "s,^[^:]*: \([0-9]*\): ,$file:\1: ,"
done | complain
scripts | grep -v '^tests/checking.sh$' | xargs awk 'FNR == 1 && !/^#!\/bin\/sh$/ { print FILENAME ":1: does not begin with #!/bin/sh" }' | complain
# SC2016: awk programs stand in single quotes on purpose. SC2317: functions that only traps call.
if command -v shellcheck >/dev/null; then
    scripts | xargs shellcheck -x -P tests -f gcc -e SC2016,SC2317 | complain
else
    echo "$check: shellcheck is not here: only sh -n was asked"
fi

verdict
