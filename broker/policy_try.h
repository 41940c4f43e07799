/* `curfew policy try`: would this person get these roles now, why, and who would be asked. Nothing
   is changed, and nobody is told. */
#pragma once

#include "settings.h"

#include "base/form.h"
#include "model/evidence.h"

struct trial {
    const char *folder;
    const char *facts;               /* a file, or NULL: none */
    const struct settings *settings; /* NULL: nobody is asked, the file has all facts */
    const char *person;              /* an object id; NULL: as the file says */
    const char *roles;               /* their ids, with commas between */
    const char *duration, *justification, *ticket, *start; /* as in a request; NULL: the usual */
};

/* What there is to read goes into `report`. FAIL_INVALID with complaints when policy, facts or
   question are not right. */
enum fail policy_try(const struct trial *trial, struct text *report, enum verdict *verdict,
                     struct complaints *complaints, struct reason *why);
