#!/bin/sh
# Functions that nobody calls: those without bounds, those that hide errors, those that go around the one place for
# clock, memory and environment.
. "$(dirname "$0")/checking.sh"
begin banned

files c h | xargs awk '
BEGIN {
    everywhere = "strcpy stpcpy strcat strncat strncpy sprintf vsprintf gets alloca strtok atoi atol atoll atof " \
        "tmpnam mktemp tempnam rand srand random srandom drand48 ctime asctime gmtime localtime setjmp longjmp vfork"
    product = "system popen fork execl execlp execle execv execvp execve getenv putenv setenv sleep usleep nanosleep " \
        "time gettimeofday malloc calloc realloc strdup strndup scanf fscanf"
    split(everywhere, list, " ")
    for (i in list)
        banned[list[i]] = "everywhere"
    split(product, list, " ")
    for (i in list)
        banned[list[i]] = "product"
    keeps["malloc"] = keeps["realloc"] = "^broker/(base/memory|outbound/library)\\.c$"
    keeps["calloc"] = keeps["strdup"] = "^broker/base/memory\\.c$"
}
FNR == 1 { comment = 0 }
# Takes texts, characters and comments out of a line.
function bare(line, out, at, character) {
    out = ""
    for (at = 1; at <= length(line); at++) {
        character = substr(line, at, 1)
        if (comment) {
            if (substr(line, at, 2) == "*/")
                comment = 0 * at++
        } else if (substr(line, at, 2) == "/*") {
            comment = 1
            at++
        } else if (substr(line, at, 2) == "//") {
            break
        } else if (character == "\"" || character == "\047") {
            for (at++; at <= length(line) && substr(line, at, 1) != character; at++)
                if (substr(line, at, 1) == "\\")
                    at++
        } else {
            out = out character
        }
    }
    return out
}
{
    line = bare($0)
    if (line ~ /(^|[^A-Za-z0-9_])goto[ ]+[a-z]/)
        print FILENAME ":" FNR ": goto: owners are scoped, results leave with take"
    while (match(line, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
        name = substr(line, RSTART, RLENGTH - 1)
        sub(/ +$/, "", name)
        before = substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (!(name in banned) || before ~ /(->|\.)$/ || (banned[name] == "product" && FILENAME ~ /^tests\//))
            continue
        if (!(name in keeps && FILENAME ~ keeps[name]))
            print FILENAME ":" FNR ": " name "() is not used here"
    }
}' | complain

mend 'tests/check_banned.sh says what is banned where; base/ has what to use instead'
verdict
