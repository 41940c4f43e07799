/* OData query options: $filter, $select, $top, $skiptoken, $count. */
#pragma once

#include "sandbox/http/exchange.h"

struct filter; /* opaque; lives in the exchange's arena */

/* What a list allows. */
struct list_rules {
    const char *context; /* what stands behind $metadata# */
    size_t page;         /* entries of a page without $top, and at most */
    bool advanced;       /* directory objects: some queries need ConsistencyLevel: eventual */
    bool filtered;       /* $filter was dealt with already */
    bool counted;        /* @odata.count comes unasked */
    void (*trim)(json_t *entry); /* without $select: takes away what must be asked for */
};

/* Parses $filter; NULL without an answer when there is none, with a 400 when it is malformed
   (`*fine` is false then). */
const struct filter *odata_filter(struct exchange *exchange, bool *fine);
bool odata_matches(const struct filter *filter, const json_t *entity);
/* The text that every match has in `property`: `property eq '…'` at the top, among ands. */
const char *odata_filter_text(const struct filter *filter, const char *property);
/* The text of the very first comparison, when it is about `property`. */
const char *odata_first_text(const struct filter *filter, const char *property);
/* Whether `or` stands anywhere in it. */
bool odata_filter_has_or(const struct filter *filter);

/* A copy of `entity` with what $select names; NULL with a 400 for an unknown property. */
json_t *odata_select(struct exchange *exchange, const json_t *entity);
/* Answers 200 with a page of the entries that match $filter. Steals `entries`. */
void odata_list(struct exchange *exchange, const struct list_rules *rules, json_t *entries);
