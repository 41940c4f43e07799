#!/bin/sh
# At the top stand only the entries of the code map, dotfiles that tools need, and what builds leave.
. "$(dirname "$0")/checking.sh"
begin tree

find . -mindepth 1 -maxdepth 1 | sed 's,^\./,,' | sort | while read -r entry; do
    case $entry in
    CMakeLists.txt | README.md | LICENSE | broker | web | store | notify | policies | tests | docker) ;;
    .git | .gitignore | .ci | .clang-format | .clang-tidy | .dockerignore | .editorconfig | .gitattributes) ;;
    build | build-* | state) ;; # .gitignore knows them
    *) echo "$entry:1: does not belong to the top level" ;;
    esac
done | complain
for folder in broker broker/audit broker/directory broker/identity broker/outbound web store notify policies tests docker; do
    [ -f "$folder/README.md" ] || echo "$folder:1: has no README.md"
done | complain

verdict
