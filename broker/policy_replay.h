/* `curfew policy replay`: a draft of the policy against the requests of the last days. Nothing is
   changed: the store is only looked into, whether it is in use or not. */
#pragma once

#include "settings.h"

#include "base/form.h"
#include "model/evidence.h"

/* What there is to read goes into `report`; `*verdict` is a fail when the draft leaves a request
   without approvers, and unknown when the directory did not tell of all. FAIL_INVALID with
   complaints when the draft is not right. */
enum fail policy_replay(const struct settings *settings, const char *draft, int64_t days,
                        struct text *report, enum verdict *verdict, struct complaints *complaints,
                        struct reason *why);
