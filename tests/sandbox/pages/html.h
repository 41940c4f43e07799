/* HTML that cannot be broken by what it shows. */
#pragma once

#include "base/text.h"

#define HTML_TYPE "text/html; charset=utf-8"

enum { HTML_LIMIT = 4 * 1024 * 1024 };

/* Adds `format`, in which only %s (escaped), %d and %% may stand. */
void html_addf(struct text *page, const char *format, ...) PRINTF(2, 3);
/* Text in which addresses of web pages become links and line ends stay. */
void html_add_linked(struct text *page, const char *text);

/* Head and end of a page; it loads itself again after `refresh_seconds`, unless that is 0. */
void html_begin(struct text *page, const char *title, int refresh_seconds);
void html_end(struct text *page);
