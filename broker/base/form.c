#include "base/form.h"

#include "base/moment.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

void complain(struct complaints *complaints, const char *field, const char *format, ...)
{
    if (complaints->count < COMPLAINTS) {
        char says[400];
        va_list values;
        va_start(values, format);
        (void)vsnprintf(says, sizeof says, format, values);
        va_end(values);
        complaints->list[complaints->count] = (struct complaint){
            .field = arena_copy(complaints->arena, field),
            .says = arena_copy(complaints->arena, says),
        };
    }
    complaints->count++;
}

size_t complaints_kept(const struct complaints *complaints)
{
    return complaints->count < COMPLAINTS ? complaints->count : COMPLAINTS;
}

const char *complaints_text(const struct complaints *complaints)
{
    const char *all = "";
    for (size_t i = 0; i < complaints_kept(complaints); i++)
        all = arena_text(complaints->arena, "%s%s%s: %s", all, i ? "; " : "",
                         complaints->list[i].field, complaints->list[i].says);
    return all;
}

static const char *kind_of(const json_t *value)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",    [JSON_STRING] = "text",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };
    return value ? kinds[json_typeof(value)] : "nothing";
}

struct form form_open(const json_t *value, const char *at, struct complaints *complaints)
{
    if (!json_is_object(value))
        complain(complaints, at, "must be an object, not %s", kind_of(value));
    return (struct form){
        .object = json_is_object(value) ? value : NULL, .at = at, .complaints = complaints};
}

const char *form_place(const struct form *form, const char *name)
{
    return *form->at ? arena_text(form->complaints->arena, "%s.%s", form->at, name) : name;
}

void form_complain(struct form *form, const char *name, const char *format, ...)
{
    char says[400];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(says, sizeof says, format, values);
    va_end(values);
    complain(form->complaints, form_place(form, name), "%s", says);
}

static bool was_asked(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->asked_count; i++)
        if (text_equals(form->asked[i], name))
            return true;
    return false;
}

void form_end(struct form *form)
{
    const char *name;
    json_t *value;
    struct text allowed = TEXT_LIMIT(300);
    for (size_t i = 0; i < form->asked_count; i++)
        text_addf(&allowed, "%s%s", i ? ", " : "", form->asked[i]);
    json_object_foreach ((json_t *)form->object, name, value)
        if (!was_asked(form, name))
            form_complain(form, name, "is not known here; known are: %s", text_of(&allowed));
    text_scoped(&allowed);
}

const json_t *form_value(struct form *form, const char *name, enum need need)
{
    if (form->asked_count < FORM_MEMBERS && !was_asked(form, name))
        form->asked[form->asked_count++] = name;
    const json_t *value = json_object_get(form->object, name);
    if (value && !json_is_null(value))
        return value;
    if (need == REQUIRED && form->object)
        form_complain(form, name, "is missing");
    return NULL;
}

bool form_has(struct form *form, const char *name)
{
    return form_value(form, name, OPTIONAL) != NULL;
}

const json_t *form_object(struct form *form, const char *name, enum need need)
{
    const json_t *value = form_value(form, name, need);
    if (!value || json_is_object(value))
        return value;
    form_complain(form, name, "must be an object, not %s", kind_of(value));
    return NULL;
}

const json_t *form_list(struct form *form, const char *name, enum need need, size_t most)
{
    const json_t *value = form_value(form, name, need);
    if (!value)
        return NULL;
    if (!json_is_array(value))
        form_complain(form, name, "must be a list, not %s", kind_of(value));
    else if (json_array_size(value) > most)
        form_complain(form, name, "has %zu entries; at most %zu are allowed",
                      json_array_size(value), most);
    else if (need == REQUIRED && json_array_size(value) == 0)
        form_complain(form, name, "must not be empty");
    else
        return value;
    return NULL;
}

/* NULL, with a complaint at `place`, unless `value` is text of 1 to `most` bytes. */
static const char *check_text(struct form *form, const char *place, const json_t *value,
                              size_t most)
{
    if (!json_is_string(value)) {
        complain(form->complaints, place, "must be text, not %s", kind_of(value));
        return NULL;
    }
    size_t length = json_string_length(value);
    const char *text = json_string_value(value);
    if (strlen(text) != length)
        complain(form->complaints, place, "must not contain NUL");
    else if (length == 0)
        complain(form->complaints, place, "must not be empty");
    else if (length > most)
        complain(form->complaints, place, "has %zu bytes; at most %zu are allowed", length, most);
    else
        return text;
    return NULL;
}

