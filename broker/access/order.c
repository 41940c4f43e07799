#include "access/order.h"

#include "audit/commitment.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "identity/id_token.h"
#include "policies/tally.h"

#include <stdlib.h>
#include <string.h>

/* Clocks, and the time between making an order and reading it, may differ by so much. */
enum { NOW_SECONDS = 300 };

enum fail order_produce(const struct order *order, struct arena *arena, struct write *ret,
                        struct reason *why)
{
    struct target target;
    if (!target_read(order->target, arena, &target))
        return because(why, FAIL_INVALID, "%s is no target", order->target);
    if (order->does == ORDER_AGREES)
        return write_review(&target, order->approval, order->step, true, order->words, arena, ret,
                            why);
    const struct eligible by = {.schedule = order->schedule,
                                .condition = order->condition,
                                .condition_version = order->condition_version};
    const struct assignment assignment = {
        .target = &target,
        .oid = order->requester,
        .starts_at = order->starts_at,
        .ends_at = order->ends_at,
        .words = order->words,
        .ticket = order->ticket,
        .name = order->name,
        .by = order->schedule ? &by : NULL,
    };
    if (order->does == ORDER_REMOVES)
        return write_remove(&assignment, arena, ret, why);
    if (order->does == ORDER_EXTENDS && activation_is_personal(order->mode))
        return because(why, FAIL_INVALID, "nobody updates what a person activated");
    if (order->does == ORDER_EXTENDS)
        return write_update(&assignment, arena, ret, why);
    return (activation_is_personal(order->mode) ? write_activate : write_assign)(&assignment, arena,
                                                                                 ret, why);
}

/* Bytes. */

static json_t *pack_lines(const struct order *order)
{
    json_t *lines = memory_needed(json_array());
    for (size_t i = 0; i < order->line_count; i++) {
        const struct order_line *line = &order->lines[i];
        json_t *approvers = memory_needed(json_array());
        for (size_t k = 0; k < line->approver_count; k++)
            (void)json_array_append_new(approvers, json_string(line->approvers[k]));
        (void)json_array_append_new(
            lines, memory_needed(json_pack("{s:s, s:I, s:I, s:o}", "rule", line->rule, "stage",
                                           (json_int_t)line->stage, "need", (json_int_t)line->need,
                                           "approvers", approvers)));
    }
    return lines;
}

static json_t *pack_decisions(const struct order *order)
{
    json_t *decisions = memory_needed(json_array());
    for (size_t i = 0; i < order->decision_count; i++) {
        const struct order_decision *one = &order->decisions[i];
        (void)json_array_append_new(
            decisions,
            memory_needed(json_pack("{s:I, s:s, s:s}", "at", (json_int_t)one->at, "commitment",
                                    one->commitment, "token", one->token)));
    }
    return decisions;
}

static const char *const does_text[] = {[ORDER_GIVES] = "give",
                                        [ORDER_EXTENDS] = "extend",
                                        [ORDER_AGREES] = "agree",
                                        [ORDER_REMOVES] = "remove"};

char *order_write(const struct order *order)
{
    json_t *roles = memory_needed(json_array());
    for (size_t i = 0; i < order->role_count; i++)
        (void)json_array_append_new(
            roles, memory_needed(json_pack("{s:s, s:s}", "role", order->roles[i].role, "target",
                                           order->roles[i].target)));
    json_auto_t *all = memory_needed(json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, "
        "s:s, s:o, "
        "s:o, "
        "s:o, s:{s:s, s:s, s:s}}",
        "v", 1, "does", does_text[order->does], "mode", activation_text(order->mode), "request",
        order->request, "tid", order->tid, "requester", order->requester, "role", order->role,
        "target", order->target, "words", order->words, "ticket", order->ticket, "approval",
        order->approval, "step", order->step, "duration", (json_int_t)order->duration, "start_by",
        (json_int_t)order->start_by, "starts_at", (json_int_t)order->starts_at, "ends_at",
        (json_int_t)order->ends_at, "policy", order->policy, "justification", order->justification,
        "roles", roles, "lines", pack_lines(order), "decisions", pack_decisions(order), "write",
        "method", order->write.method, "path", order->write.path, "body", order->write.body));
    if (order->name)
        (void)json_object_set_new(
            all, "azure",
            memory_needed(json_pack("{s:s, s:s*, s:s*, s:s*}", "name", order->name, "schedule",
                                    order->schedule, "condition", order->condition,
                                    "condition_version", order->condition_version)));
    return json_canonical(all);
}

