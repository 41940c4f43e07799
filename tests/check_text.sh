#!/bin/sh
# Every file is plain text: UTF-8 without tabs, blanks at ends of lines, control or invisible characters, and without words
# of unfinished work.
. "$(dirname "$0")/checking.sh"
begin text

texts() {
    files | grep -vE '\.(ico|png|woff2)$|^tests/fuzz/'
}

odd=$(printf '\t')'| +$|[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xc2[\x80-\x9f\xad]'
texts | LC_ALL=C xargs grep -anP "$odd" | LC_ALL=C sed -E 's/^([^:]*:[0-9]+):.*/\1: a tab, a blank at the end, or a character that nobody sees/' |
    complain
texts | while read -r file; do
    iconv -f UTF-8 -t UTF-8 "$file" >/dev/null 2>&1 || echo "$file:1: is not UTF-8"
    [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file" | tr -d '\n')" ] || echo "$file:$(wc -l <"$file"): does not end with a line"
done | complain
texts | grep -v '^LICENSE$' | xargs grep -anwE 'TO''DO|FIX''ME|X''XX|HA''CK' | sed -E 's/^([^:]*:[0-9]+):.*/\1: a word of unfinished work/' | complain
files | grep -E '[^A-Za-z0-9._/-]' | sed 's/$/:1: a name with odd characters/' | complain

verdict
