/* Scopes of Azure: where a role of Azure is held (contract 8). Letter case is no matter there. */
#pragma once

#include <stdbool.h>

/* Whether it is a management group, a subscription, a resource group or a resource, spelt as Azure
   spells it, of characters that stand in a URL as they are. */
bool azure_scope_is(const char *scope);
/* Whether what is held at one scope is held at the other too: it is the same, or lies above it.
   Which management groups are above which their ids do not say: there the list that was asked for
   at `scope` knows it, which is `listed_as_inherited`. */
bool azure_scope_reaches(const char *held_at, const char *scope, bool listed_as_inherited);
