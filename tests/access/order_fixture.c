#include "access/order_fixture.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static const char policy_json[] =
    "{\"people\":{\"all\":{\"users\":[\"" REQUESTER "\"]},\"leads\":{\"users\":[\"" LENA
    "\",\"" MARC "\",\"" REQUESTER
    "\"]},\"more\":{\"groups\":[\"c0000000-0000-4000-8000-000000000009\"]}},"
    "\"roles\":{\"owner\":{\"name\":\"Owner\",\"target\":{\"kind\":\"group\",\"group\":\"" GROUP
    "\"}},"
    "\"reader\":{\"name\":\"Reader\",\"target\":{\"kind\":\"directory_role\",\"role\":"
    "\"5d6b6bb7-de71-4623-b4af-96380a352509\"}}},"
    "\"rules\":[{\"name\":\"owner\",\"roles\":[\"owner\"],\"who\":[\"all\"],\"limits\":{"
    "\"longest\":\"PT4H\"},"
    "\"approval\":{\"signed\":true,\"stages\":[{\"from\":[\"leads\"],\"need\":2}]}},"
    "{\"name\":\"reader\",\"roles\":[\"reader\"],\"who\":[\"all\"]}]}";

struct arena *arena;
static struct policy *policy;
static struct demands wanted;
static char *key_set;
struct order_rules rules;
static struct memberships nobody = {.reading = {.known = true}};

void prepare(void)
{
    struct complaints complaints;
    struct person_key requester;
    arena = arena_new();
    complaints = (struct complaints){.arena = arena};
    ck_assert_msg(!policy_parse(policy_json, &policy, &complaints, &spec_why), "%s",
                  complaints_text(&complaints));
    ck_assert(person_key_read(TENANT, REQUESTER, &requester));
    const struct role *roles[] = {policy_find_role(policy, "owner")};
    const struct occasion occasion = {
        .person = &requester, .memberships = &nobody, .duration_seconds = -1, .start_at = -1};
    policy_demand(policy, 1, roles, &occasion, arena, &wanted);
    ck_assert(demands_ask_signed(&wanted));
    json_auto_t *set = json_pack("{s:[o]}", "keys", jwk_of(key_number(0), "k1"));
    key_set = json_canonical(set);
    rules = (struct order_rules){.now = NOW,
                                 .policy = policy,
                                 .wanted = &wanted,
                                 .version = policy_version(policy),
                                 .tenant_id = TENANT,
                                 .request = REQUEST,
                                 .requester = REQUESTER,
                                 .target = TARGET,
                                 .duration = 3600,
                                 .issuer = ISSUER,
                                 .client_id = CLIENT,
                                 .key_set = key_set};
}

void wanted_none(void)
{
    wanted.approval_count = 0;
}

void wanted_urgent(int64_t longest, bool allowed)
{
    wanted.urgent = (struct urgent_demand){.asked = true, .longest_seconds = longest};
    wanted.allowed = allowed;
}

void clean_up(void)
{
    policy_free(policy);
    free(key_set);
    arena_free(arena);
}

/* What an approver agreed to; the test bends it before it is signed. */
struct commitment agreed_by(const char *approver)
{
    static char hash[DIGEST_BASE64_SIZE];
    commitment_target(TARGET, hash);
    return (struct commitment){
        .tid = TENANT,
        .request = REQUEST,
        .requester = REQUESTER,
        .approver = approver,
        .role_count = 1,
        .roles = {{"owner", hash}},
        .approves = true,
        .duration = 7200,
        .start_by = NOW + 3600,
        .justification = "justification",
        .reason = "reason",
        .policy = policy_version(policy),
        .salt = "AAECAwQFBgcICQoLDA0ODw==",
    };
}

struct order_decision signed_by(const struct commitment *commitment, const char *oid,
                                const char *patch, size_t key)
{
    char nonce[DIGEST_BASE64URL_SIZE];
    char *text = commitment_write(commitment);
    json_t *claims = id_claims(ISSUER, NOW - 100);
    commitment_nonce(text, nonce);
    (void)json_object_set_new(claims, "nonce", json_string(nonce));
    (void)json_object_set_new(claims, "oid", json_string(oid));
    char *all = patched(claims, patch);
    char *token = token_signed(key_number(key), "{\"alg\":\"RS256\",\"kid\":\"k1\"}", all);
    const struct order_decision decision = {
        .at = NOW - 100, .commitment = arena_copy(arena, text), .token = arena_copy(arena, token)};
    free(text);
    free(all);
    free(token);
    return decision;
}

struct order_decision approval_of(const char *oid)
{
    const struct commitment commitment = agreed_by(oid);
    return signed_by(&commitment, oid, NULL, 0);
}

struct order genuine(void)
{
    struct order order = {
        .mode = ACTIVATION_APPLICATION,
        .request = REQUEST,
        .tid = TENANT,
        .requester = REQUESTER,
        .role = "owner",
        .target = TARGET,
        .words = "Incident 42 [Curfew " REQUEST "]",
        .ticket = "INC-42",
        .approval = "",
        .step = "",
        .duration = 3600,
        .start_by = NOW + 600,
        .starts_at = NOW,
        .ends_at = NOW + 3600,
        .policy = policy_version(policy),
        .justification = "justification",
        .role_count = 1,
        .roles = {{"owner", TARGET}},
        .line_count = 1,
        .lines = {{.rule = "owner",
                   .stage = 1,
                   .need = 2,
                   .approver_count = 2,
                   .approvers = {LENA, MARC}}},
        .decision_count = 2,
    };
    order.decisions[0] = approval_of(LENA);
    order.decisions[1] = approval_of(MARC);
    return order;
}

enum fail read_with(const char *bytes, size_t length, const struct order_rules *by,
                    struct order *ret)
{
    spec_why = (struct reason){{0}};
    return order_read(bytes, length, by, arena, ret, &spec_why);
}

/* The order with the write that it produces. */
char *bytes_of(struct order *order)
{
    ck_assert_fine(order_produce(order, arena, &order->write, &spec_why));
    return order_write(order);
}
