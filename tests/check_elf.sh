#!/bin/sh
# How the shipped program is made: CURFEW names it. Hardened by compiler and linker, and without the clock of tests.
. "$(dirname "$0")/checking.sh"
begin elf

program=${CURFEW:?names the program curfew}
command -v readelf >/dev/null || skip 'readelf is not here'
headers=$(readelf -W -h -l -d "$program")
symbols=$(readelf -W --dyn-syms "$program")

has() {
    printf '%s\n' "$headers" | grep -qE "$1" || echo "$program:1: $2"
}
calls() {
    printf '%s\n' "$symbols" | grep -qE "$1" || echo "$program:1: $2"
}
{
    has 'Type: +DYN' 'is no position independent executable'
    has 'FLAGS_1.*PIE' 'is no position independent executable'
    has 'GNU_RELRO' 'has no RELRO'
    has 'FLAGS.*BIND_NOW|FLAGS_1.*NOW' 'binds late: RELRO is not full'
    has 'GNU_STACK.* RW +0x' 'has a stack that can be executed'
    calls '__stack_chk_fail' 'has no stack protector'
    calls '_chk@' 'has no FORTIFY'
    printf '%s\n' "$headers" | grep -E 'LOAD.* RWE ' | sed "s,.*,$program:1: has memory that can be written and executed,"
    printf '%s\n' "$headers" | grep -E '\((RPATH|RUNPATH|TEXTREL)\)' | sed "s,.*(\([A-Z]*\)).*,$program:1: has \1,"
    printf '%s\n' "$symbols" | grep -E ' UND (getenv|system|popen|execve|dlopen)@' | sed "s,.* UND ,$program:1: calls ,"
    strings -a "$program" | grep -E 'CURFEW_TEST|TEST_CLOCK|moment_shift' | sed "s,.*,$program:1: knows the clock of tests: &,"
} | complain

verdict
