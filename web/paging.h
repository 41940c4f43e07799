/* Lists: pages by an opaque cursor, and queries without unknown members. */
#pragma once

#include "web/visit.h"

enum { PAGE_USUAL = 50, PAGE_MOST = 200 };

/* Complains about query members that are not known, or are there twice. */
void paging_known(struct visit *visit, size_t count, const char *const known[]);
/* What the cursor says the page stands before; NULL: the first page. `kind` tells lists apart. */
const char *paging_cursor(struct visit *visit, char kind);
size_t paging_most(struct visit *visit);
/* `{"items": […], "cursor": …}`; takes the items over; `last` NULL: this was the last page. */
enum next paging_reply(struct visit *visit, json_t *items, const char *last, char kind);
