/* `curfew doctor`: whether everything that Curfew needs is as it should be, here and in the tenant.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* Writes what was found, one line for each check, or with `json` one object, to `to`, and answers
   the exit code: 0 fine, 1 something is wrong, 3 something could not be told and nothing is wrong.
   Changes nothing anywhere, prints no secret, and ends within minutes whoever does not answer. */
int doctor(const char *config, bool json, FILE *to);
