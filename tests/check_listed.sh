#!/bin/sh
# Every test program in the tree is one that CTest runs; BUILD names the folder of a build.
. "$(dirname "$0")/checking.sh"
begin listed

listed=$(ctest --test-dir "${BUILD:?names the folder of a build}" -N | sed -n 's/^ *Test *#[0-9]*: //p')
{
    files c | grep '^tests/' | xargs grep -lE '^SPECIFICATION\('
    files mjs | grep '^tests/' | xargs grep -lE 'specification\("'
    files sh | grep -E '^tests/check_'
} | grep -v '^tests/support/' | while read -r file; do
    name=${file#tests/}
    name=${name%.*}
    name=$(echo "$name" | sed 's,/test/,/,; s,^check_,check/,')
    printf '%s\n' "$listed" | grep -qxF "$name" || echo "$file:1: no test of CTest is called $name"
done | complain

mend 'tests/CMakeLists.txt lists them'
verdict
