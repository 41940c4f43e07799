/* Microsoft Graph: what all its calls have in common. */
#pragma once

#include "sandbox/sandbox.h"

/* Finds out from its token who calls; false with a 401. */
bool graph_identify(struct sandbox *sandbox, struct exchange *exchange);
/* Adds the headers that every answer has. */
void graph_finish(struct exchange *exchange);

/* Whether the caller's token has what `needs` names: permissions of applications, alternatives
   between |, all of those between + ("A | B + C"). */
bool graph_may(const struct exchange *exchange, const char *needs);

/* The error envelope of contract 11. */
void graph_error(struct exchange *exchange, int status, const char *code, const char *message);
void graph_error_denied(struct exchange *exchange);
void graph_error_not_found(struct exchange *exchange, const char *id);
void graph_error_segment(struct exchange *exchange, const char *segment);
void graph_error_throttled(struct exchange *exchange, const char *retry_after);

/* The context URL of an answer: "…/v1.0/$metadata#" and the rest. In the exchange's arena. */
const char *graph_context(struct exchange *exchange, const char *rest);
/* One entity, with $select applied and its context first. Steals `entity`. */
void graph_entity(struct exchange *exchange, int status, const char *context, json_t *entity);
/* A time as Graph writes it, with 7 decimals; null when MOMENT_NEVER. New reference. */
json_t *graph_moment(int64_t moment_ms);
json_t *graph_moment_seconds(int64_t moment);

/* The fault that is meant for a call inside of this one, and hits it whole; NULL when there is
   none, and when it is no batch. */
struct fault *graph_batch_fault(struct sandbox *sandbox, const struct exchange *exchange);

/* The JSON object of a POST; NULL, with a 400, when it is none. New reference. */
json_t *graph_body(struct exchange *exchange);
