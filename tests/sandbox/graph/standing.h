/* Which roles of Entra a person holds, and what these allow at Graph (contract 3.3). */
#pragma once

#include "sandbox/sandbox.h"

/* Those who may read all of PIM, and those who may change it: by what their token says. */
bool standing_reads_pim(const struct exchange *exchange);
bool standing_writes_roles(const struct exchange *exchange);
/* The same for the assignments of a group. */
bool standing_writes_group(const struct sandbox *sandbox, const struct exchange *exchange,
                           const char *group);
/* Whether the person holds that role for the whole tenant at that moment, directly or through a
 * group. */
bool standing_has_role(const struct tenant *tenant, const char *person, const char *role,
                       int64_t at_ms);
