/* Rows of CSV (RFC 4180) that a spreadsheet takes for nothing but text (ASVS 5.0, 1.2.10).
 *
 * A cell that would begin with = + - @, TAB, CR, LF, NUL, their full-width forms, or with an
 * apostrophe, gets an apostrophe in front: taking one leading apostrophe away, where there is one,
 * gives back the value. A cell is quoted when it holds a quote, a line end, or any mark that some
 * program takes for a separator (comma, semicolon, TAB); so is the empty text, and nothing is no
 * text at all. */
#pragma once

#include "audit/slice.h"
#include "base/text.h"

/* Adds one row with its CR LF; a cell without bytes (`at` NULL) stays empty. Room is reckoned for
   the worst case, two bytes for each: mind it when choosing the limit of `csv`. */
void csv_row(struct text *csv, size_t count, const struct slice cells[]);
