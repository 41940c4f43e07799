/* How Azure Resource Manager writes what Graph writes otherwise: paths below a scope, and ids of
   resources (contract 8). Pure. */
#pragma once

#include "base/text.h"
#include "model/role.h"

#define ARM_PROVIDER "/providers/Microsoft.Authorization/"

/* The path of a list or of something with a name at the target's scope, up to its options. */
void arm_add_path(struct text *path, const struct target *target, const char *what);
/* The id of the target's role. */
void arm_add_role(struct text *id, const struct target *target);
/* What stands after the last slash of an id, which is all that letter case or another scope in it
   leave alone; the text itself when there is none. */
const char *arm_name(const char *id);
