#include "settings_reading.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_FILE_LIMIT = 256 * 1024, HOST_SIZE = 256 };

static const struct row rows[] = {
#define X(member, key, kind, fallback, meaning)                                                    \
    {key, KIND_##kind, offsetof(struct settings, member), fallback, meaning},
    SETTINGS(X)
#undef X
};

const char *setting_found(const struct reading_row *r, const json_t *value)
{
    struct arena *arena = r->complaints->arena;
    if (json_is_object(value) || json_is_array(value))
        return json_is_object(value) ? "an object" : "a list";
    if (json_is_string(value))
        return arena_text(arena, "\"%.60s\"", json_string_value(value));
    char *text = memory_needed(json_dumps(value, JSON_ENCODE_ANY));
    const char *copy = arena_copy(arena, text);
    free(text);
    return copy;
}

static bool read_choice(const struct reading_row *r, const char *text, size_t count,
                        const char *const choices[])
{
    struct text allowed = TEXT_LIMIT(200);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found |= text_equals(text, choices[i]);
        text_addf(&allowed, "%s\"%s\"", i ? ", " : "", choices[i]);
    }
    if (!found)
        complain(r->complaints, r->row->key, "\"%s\" is not one of %s", text, text_of(&allowed));
    text_scoped(&allowed);
    return found;
}

const char *setting_path(const struct reading_row *r, const char *path)
{
    return path[0] == '/' ? path : arena_text(r->complaints->arena, "%s/%s", r->folder, path);
}

/* Takes host and port apart; `host` gets the name or address, without brackets. */
static bool read_host(const char *text, char host[HOST_SIZE])
{
    int64_t port = 1;
    struct in6_addr v6;
    bool six = text[0] == '[';
    size_t length = strcspn(text + six, six ? "]" : ":");
    const char *rest = text + six + length + (six && text[six + length]);
    if (!length || length >= HOST_SIZE || (*rest && *rest != ':') ||
        (*rest && (!text_read_number(rest + 1, 65535, &port) || !port)))
        return false;
    memcpy(host, text + six, length);
    host[length] = '\0';
    return six ? inet_pton(AF_INET6, host, &v6) == 1 : !strpbrk(host, "/?#@ \\\"<>[]");
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    return text_equals(host, "localhost") ||
           (inet_pton(AF_INET, host, &v4) == 1 && text_starts_with(host, "127.")) ||
           (inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6));
}

bool setting_is_url(const struct reading_row *r, const char *text)
{
    char host[HOST_SIZE];
    bool plain = text_starts_with(text, "http://"), hides = text && strchr(text, '@');
    const char *behind = plain ? text + 7 : text_starts_with(text, "https://") ? text + 8 : NULL;
    if (!behind || text_forbidden_character(text) || !read_host(behind, host))
        complain(r->complaints, r->row->key,
                 "\"%s\" is not right: write https://host or https://host:port, without a path",
                 hides ? "?" : text);
    else if (plain && !is_loopback(host))
        complain(r->complaints, r->row->key, "\"%s\": plain http is only for this machine itself",
                 text);
    else
        return true;
    return false;
}

/* What stands behind a scheme may hold a password: it is not said again. */
static bool read_store(const struct reading_row *r, const char **text)
{
    if (text_starts_with(*text, "postgresql:") || text_starts_with(*text, "postgres:"))
        complain(r->complaints, r->row->key,
                 "PostgreSQL is not supported yet: write sqlite:PATH, with PATH on a local disk");
    else if (!text_starts_with(*text, "sqlite:") || !(*text)[7] || (*text)[7] == ':')
        complain(r->complaints, r->row->key, "is not a store: write sqlite:PATH");
    else {
        *text = arena_text(r->complaints->arena, "sqlite:%s", setting_path(r, *text + 7));
        return true;
    }
    return false;
}

static bool read_listen(const struct reading_row *r, const char *text)
{
    const char *colon = strrchr(text, ':');
    int64_t port;
    struct in_addr v4;
    struct in6_addr v6;
    char host[64] = "";
    if (colon && colon != text && (size_t)(colon - text) < sizeof host)
        memcpy(host, text, (size_t)(colon - text));
    size_t length = strlen(host);
    bool six = length > 2 && host[0] == '[' && host[length - 1] == ']';
    if (six) {
        host[length - 1] = '\0';
        six = inet_pton(AF_INET6, host + 1, &v6) == 1;
    }
    if ((six || inet_pton(AF_INET, host, &v4) == 1) && text_read_number(colon + 1, 65535, &port))
        return true;
    complain(r->complaints, r->row->key,
             "\"%s\" is not an address and a port: write 127.0.0.1:8080 or [::]:443", text);
    return false;
}

