#include "identity/fields.h"

#include "outbound/url.h"

#include <sodium.h>

struct text fields_new(void)
{
    struct text fields = TEXT_LIMIT(FIELDS_LIMIT);
    (void)text_room(&fields, FIELDS_LIMIT);
    text_add(&fields, "");
    return fields;
}

void fields_scoped(struct text *fields)
{
    if (fields->data)
        sodium_memzero(fields->data, fields->capacity);
    text_scoped(fields);
}

void fields_add(struct text *fields, const char *name, const char *value)
{
    text_addf(fields, "%s%s=", fields->length ? "&" : "", name);
    url_escape(fields, value);
}
