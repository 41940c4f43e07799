#!/bin/sh
# Links in the pages of the sources lead to files that are there.
. "$(dirname "$0")/checking.sh"
begin links

files md | while read -r page; do
    grep -noE '\]\([^)]+\)' "$page" | sed 's/](\(.*\))$/\1/' | while IFS=: read -r line target; do
        case $target in
        http://* | https://* | '#'*) continue ;;
        esac
        [ -e "$(dirname "$page")/${target%%#*}" ] || echo "$page:$line: there is no $target"
    done
done | complain

verdict