static void read_text(const struct reading_row *r, const char *text)
{
    static const char *const clouds[] = {"global", "usgov", "usgov_dod", "china"};
    static const char *const tokens[] = {"v1", "none"};
    static const char *const activations[] = {"application", "delegated", "pim_approval"};
    char guid[37];
    bool fine = true;
    switch (r->row->kind) {
    case KIND_LISTEN:
        fine = read_listen(r, text);
        break;
    case KIND_URL:
        fine = setting_is_url(r, text);
        break;
    case KIND_PATH:
        text = setting_path(r, text);
        break;
    case KIND_STORE:
        fine = read_store(r, &text);
        break;
    case KIND_GUID:
        fine = text_read_guid(text, guid);
        if (fine)
            text = guid;
        else
            complain(r->complaints, r->row->key, "\"%s\" is not a GUID", text);
        break;
    case KIND_CLOUD:
        fine = read_choice(r, text, COUNT(clouds), clouds);
        break;
    case KIND_API_TOKEN:
        fine = read_choice(r, text, COUNT(tokens), tokens);
        break;
    case KIND_ACTIVATION:
        fine = read_choice(r, text, COUNT(activations), activations);
        break;
    default:
        break;
    }
    if (fine)
        *(const char **)r->to = arena_copy(r->complaints->arena, text);
}

static void read_number(const struct reading_row *r, const json_t *value)
{
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 1 || number > 1000000000)
        complain(r->complaints, r->row->key, "must be a whole number from 1 to 1000000000, not %s",
                 setting_found(r, value));
    else
        *(int64_t *)r->to = number;
}

static void read_span(const struct reading_row *r, const json_t *value)
{
    int64_t seconds;
    const char *text = json_string_value(value);
    if (!text || !span_read(text, &seconds) || seconds < 1)
        complain(r->complaints, r->row->key, "must be a duration such as PT15M, not %s",
                 setting_found(r, value));
    else
        *(int64_t *)r->to = seconds;
}

static void read_networks(const struct reading_row *r, const json_t *value)
{
    struct networks *networks = r->to;
    networks->count = 0;
    if (!json_is_array(value) || json_array_size(value) > NETWORKS) {
        complain(r->complaints, r->row->key,
                 "must be a list of at most %d addresses or networks, not %s", NETWORKS,
                 setting_found(r, value));
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (text && network_read(text, &networks->list[networks->count]))
            networks->count++;
        else
            complain(r->complaints, r->row->key,
                     "\"%s\" is neither an address nor a network such as 10.0.0.0/8",
                     text ? text : "?");
    }
}

static void read_value(const struct reading_row *r, const json_t *value)
{
    switch (r->row->kind) {
    case KIND_NUMBER:
        read_number(r, value);
        break;
    case KIND_SPAN:
        read_span(r, value);
        break;
    case KIND_NETWORKS:
        read_networks(r, value);
        break;
    case KIND_CONTEXTS:
        setting_read_contexts(r, value);
        break;
    case KIND_CHANNELS:
        setting_read_channels(r, value);
        break;
    case KIND_TICKET:
        setting_read_ticket(r, value);
        break;
    default:
        if (text_is_empty(json_string_value(value)))
            complain(r->complaints, r->row->key, "must be text that is not empty, not %s",
                     setting_found(r, value));
        else
            read_text(r, json_string_value(value));
    }
}

static const struct row *find_row(const char *key)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (text_equals(rows[i].key, key))
            return &rows[i];
    return NULL;
}

static bool is_group(const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (text_starts_with(rows[i].key, key) && rows[i].key[length] == '.')
            return true;
    return false;
}

/* Walks groups such as `entra` down to their settings; `given` collects what was found, by key. */
static void walk(const json_t *object, const char *prefix, json_t *given,
                 struct complaints *complaints)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)object, name, value) {
        const char *key = *prefix ? arena_text(complaints->arena, "%s.%s", prefix, name) : name;
        if (find_row(key))
            (void)json_object_set(given, key, value);
        else if (is_group(key) && json_is_object(value))
            walk(value, key, given, complaints);
        else if (is_group(key))
            complain(complaints, key, "must be an object with members of its own");
        else
            complain(complaints, key, "is not a setting; `curfew settings` lists them all");
    }
}

static void fill(struct settings *settings, const json_t *given, const char *folder,
                 struct complaints *complaints)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct reading_row r = {.row = row,
                                .complaints = complaints,
                                .folder = folder,
                                .to = (char *)settings + row->offset};
        const json_t *value = json_object_get(given, row->key);
        if (value) {
            read_value(&r, value);
        } else if (text_equals(row->fallback, "!")) {
            complain(complaints, row->key, "is missing: %s", row->meaning);
        } else if (*row->fallback) {
            json_auto_t *fallback = memory_needed(json_loads(row->fallback, JSON_DECODE_ANY, NULL));
            read_value(&r, fallback);
        }
    }
}

