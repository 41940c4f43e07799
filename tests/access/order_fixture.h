/* A policy that wants decisions signed, what approvers sign under it, and an order that follows
 * from that. */
#pragma once

#include "access/order.h"
#include "audit/commitment.h"
#include "identity/issuer.h"
#include "support/spec.h"

enum { NOW = 1767225600 };

#define ISSUER    ISSUER_V2("https://login.microsoftonline.com")
#define REQUESTER "a0000000-0000-4000-8000-000000000001"
#define LENA      "b0000000-0000-4000-8000-000000000001"
#define MARC      "b0000000-0000-4000-8000-000000000002"
#define BEN       "b0000000-0000-4000-8000-000000000003"
#define GROUP     "c0000000-0000-4000-8000-000000000001"
#define TARGET    "group/" GROUP "/member"
#define REQUEST   "01JDREQ0000000000000000000"

extern struct arena *arena; /* of what is made here and read */
extern struct order_rules rules;

/* Before and after each case. */
void prepare(void);
void clean_up(void);
/* Policy asks for no approval at all from here on. */
void wanted_none(void);
/* It was asked for as urgent, and the rules let it happen for so long, or do not. */
void wanted_urgent(int64_t longest, bool allowed);

/* What an approver agreed to; to be bent before it is signed. */
struct commitment agreed_by(const char *approver);
/* Signed in with the id `oid`, with the claims changed by `patch` (or NULL), by the key with that
   number. */
struct order_decision signed_by(const struct commitment *commitment, const char *oid,
                                const char *patch, size_t key);
struct order_decision approval_of(const char *oid);
struct order genuine(void);

enum fail read_with(const char *bytes, size_t length, const struct order_rules *by,
                    struct order *ret);
/* The order with the write that it produces; freed with free(). */
char *bytes_of(struct order *order);
