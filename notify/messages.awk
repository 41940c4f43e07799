# Turns messages/*.txt into a table of kinds and templates: the first line is the subject.
# Usage: awk -v out=messages.c -f messages.awk *.txt
function quoted(line) {
    gsub(/\\/, "\\\\", line)
    gsub(/"/, "\\\"", line)
    return "\"" line "\\n\""
}
BEGIN { print "/* Made by the build from notify/messages. */\n#include <stddef.h>\n\nstruct message_template { const char *kind, *text; };\nextern const struct message_template message_templates[];\n\nconst struct message_template message_templates[] = {" > out }
FNR == 1 {
    if (NR > 1) print "    }," > out
    kind = FILENAME
    sub(/.*\//, "", kind)
    sub(/\.txt$/, "", kind)
    print "    {\"" kind "\"," > out
}
{ print "        " quoted($0) > out }
END { print "    },\n    {NULL, NULL},\n};" > out }
