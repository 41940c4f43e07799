/* What the grant controls of a Conditional Access policy prove about every sign-in that meets
   them. Pure. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Of enum proof. Whatever is not understood proves nothing. */
unsigned controls_prove(const json_t *grant_controls);
