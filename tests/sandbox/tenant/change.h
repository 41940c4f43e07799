/* What the tenant file and the control API may say of each noun. Each function takes the members
   that `value` has, strictly, and changes nothing when it has a complaint. */
#pragma once

#include "sandbox/tenant/tenant.h"

bool person_change(struct tenant *tenant, struct person *person, const json_t *value,
                   const char *at, int64_t now_ms, struct complaints *complaints);
bool group_change(struct tenant *tenant, struct group *group, const json_t *value, const char *at,
                  int64_t now_ms, struct complaints *complaints);
bool device_change(struct tenant *tenant, struct device *device, const json_t *value,
                   const char *at, struct complaints *complaints);
bool app_change(struct tenant *tenant, struct app *app, const json_t *value, const char *at,
                struct complaints *complaints);
bool access_policy_change(struct tenant *tenant, struct access_policy *policy, const json_t *value,
                          const char *at, struct complaints *complaints);

/* What a new one is before anything is said of it. */
void person_begin(struct person *person, int64_t now_ms);
void device_begin(struct device *device);

/* Its state in Entra in plain words. */
const char *device_compliance_words(const struct device *device);

/* Risk as Identity Protection has it: none, low, medium, high or hidden. */
extern const char *const risk_levels[5];
void person_set_risk(struct person *person, const char *level, int64_t now_ms);
/* The member's text when it is one of `choices`, otherwise `fallback`. */
const char *change_choice(struct form *form, const char *name, size_t count,
                          const char *const choices[], const char *fallback);