struct reader {
    struct arena *arena;
    bool right;
};

static const char *take_text(struct reader *reader, const json_t *object, const char *name)
{
    const char *text = arena_copy(reader->arena, json_member_text(object, name));
    reader->right &= text != NULL;
    return text;
}

static int64_t take_number(struct reader *reader, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    reader->right &= json_is_integer(value) && json_integer_value(value) >= 0;
    return json_integer_value(value);
}

static size_t take_count(struct reader *reader, const json_t *object, const char *name, size_t most)
{
    const json_t *list = json_object_get(object, name);
    size_t count = json_array_size(list);
    reader->right &= json_is_array(list) && count <= most;
    return reader->right ? count : 0;
}

static void take_line(struct reader *reader, const json_t *json, struct order_line *line)
{
    const json_t *approvers = json_object_get(json, "approvers");
    line->rule = take_text(reader, json, "rule");
    line->stage = take_number(reader, json, "stage");
    line->need = take_number(reader, json, "need");
    line->approver_count = take_count(reader, json, "approvers", ORDER_DECISIONS);
    for (size_t i = 0; i < line->approver_count; i++) {
        line->approvers[i] =
            arena_copy(reader->arena, json_string_value(json_array_get(approvers, i)));
        reader->right &= line->approvers[i] != NULL;
    }
}

static void take_lists(struct reader *reader, const json_t *json, struct order *order)
{
    const json_t *roles = json_object_get(json, "roles"), *lines = json_object_get(json, "lines");
    const json_t *decisions = json_object_get(json, "decisions");
    order->role_count = take_count(reader, json, "roles", REQUEST_ROLES);
    order->line_count = take_count(reader, json, "lines", ORDER_LINES);
    order->decision_count = take_count(reader, json, "decisions", ORDER_DECISIONS);
    for (size_t i = 0; i < order->role_count; i++) {
        order->roles[i].role = take_text(reader, json_array_get(roles, i), "role");
        order->roles[i].target = take_text(reader, json_array_get(roles, i), "target");
    }
    for (size_t i = 0; i < order->line_count; i++)
        take_line(reader, json_array_get(lines, i), &order->lines[i]);
    for (size_t i = 0; i < order->decision_count; i++) {
        const json_t *one = json_array_get(decisions, i);
        order->decisions[i] = (struct order_decision){
            .at = take_number(reader, one, "at"),
            .commitment = take_text(reader, one, "commitment"),
            .token = take_text(reader, one, "token"),
        };
    }
}

/* Exactly what order_write may write: whatever else is in it, or written otherwise, does not come
   back. */
