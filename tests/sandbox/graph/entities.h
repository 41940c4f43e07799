/* Directory objects as Graph shows them, with every property that it has here. New references. */
#pragma once

#include "sandbox/sandbox.h"

json_t *show_user(const struct person *person);
json_t *show_group(const struct group *group);
json_t *show_device(const struct device *device, bool beta);
json_t *show_managed_device(const struct sandbox *sandbox, const struct device *device,
                            int64_t now_ms);
json_t *show_risky_user(const struct person *person);
json_t *show_access_policy(const struct access_policy *policy);
json_t *show_role(const struct role *role);

/* A user, group or device by its object id, with @odata.type first; NULL when there is none. */
json_t *show_object(const struct sandbox *sandbox, const char *id);
/* Takes away what Graph shows of a user only when $select names it. */
void trim_user(json_t *object);
/* Takes away what the caller's permissions do not show of a user. */
void hide_user(const struct exchange *exchange, json_t *user);
