#include "model/person.h"

#include "base/text.h"

#include <string.h>

bool person_key_read(const char *tid, const char *oid, struct person_key *key)
{
    struct person_key read;
    if (!text_read_guid(tid, read.tid) || !text_read_guid(oid, read.oid))
        return false;
    *key = read;
    return true;
}

bool person_is(const struct person_key *one, const struct person_key *other)
{
    return strcmp(one->tid, other->tid) == 0 && strcmp(one->oid, other->oid) == 0;
}
