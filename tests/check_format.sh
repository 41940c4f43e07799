#!/bin/sh
# The C code is laid out as clang-format 14 does it; other versions differ in details.
. "$(dirname "$0")/checking.sh"
begin format

formatter=$(command -v clang-format-14) || skip 'clang-format-14 is not here: the layout of the code was not looked at'
files c h | xargs -n 40 "$formatter" --dry-run -Werror 2>&1 | grep -E '^[^ ].*: error:' |
    sed -E 's/^([^:]*:[0-9]+):[0-9]+: error: .*/\1: clang-format would write this otherwise/' | complain

mend 'clang-format-14 -i FILE mends it'
verdict
