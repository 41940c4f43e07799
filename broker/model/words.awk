# Turns a file of `key = sentence` lines, sorted by key, into the table that words.c searches.
# Usage: awk -v out=words_en.c -f words.awk en.txt
BEGIN { print "/* Made by the build from model/words/en.txt. */\n#include <stddef.h>\n\nstruct entry { const char *key, *text; };\nextern const struct entry words_en[];\nextern const size_t words_en_count;\n\nconst struct entry words_en[] = {" > out }
/^#/ || /^$/ { next }
{
    at = index($0, " = ")
    if (!at) { print FILENAME ":" FNR ": not `key = sentence`" > "/dev/stderr"; exit 1 }
    key = substr($0, 1, at - 1)
    text = substr($0, at + 3)
    if (key <= last) { print FILENAME ":" FNR ": " key " is not after " last > "/dev/stderr"; exit 1 }
    last = key
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    print "    {\"" key "\", \"" text "\"}," > out
    count++
}
END { print "};\n\nconst size_t words_en_count = " count ";" > out }