static enum fail parse(const char *bytes, size_t length, struct arena *arena, struct order *ret,
                       struct reason *why)
{
    json_auto_t *json = NULL;
    struct reader reader = {.arena = arena, .right = true};
    if (length > ORDER_MOST || json_read(bytes, length, &json, NULL, NULL))
        return because(why, FAIL_DENIED, "not an order");
    const json_t *write = json_object_get(json, "write"), *azure = json_object_get(json, "azure");
    *ret = (struct order){
        .request = take_text(&reader, json, "request"),
        .tid = take_text(&reader, json, "tid"),
        .requester = take_text(&reader, json, "requester"),
        .role = take_text(&reader, json, "role"),
        .target = take_text(&reader, json, "target"),
        .words = take_text(&reader, json, "words"),
        .ticket = take_text(&reader, json, "ticket"),
        .approval = take_text(&reader, json, "approval"),
        .step = take_text(&reader, json, "step"),
        .duration = take_number(&reader, json, "duration"),
        .start_by = take_number(&reader, json, "start_by"),
        .starts_at = take_number(&reader, json, "starts_at"),
        .ends_at = take_number(&reader, json, "ends_at"),
        .policy = take_text(&reader, json, "policy"),
        .justification = take_text(&reader, json, "justification"),
        .name = arena_copy(arena, json_member_text(azure, "name")),
        .schedule = arena_copy(arena, json_member_text(azure, "schedule")),
        .condition = arena_copy(arena, json_member_text(azure, "condition")),
        .condition_version = arena_copy(arena, json_member_text(azure, "condition_version")),
        .write = {.method = take_text(&reader, write, "method"),
                  .path = take_text(&reader, write, "path"),
                  .body = take_text(&reader, write, "body")},
    };
    const char *mode = json_member_text(json, "mode"), *does = json_member_text(json, "does");
    reader.right &= mode && activation_read(mode, &ret->mode);
    for (size_t i = 0; i < COUNT(does_text); i++)
        if (text_equals(does, does_text[i]))
            ret->does = (enum order_does)i; /* another word does not come back */
    take_lists(&reader, json, ret);
    if (!reader.right)
        return because(why, FAIL_DENIED, "not an order");
    char *again = order_write(ret);
    bool same = strlen(again) == length && memcmp(again, bytes, length) == 0;
    free(again);
    return same ? FAIL_NONE : because(why, FAIL_DENIED, "not an order");
}

/* What it is for. */

/* The request's id stands at the end of the words, for people who read Entra's log. */
static bool names_request(const struct order *order, struct arena *arena)
{
    const char *end = arena_text(arena, " [Curfew %s]", order->request);
    const char *words = order->words ? order->words : "";
    size_t length = strlen(words), own = strlen(end);
    return length >= own && text_equals(words + length - own, end);
}

static enum fail check_write(const struct order *order, const struct order_rules *rules,
                             struct arena *arena, struct reason *why)
{
    struct write write = {.method = NULL};
    if (!text_equals(order->tid, rules->tenant_id))
        return because(why, FAIL_DENIED, "a person of another tenant");
    if (!text_equals(order->request, rules->request) ||
        !text_equals(order->requester, rules->requester) ||
        !text_equals(order->target, rules->target) || order->mode != rules->mode ||
        order->does != rules->does)
        return because(why, FAIL_DENIED, "it is about another grant");
    if (!id_is(order->request) || !names_request(order, arena))
        return because(why, FAIL_DENIED, "it does not name its request");
    if (order_produce(order, arena, &write, why))
        return FAIL_DENIED;
    if (!text_equals(write.method, order->write.method) ||
        !text_equals(write.path, order->write.path) || !text_equals(write.body, order->write.body))
        return because(why, FAIL_DENIED, "the write is not what the order says");
    return FAIL_NONE;
}

static enum fail check_grant(const struct order *order, const struct order_rules *rules,
                             struct arena *arena, struct reason *why)
{
    const struct role *role = policy_find_role(rules->policy, order->role);
    bool asked = false;
    for (size_t i = 0; i < order->role_count; i++)
        asked |= text_equals(order->roles[i].role, order->role) &&
                 text_equals(order->roles[i].target, order->target);
    if (!asked || !role || !text_equals(target_key(&role->target, arena), order->target))
        return because(why, FAIL_DENIED, "%s is not that target, or was not asked for",
                       order->role);
    if (order->duration > rules->duration || order->ends_at <= order->starts_at ||
        order->ends_at - order->starts_at > order->duration)
        return because(why, FAIL_DENIED, "longer than what was approved");
    if (order->starts_at > rules->now + NOW_SECONDS || order->starts_at < rules->now - NOW_SECONDS)
        return because(why, FAIL_DENIED, "it does not start now");
    if (rules->now > order->start_by)
        return because(why, FAIL_DENIED, "the time in which it may start is over");
    if (!text_equals(order->policy, rules->version))
        return because(why, FAIL_DENIED, "another policy");
    return FAIL_NONE;
}

