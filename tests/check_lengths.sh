#!/bin/sh
# No file is longer than 500 lines, no function longer than 70.
. "$(dirname "$0")/checking.sh"
begin lengths

files c h mjs ts tsx sh awk sql css cmake | grep -v '^broker/model/words/' |
    xargs awk 'FNR == 501 { print FILENAME ":501: the file is longer than 500 lines" }' | complain

# A function of C: its brace stands alone at the begin of a line; its head begins behind the last line that ends something.
files c | xargs awk '
FNR == 1 { head = 0 }
/^[A-Za-z_].*\(/ && !head { head = FNR }
/[;}]$/ || /^$/ || /^#/ { if (!inside) head = 0 }
/^\{$/ { inside = head ? head : FNR }
/^\}/ {
    if (inside && FNR - inside + 1 > 70)
        print FILENAME ":" inside ": the function has " FNR - inside + 1 " lines"
    inside = head = 0
}' | complain

# A function of JavaScript or a shell: from the line that opens it to the one that closes it at the same depth.
files mjs ts tsx sh | xargs awk '
function depth_of(line) {
    match(line, /^ */)
    return RLENGTH
}
FNR == 1 { delete begin }
{ depth = depth_of($0) }
/^ *[})]/ && depth in begin {
    if (FNR - begin[depth] + 1 > 70)
        print FILENAME ":" begin[depth] ": the function has " FNR - begin[depth] + 1 " lines"
    delete begin[depth]
}
/(^|[^a-zA-Z])function[ (*].*[{(]$/ || /=> [{(]$/ || /^ *(async |static |get |set )*[a-zA-Z_#"][^=;]*\) *(: [^=]+)?\{$/ || /^[a-z_]+\(\) [{(]$/ {
    if ($0 !~ /^ *(if|for|while|switch|else|} else|catch|describe|await specification)[ (]/)
        begin[depth] = FNR
}' | complain

mend 'Split it where a reader would want a name'
verdict