/* Whether a setting of this group is wrong already: then nothing can be said of them together. */
static bool is_wrong(const struct complaints *complaints, const char *group)
{
    for (size_t i = 0; i < complaints_kept(complaints); i++)
        if (text_starts_with(complaints->list[i].field, group))
            return true;
    return false;
}

static void check_credential(struct complaints *complaints, const char *group,
                             const char *certificate, const char *key, const char *secret,
                             const char *token, bool needed)
{
    int kinds = (certificate || key) + (secret != NULL) + (token != NULL);
    if (is_wrong(complaints, group))
        return;
    if ((certificate != NULL) != (key != NULL))
        complain(complaints, group, "`certificate_file` and `key_file` go together");
    else if (kinds > 1 || (needed && !kinds))
        complain(complaints, group,
                 "give one credential: `certificate_file` with `key_file`, `secret_file`, or "
                 "`federated_token_file`");
}

/* What no single setting can tell. */
static void check_together(const struct settings *s, struct complaints *complaints)
{
    check_credential(complaints, "entra.sign_in", s->sign_in_certificate_file, s->sign_in_key_file,
                     s->sign_in_secret_file, s->sign_in_federated_token_file, true);
    check_credential(complaints, "entra.directory", s->directory_certificate_file,
                     s->directory_key_file, s->directory_secret_file,
                     s->directory_federated_token_file, s->directory_client_id != NULL);
    if (!text_equals(s->activation, "application") && text_equals(s->api_token, "none"))
        complain(complaints, "activation", "`%s` needs `entra.api_token` = `v1`", s->activation);
    bool tls_wrong = is_wrong(complaints, "tls_") || is_wrong(complaints, "proxies");
    if (!tls_wrong && (s->tls_certificate_file != NULL) != (s->tls_key_file != NULL))
        complain(complaints, "tls_certificate_file", "goes together with `tls_key_file`");
    bool loopback =
        s->listen && (text_starts_with(s->listen, "127.") || text_starts_with(s->listen, "[::1]"));
    if (!tls_wrong && s->listen && !loopback && !s->tls_certificate_file && !s->proxies.count)
        complain(
            complaints, "listen",
            "%s would speak plain HTTP to the network: give `tls_certificate_file`, or name the "
            "reverse proxy in `proxies`",
            s->listen);
    if (!is_wrong(complaints, "entra.directory") && s->directory_client_id == NULL &&
        (s->directory_certificate_file || s->directory_secret_file ||
         s->directory_federated_token_file))
        complain(complaints, "entra.directory.client_id", "is missing beside its credential");
}

enum fail settings_read(const char *path, struct settings **ret, struct complaints *complaints,
                        struct reason *why)
{
    scoped(text_scoped) struct text text = TEXT_LIMIT(SETTINGS_FILE_LIMIT);
    enum fail fail = file_read(path, &text, why);
    json_auto_t *json = NULL;
    if (!fail)
        fail = json_read(text_of(&text), text.length, &json, NULL, why);
    if (fail)
        return fail;
    scoped(settings_scoped) struct settings *settings = MEMORY_NEW(struct settings);
    settings->arena = arena_new();
    struct arena *complaining = complaints->arena;
    complaints->arena = settings->arena; /* values are kept where the settings live */
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? arena_copy_bytes(settings->arena, path, (size_t)(slash - path)) : ".";
    json_auto_t *given = memory_needed(json_object());
    struct form top = form_open(json, "", complaints);
    walk(top.object, "", given, complaints);
    fill(settings, given, *folder ? folder : "/", complaints);
    check_together(settings, complaints);
    complaints->arena = complaining;
    if (complaints->count) {
        for (size_t i = 0; i < complaints_kept(complaints); i++) {
            complaints->list[i].field = arena_copy(complaining, complaints->list[i].field);
            complaints->list[i].says = arena_copy(complaining, complaints->list[i].says);
        }
        return because(why, FAIL_INVALID, "%s", complaints_text(complaints));
    }
    *ret = take(settings);
    return FAIL_NONE;
}

void settings_free(struct settings *settings)
{
    if (!settings)
        return;
    arena_free(settings->arena);
    free(settings);
}

void settings_print(struct text *out)
{
    text_add(out, "| setting | default | meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *fallback = rows[i].fallback;
        bool needed = text_equals(fallback, "!"), none = !*fallback;
        text_addf(out, "| `%s` | %s%s%s | %s |\n", rows[i].key, needed || none ? "" : "`",
                  needed ? "required" : fallback, needed || none ? "" : "`", rows[i].meaning);
    }
}