/* Nobody agreed to what is urgent: the rules that let the person have it so are what proves it. */
static enum fail check_urgent(const struct order *order, const struct demands *wanted,
                              struct reason *why)
{
    if (!wanted->urgent.asked)
        return FAIL_NONE;
    if (!wanted->allowed)
        return because(why, FAIL_DENIED, "no rule lets them have it before it is approved");
    if (order->ends_at - order->starts_at > wanted->urgent.longest_seconds)
        return because(why, FAIL_DENIED, "longer than what may be had before it is approved");
    return FAIL_NONE;
}

/* Who agreed. */

static bool is_of(const struct order_line *line, const struct approval_demand *demand)
{
    return line->stage == demand->stage && text_equals(line->rule, demand->rule);
}

static const struct approval_demand *demand_of(const struct demands *wanted,
                                               const struct order_line *line)
{
    for (size_t i = 0; i < wanted->approval_count; i++)
        if (is_of(line, &wanted->approvals[i]))
            return &wanted->approvals[i];
    return NULL;
}

/* A line that policy does not speak of any more asks for more than it; one that is missing would
   ask for less. */
static enum fail check_lines(const struct order *order, const struct demands *wanted,
                             struct reason *why)
{
    for (size_t i = 0; i < wanted->approval_count; i++) {
        const struct approval_demand *demand = &wanted->approvals[i];
        bool there = !demand->is_signed;
        for (size_t k = 0; k < order->line_count; k++)
            there |= is_of(&order->lines[k], demand) && order->lines[k].need >= demand->need;
        if (!there)
            return because(why, FAIL_DENIED, "the approval by %s is missing", demand->rule);
    }
    for (size_t i = 0; i < order->line_count; i++) {
        const struct approval_demand *demand = demand_of(wanted, &order->lines[i]);
        if (order->lines[i].need < (demand ? demand->need : 1))
            return because(why, FAIL_DENIED, "%s needs more approvals", order->lines[i].rule);
        for (size_t k = 0; k < i; k++)
            if (order->lines[k].stage == order->lines[i].stage &&
                text_equals(order->lines[k].rule, order->lines[i].rule))
                return because(why, FAIL_DENIED, "%s is there twice", order->lines[i].rule);
    }
    return FAIL_NONE;
}

/* Everything of the commitment but its person, reason and salt, which are the approver's own. */
static bool is_about(const struct commitment *commitment, const struct order *order)
{
    if (!commitment->approves || !text_equals(commitment->tid, order->tid) ||
        !text_equals(commitment->request, order->request) ||
        !text_equals(commitment->requester, order->requester) ||
        !text_equals(commitment->policy, order->policy) ||
        !text_equals(commitment->justification, order->justification) ||
        commitment->duration < order->duration || commitment->start_by < order->start_by ||
        commitment->role_count != order->role_count)
        return false;
    for (size_t i = 0; i < order->role_count; i++) {
        char hash[DIGEST_BASE64_SIZE];
        commitment_target(order->roles[i].target, hash);
        if (!text_equals(commitment->roles[i].role, order->roles[i].role) ||
            !text_equals(commitment->roles[i].target, hash))
            return false;
    }
    return true;
}

/* Who signed it, and in whose place: their own, unless they say so. */
static enum fail check_decision(const struct order *order, const struct order_decision *decision,
                                const struct order_rules *rules, struct arena *arena,
                                struct person_key *approver, struct person_key *place,
                                struct reason *why)
{
    struct commitment commitment;
    struct id_token_found found;
    char nonce[DIGEST_BASE64URL_SIZE];
    if (!commitment_read(decision->commitment, arena, &commitment) ||
        !is_about(&commitment, order) ||
        !person_key_read(commitment.tid, commitment.approver, approver) ||
        !person_key_read(commitment.tid, commitment.place ? commitment.place : commitment.approver,
                         place))
        return because(why, FAIL_DENIED, "an approval of something else");
    if (text_equals_ignoring_case(commitment.approver, order->requester) ||
        text_equals_ignoring_case(place->oid, order->requester))
        return because(why, FAIL_DENIED, "approved by the requester");
    if (decision->at > rules->now + NOW_SECONDS)
        return because(why, FAIL_DENIED, "an approval that is yet to come");
    commitment_nonce(decision->commitment, nonce);
    const struct id_token_wanted wanted = {.issuer = rules->issuer,
                                           .client_id = rules->client_id,
                                           .tenant_id = rules->tenant_id,
                                           .nonce = nonce,
                                           .at = decision->at};
    if (id_token_check(decision->token, rules->key_set, &wanted, arena, &found, why))
        return FAIL_DENIED;
    if (!person_is(&found.person, approver))
        return because(why, FAIL_DENIED, "a token of somebody else");
    return FAIL_NONE;
}