const char *form_text(struct form *form, const char *name, enum need need, size_t most)
{
    const json_t *value = form_value(form, name, need);
    return value ? check_text(form, form_place(form, name), value, most) : NULL;
}

const char *form_guid(struct form *form, const char *name, enum need need)
{
    const char *text = form_text(form, name, need, 64);
    char guid[37];
    if (!text)
        return NULL;
    if (text_read_guid(text, guid))
        return arena_copy(form->complaints->arena, guid);
    form_complain(form, name,
                  "\"%s\" is not an object id: write a GUID such as "
                  "0d4e2a34-6f1b-4c55-9d0f-0a9c5f1f2b3c",
                  text);
    return NULL;
}

bool form_flag(struct form *form, const char *name, bool fallback)
{
    const json_t *value = form_value(form, name, OPTIONAL);
    if (!value)
        return fallback;
    if (!json_is_boolean(value))
        form_complain(form, name, "must be true or false, not %s", kind_of(value));
    return json_is_true(value);
}

int64_t form_number(struct form *form, const char *name, int64_t least, int64_t most,
                    int64_t fallback)
{
    const json_t *value = form_value(form, name, OPTIONAL);
    if (!value)
        return fallback;
    int64_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= least && number <= most)
        return number;
    form_complain(form, name, "must be a whole number from %lld to %lld", (long long)least,
                  (long long)most);
    return fallback;
}

int64_t form_span(struct form *form, const char *name, int64_t least, int64_t most,
                  int64_t fallback)
{
    const char *text = form_text(form, name, OPTIONAL, 32);
    int64_t seconds;
    char least_text[32], most_text[32];
    if (!text)
        return fallback;
    span_text(least, least_text);
    span_text(most, most_text);
    if (!span_read(text, &seconds))
        form_complain(form, name,
                      "\"%s\" is not a duration: write days, hours, minutes, seconds "
                      "as in PT2H or P1DT30M",
                      text);
    else if (seconds < least)
        form_complain(form, name, "%s is shorter than %s", text, least_text);
    else if (seconds > most)
        form_complain(form, name, "%s is longer than %s", text, most_text);
    else
        return seconds;
    return fallback;
}

int64_t form_moment(struct form *form, const char *name, int64_t fallback)
{
    const char *text = form_text(form, name, OPTIONAL, 40);
    int64_t moment;
    if (!text)
        return fallback;
    if (moment_read(text, &moment))
        return moment;
    form_complain(form, name, "\"%s\" is not a time: write it as 2026-01-15T10:00:00Z", text);
    return fallback;
}

int form_choice(struct form *form, const char *name, size_t count, const char *const choices[],
                int fallback)
{
    const char *text = form_text(form, name, OPTIONAL, 64);
    if (!text)
        return fallback;
    struct text allowed = TEXT_LIMIT(300);
    for (size_t i = 0; i < count; i++) {
        if (text_equals(text, choices[i])) {
            text_scoped(&allowed);
            return (int)i;
        }
        text_addf(&allowed, "%s\"%s\"", i ? ", " : "", choices[i]);
    }
    form_complain(form, name, "\"%s\" is not one of %s", text, text_of(&allowed));
    text_scoped(&allowed);
    return fallback;
}

size_t form_texts(struct form *form, const char *name, enum need need, size_t most,
                  size_t most_bytes, const char ***ret)
{
    const json_t *list = form_list(form, name, need, most);
    size_t size = json_array_size(list), count = 0;
    struct arena *arena = form->complaints->arena;
    const char **texts = ARENA_ARRAY(arena, const char *, size + 1);
    for (size_t i = 0; i < size; i++) {
        const char *place = arena_text(arena, "%s[%zu]", form_place(form, name), i);
        const char *text = check_text(form, place, json_array_get(list, i), most_bytes);
        for (size_t k = 0; text && k < count; k++) {
            if (text_equals(texts[k], text)) {
                complain(form->complaints, place, "\"%s\" is there twice", text);
                text = NULL;
            }
        }
        if (text)
            texts[count++] = text;
    }
    *ret = texts;
    return count;
}
