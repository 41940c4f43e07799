#include "model/words.h"

#include "base/scoped.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    const char *key, *text;
};

/* Made by the build from model/words/en.txt, sorted by key. */
extern const struct entry words_en[];
extern const size_t words_en_count;

static int compare(const void *key, const void *entry)
{
    return strcmp(key, ((const struct entry *)entry)->key);
}

static void add_value(struct text *says, const json_t *value)
{
    if (json_is_string(value))
        text_add(says, json_string_value(value));
    else if (json_is_integer(value))
        text_addf(says, "%lld", (long long)json_integer_value(value));
    else
        text_add(says, "?");
}

const char *words_say(struct arena *arena, const char *key, const json_t *args)
{
    const struct entry *entry = bsearch(key, words_en, words_en_count, sizeof *words_en, compare);
    if (!entry)
        return NULL;
    scoped(text_scoped) struct text says = TEXT_LIMIT(16384);
    for (const char *at = entry->text; *at;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            text_add_char(&says, *at++);
            continue;
        }
        const char *name = arena_copy_bytes(arena, at + 1, (size_t)(end - at - 1));
        add_value(&says, json_object_get(args, name));
        at = end + 1;
    }
    return arena_copy(arena, text_of(&says));
}

const char *words_key(size_t index)
{
    return index < words_en_count ? words_en[index].key : NULL;
}
