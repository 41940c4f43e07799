#!/bin/sh
# The table of settings in README.md, between the lines <!-- settings --> and <!-- /settings -->, is what `curfew settings`
# prints; CURFEW names the program. `sh tests/check_settings.sh --write` puts it there.
. "$(dirname "$0")/checking.sh"
begin settings

program=${CURFEW:?names the program curfew}
table=$(mktemp) has=$(mktemp)
trap 'rm -f "$table" "$has" "$wrong"' EXIT
"$program" settings >"$table"
if ! grep -qx '<!-- settings -->' README.md || ! grep -qx '<!-- /settings -->' README.md; then
    echo 'README.md:1: lacks the lines <!-- settings --> and <!-- /settings -->' | complain
    verdict
fi
if [ "${1-}" = --write ]; then
    awk -v table="$table" '
        $0 == "<!-- /settings -->" { inside = 0 }
        !inside
        $0 == "<!-- settings -->" { inside = 1; while ((getline line < table) > 0) print line }' README.md >"$has"
    cat "$has" >README.md
fi
awk '$0 == "<!-- /settings -->" { inside = 0 } inside; $0 == "<!-- settings -->" { inside = 1 }' README.md >"$has"
diff "$has" "$table" | sed -n 's/^</README.md:1: not a setting: /p; s/^>/README.md:1: missing: /p' | complain

mend 'CURFEW=PROGRAM sh tests/check_settings.sh --write puts the true table into README.md'
verdict