/* May this person speak on the line? Whom policy names by name is known; who is in its groups was
   read when they decided, and is on the list. */
static bool may_speak(const struct order_line *line, const struct demands *wanted,
                      const struct person_key *person)
{
    const struct approval_demand *demand = demand_of(wanted, line);
    bool listed = false;
    for (size_t i = 0; i < line->approver_count; i++)
        listed |= text_equals(line->approvers[i], person->oid);
    enum tri holds = TRI_NO;
    if (demand)
        holds = approval_holds(demand, true, person, NULL, NULL);
    return listed && (!demand || holds != TRI_NO);
}

static enum fail check_approvals(const struct order *order, const struct order_rules *rules,
                                 struct arena *arena, struct reason *why)
{
    struct person_key people[ORDER_DECISIONS], places[ORDER_DECISIONS];
    bool may[ORDER_LINES][ORDER_DECISIONS] = {{false}};
    struct tally_line tally[ORDER_LINES];
    if (!rules->key_set || !rules->issuer || !rules->client_id)
        return because(why, FAIL_DENIED, "no keys to check approvals with");
    for (size_t i = 0; i < order->decision_count; i++) {
        enum fail fail =
            check_decision(order, &order->decisions[i], rules, arena, &people[i], &places[i], why);
        if (fail)
            return fail;
        for (size_t k = 0; k < i; k++)
            if (person_is(&people[k], &people[i]) || person_is(&places[k], &places[i]))
                return because(why, FAIL_DENIED, "%s is counted twice", people[i].oid);
    }
    for (size_t i = 0; i < order->line_count; i++) {
        for (size_t k = 0; k < order->decision_count; k++)
            may[i][k] = may_speak(&order->lines[i], rules->wanted, &places[k]);
        tally[i] = (struct tally_line){.need = order->lines[i].need, .may = may[i]};
    }
    if (!order->line_count || tally_given(order->line_count, tally, order->decision_count) <
                                  tally_needed(order->line_count, tally))
        return because(why, FAIL_DENIED, "too few signed approvals");
    return FAIL_NONE;
}

bool order_needs_keys(const struct order_rules *rules)
{
    /* What PIM holds is no access yet; who agrees to it there always signs. */
    bool gives = rules->does == ORDER_GIVES || rules->does == ORDER_EXTENDS;
    if (!gives || rules->mode == ACTIVATION_PIM_APPROVAL)
        return rules->does == ORDER_AGREES;
    return rules->wanted && demands_ask_signed(rules->wanted);
}

enum fail order_read(const char *bytes, size_t length, const struct order_rules *rules,
                     struct arena *arena, struct order *ret, struct reason *why)
{
    struct order *order = ARENA_NEW(arena, struct order);
    bool gives = rules->does != ORDER_REMOVES, proves = order_needs_keys(rules);
    enum fail fail = parse(bytes, length, arena, order, why);
    if (!fail)
        fail = check_write(order, rules, arena, why);
    if (!fail && gives)
        fail = check_grant(order, rules, arena, why);
    if (!fail && gives && !rules->wanted)
        fail = because(why, FAIL_DENIED, "nobody knows what the policy demands");
    if (!fail && gives)
        fail = check_urgent(order, rules->wanted, why);
    if (!fail && !proves && (order->line_count || order->decision_count))
        fail = because(why, FAIL_DENIED, "approvals that nobody asked for");
    if (!fail && proves)
        fail = check_lines(order, rules->wanted, why);
    if (!fail && proves)
        fail = check_approvals(order, rules, arena, why);
    if (!fail)
        *ret = *order;
    return fail;
}
