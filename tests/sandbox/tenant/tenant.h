/* The tenant as a whole: read from its file, searched by id. */
#pragma once

#include "base/fail.h"
#include "base/scoped.h"
#include "sandbox/tenant/nouns.h"

/* Reads a whole tenant (README.md, "The tenant file"). */
enum fail tenant_read(const char *text, int64_t now_ms, struct tenant **ret, struct reason *why);
void tenant_free(struct tenant *tenant);
SCOPED(tenant)

/* A zeroed new one at the end of its list. */
#define X(type, name) struct type *tenant_new_##name(struct tenant *tenant);
TENANT_LISTS(X)
#undef X

/* Somebody holds something from `now_ms` on, for good; what differs, the caller sets. */
struct assignment *tenant_assign(struct tenant *tenant, const char *principal,
                                 const struct target *target, enum manner manner, int64_t now_ms);

/* NULL when there is none, or it was deleted. Persons and groups go by id, persons also by UPN. */
struct person *tenant_person(const struct tenant *tenant, const char *id_or_upn);
struct group *tenant_group(const struct tenant *tenant, const char *id);
struct device *tenant_device(const struct tenant *tenant, const char *object_id);
struct device *tenant_device_by_device_id(const struct tenant *tenant, const char *device_id);
struct app *tenant_app(const struct tenant *tenant, const char *client_id);
struct role *tenant_role(const struct tenant *tenant, const char *id);
struct role *tenant_azure_role(const struct tenant *tenant, const char *id);
struct azure_scope *tenant_azure_scope(const struct tenant *tenant, const char *path);
/* A registration by its object id. */
struct app *tenant_service(const struct tenant *tenant, const char *object_id);

/* `text` kept until the next reset; NULL stays NULL. */
const char *tenant_keep(struct tenant *tenant, const char *text);
