# Turns migrations/NNNN_name.sql into a table of their names and texts, in order.
# Usage: awk -v out=migrations.c -f migrations.awk *.sql (sorted)
function quoted(line) {
    gsub(/\\/, "\\\\", line)
    gsub(/"/, "\\\"", line)
    return "\"" line "\\n\""
}
BEGIN { print "/* Made by the build from store/migrations. */\n#include \"store/migrate.h\"\n\nconst struct migration migrations[] = {" > out }
FNR == 1 {
    if (NR > 1) print "    }," > out
    file = FILENAME
    sub(/.*\//, "", file)
    sub(/\.sql$/, "", file)
    print "    {\"" file "\"," > out
}
{ print "        " quoted($0) > out }
END { print "    },\n    {0},\n};" > out }
