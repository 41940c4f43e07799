/* Lists: pages by an opaque cursor. */
#pragma once

#include "web/visit.h"

enum { PAGE_USUAL = 50, PAGE_MOST = 200 };

/* What the cursor says the page stands before; NULL: the first page. `kind` tells lists apart. */
const char *paging_cursor(struct visit *visit, char kind);
size_t paging_most(struct visit *visit);
/* A member that is true when it is there without a value, or with `true`. */
bool paging_flag(struct visit *visit, const char *name);
/* `{"items": […], "cursor": …}`; takes the items over; `last` NULL: this was the last page. */
enum next paging_reply(struct visit *visit, json_t *items, const char *last, char kind);
