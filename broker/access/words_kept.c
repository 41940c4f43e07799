#include "access/words_kept.h"

#include "base/text.h"
#include "store/requests.h"

#include <sodium.h>

void words_check(struct form *form, const char *name, const char *text)
{
    uint32_t found = text ? text_forbidden_character(text) : 0;
    if (found)
        form_complain(form, name,
                      "holds the character U+%04X, which steers how text is shown: leave it out",
                      found);
}

const char *words_reason(struct form *form, enum need need, size_t most)
{
    const char *reason = form_text(form, "reason", need, most);
    if (reason && text_is_empty(reason))
        form_complain(form, "reason", "must say why");
    words_check(form, "reason", reason);
    return reason;
}

enum fail words_keep_salted(struct turn *turn, const char *text, const uint8_t *salt,
                            char mark[DIGEST_BASE64_SIZE], struct reason *why)
{
    record_commitment(salt, text, mark);
    return store_words_add(turn->store, mark, salt, text, why);
}

enum fail words_keep(struct turn *turn, const char *text, char mark[DIGEST_BASE64_SIZE],
                     struct reason *why)
{
    uint8_t salt[COMMITMENT_SALT];
    randombytes_buf(salt, sizeof salt);
    return words_keep_salted(turn, text, salt, mark, why);
}
