#!/bin/sh
# Puts files into the program: writes a C file that the assembler fills with their bytes, plain and packed.
# Usage: assets.sh OUT.c PACKED DIST FILE...   (packed copies go to the folder PACKED; all files of DIST go in)
set -eu
out=$1 folder=$2 dist=$3
shift 3
set -- "$dist"/* "$@"
mkdir -p "$folder"
type_of() {
    case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.js) echo 'text/javascript; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.json) echo 'application/json' ;;
    *.webmanifest) echo 'application/manifest+json' ;;
    *.svg) echo 'image/svg+xml' ;;
    *.png) echo 'image/png' ;;
    *.ico) echo 'image/x-icon' ;;
    *.woff2) echo 'font/woff2' ;;
    *) echo 'application/octet-stream' ;;
    esac
}
# The bytes under a symbol; the zero behind them ends texts.
include() {
    printf '__asm__(".pushsection .rodata\\n.balign 16\\n.global %s\\n%s:\\n.incbin \\"%s\\"\\n.byte 0\\n.popsection\\n");\n' \
        "$1" "$1" "$2"
    printf 'extern const char %s[];\n' "$1"
}
{
    printf '/* Made by web/assets.sh. */\n#include "web/assets.h"\n\n'
    number=0
    for file in "$@"; do
        gzip -9 -n -c "$file" >"$folder/$number.gz"
        include "asset_$number" "$file"
        include "packed_$number" "$folder/$number.gz"
        number=$((number + 1))
    done
    printf '\nconst struct asset assets[] = {\n'
    number=0
    for file in "$@"; do
        printf '    {"%s", "%s", asset_%d, %d, packed_%d, %d},\n' "$(basename "$file")" "$(type_of "$file")" \
            "$number" "$(wc -c <"$file")" "$number" \
            "$([ "$(wc -c <"$folder/$number.gz")" -lt "$(wc -c <"$file")" ] && wc -c <"$folder/$number.gz" || echo 0)"
        number=$((number + 1))
    done
    printf '    {0},\n};\n'
} >"$out.new"
mv "$out.new" "$out"
