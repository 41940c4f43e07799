/* Settings that have members of their own. */
#include "settings_reading.h"

#include <string.h>

void setting_read_contexts(const struct reading_row *r, const json_t *value)
{
    static const char *const proofs[] = {"mfa", "phishing_resistant", "compliant_device"};
    struct contexts_settings *contexts = r->to;
    struct form form = form_open(value, r->row->key, r->complaints);
    const char *name;
    json_t *list;
    contexts->count = 0;
    json_object_foreach ((json_t *)form.object, name, list) {
        const char **texts;
        int64_t number;
        size_t count = form_texts(&form, name, REQUIRED, COUNT(proofs), 64, &texts);
        if (name[0] != 'c' || name[1] == '0' || !text_read_number(name + 1, 99, &number)) {
            form_complain(&form, name, "is not an authentication context: c1 to c99");
            continue;
        }
        struct context_claim claim = {.context = arena_copy(r->complaints->arena, name)};
        for (size_t i = 0; i < count; i++) {
            unsigned proof = text_equals(texts[i], proofs[0])   ? PROOF_MFA
                             : text_equals(texts[i], proofs[1]) ? PROOF_PHISHING_RESISTANT
                             : text_equals(texts[i], proofs[2]) ? PROOF_COMPLIANT_DEVICE
                                                                : 0;
            if (!proof)
                form_complain(&form, name,
                              "\"%s\" is not one of \"mfa\", \"phishing_resistant\", "
                              "\"compliant_device\"",
                              texts[i]);
            claim.proves |= proof;
        }
        contexts->list[contexts->count++] = claim;
    }
}

void setting_read_channels(const struct reading_row *r, const json_t *value)
{
    static const char *const kinds[] = {"graph_mail"};
    struct channels_settings *channels = r->to;
    channels->count = 0;
    if (!json_is_array(value) || json_array_size(value) > SETTINGS_CHANNELS) {
        complain(r->complaints, r->row->key, "must be a list of at most %d channels, not %s",
                 SETTINGS_CHANNELS, setting_found(r, value));
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *at = arena_text(r->complaints->arena, "%s[%zu]", r->row->key, i);
        struct form form = form_open(json_array_get(value, i), at, r->complaints);
        (void)form_text(&form, "kind", REQUIRED, 64);
        int kind = form_choice(&form, "kind", COUNT(kinds), kinds, 0);
        const char *from = form_text(&form, "from", REQUIRED, 320);
        if (from && !strchr(from, '@'))
            form_complain(&form, "from", "\"%s\" is not a mailbox", from);
        form_end(&form);
        if (channels->count)
            form_complain(&form, "kind", "is there already: one mailbox sends all messages");
        channels->list[channels->count++] = (struct channel_settings){
            .kind = kinds[kind], .from = arena_copy(r->complaints->arena, from)};
    }
}

/* https://host/any/path/{ticket}: one place for the ticket, behind the host. */
static bool is_ticket_url(const struct reading_row *r, const char *url)
{
    const char *host = strstr(url, "://"), *place = strstr(url, "{ticket}");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    if (!path || !place || place < path || strstr(place + 1, "{ticket}") || strchr(url, '#')) {
        complain(r->complaints, arena_text(r->complaints->arena, "%s.url", r->row->key),
                 "must be https://host/path with {ticket} where the ticket belongs, once");
        return false;
    }
    return setting_is_url(r, arena_copy_bytes(r->complaints->arena, url, (size_t)(path - url)));
}

void setting_read_ticket(const struct reading_row *r, const json_t *value)
{
    struct ticket_endpoint *ticket = r->to;
    struct arena *arena = r->complaints->arena;
    struct form form = form_open(value, r->row->key, r->complaints);
    const char **open;
    const char *url = form_text(&form, "url", REQUIRED, 1000);
    const char *file = form_text(&form, "secret_file", OPTIONAL, 1000);
    const char *state = form_text(&form, "state", OPTIONAL, 200);
    size_t count = form_texts(&form, "open", REQUIRED, 20, 100, &open);
    const char **kept = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        kept[i] = arena_copy(arena, open[i]);
    form_end(&form);
    if (url && is_ticket_url(r, url))
        *ticket = (struct ticket_endpoint){
            .url = arena_copy(arena, url),
            .secret_file = file ? setting_path(r, arena_copy(arena, file)) : NULL,
            .member = state ? arena_copy(arena, state) : "state",
            .open_count = count,
            .open = kept};
}
