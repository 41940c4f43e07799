# Turns .sql files into an enum of query names and a table of their texts: `-- name: request_move` begins a query.
# Usage: awk -v header=queries.h -v source=queries.c -f queries.awk *.sql
function quoted(line) {
    gsub(/\\/, "\\\\", line)
    gsub(/"/, "\\\"", line)
    return "\"" line "\\n\""
}
BEGIN {
    print "/* Made by the build from store/queries. */\n#pragma once\n\nenum query {" > header
    print "/* Made by the build from store/queries. */\n#include \"store/sql.h\"\n\nconst struct query_text query_texts[QUERY_COUNT] = {" > source
}
/^-- name: / {
    if (name) print "    }," > source
    name = $3
    if (seen[name]++) { print FILENAME ": " name " is there twice" > "/dev/stderr"; exit 1 }
    print "    SQL_" toupper(name) "," > header
    print "    [SQL_" toupper(name) "] = {\"" name "\"," > source
    next
}
/^--/ || /^[ \t]*$/ { next }
{
    if (!name) { print FILENAME ": SQL before the first name" > "/dev/stderr"; exit 1 }
    print "        " quoted($0) > source
}
END {
    print "    QUERY_COUNT\n};" > header
    print "    },\n};" > source
}
