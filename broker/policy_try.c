#include "policy_try.h"

#include "access/given.h"
#include "access/in_force.h"
#include "access/rehearsal.h"
#include "base/memory.h"
#include "base/moment.h"
#include "parts.h"

#include <string.h>

enum { ASKING_MS = 60 * 1000 };

static void read_roles(const struct trial *trial, struct arena *arena, struct submission *ret)
{
    const char *at = trial->roles;
    ret->roles = ARENA_ARRAY(arena, const char *, REQUEST_ROLES);
    while (at && *at && ret->role_count < REQUEST_ROLES) {
        size_t length = strcspn(at, ",");
        ret->roles[ret->role_count++] = arena_copy_bytes(arena, at, length);
        at += length + (at[length] == ',');
    }
}

/* A bundle stands for its roles. */
static void open_bundle(const struct policy *policy, struct arena *arena, struct submission *ret)
{
    const struct bundle *bundle =
        ret->role_count == 1 ? policy_find_bundle(policy, ret->roles[0]) : NULL;
    if (!bundle)
        return;
    ret->bundle = ret->roles[0];
    ret->role_count = bundle->role_count;
    ret->roles = ARENA_ARRAY(arena, const char *, bundle->role_count);
    for (size_t i = 0; i < bundle->role_count; i++)
        ret->roles[i] = bundle->roles[i]->id;
}

/* What it is suggested to be where nobody says how long. */
static int64_t usual_duration(const struct policy *policy, const struct submission *submission)
{
    enum { HOUR = 3600 };
    int64_t usual = HOUR;
    for (size_t i = 0; i < submission->role_count; i++) {
        int64_t longest = policy_longest(policy, submission->roles[i]);
        usual = longest && longest < usual ? longest : usual;
    }
    return usual;
}

static void read_question(const struct trial *trial, const struct policy *policy,
                          struct submission *ret, struct complaints *complaints)
{
    *ret = (struct submission){
        .arena = complaints->arena,
        .start_at = -1,
        .justification = trial->justification
                             ? trial->justification
                             : "Tried at the command line, with words enough for every rule",
        .ticket = trial->ticket,
    };
    read_roles(trial, complaints->arena, ret);
    open_bundle(policy, complaints->arena, ret);
    ret->duration_seconds = usual_duration(policy, ret);
    if (!ret->role_count)
        complain(complaints, "--role", "is missing: the id of a role in the policy");
    if (trial->duration && !span_read(trial->duration, &ret->duration_seconds))
        complain(complaints, "--for", "must be a duration such as PT2H");
    if (trial->start && !moment_read(trial->start, &ret->start_at))
        complain(complaints, "--start", "must be a moment such as 2026-01-15T10:00:00Z");
}

/* The person, from the file or by the option. */
static void read_caller(const struct trial *trial, const struct given *given, const char *tenant,
                        struct caller *ret, struct complaints *complaints)
{
    if (given)
        ret->person = *given_person(given);
    if (given && given_sign_in(given))
        ret->sign_in = *given_sign_in(given);
    ret->sign_in.at = moment_now();
    if (tenant && !person_key_read(tenant, trial->person ? trial->person : ret->person.key.oid,
                                   &ret->person.key))
        complain(complaints, "--person", "must be an object id (a GUID)");
}

static enum fail ask(struct parts *parts, const struct trial *trial, const struct given *given,
                     struct rehearsal *rehearsal, struct reason *why)
{
    struct access *access = &parts->access;
    enum fail fail = FAIL_NONE;
    if (trial->settings) {
        parts->settings = trial->settings;
        parts_options(parts);
        fail = stores_look(trial->settings->store, &access->stores, why);
        if (!fail)
            fail = parts_microsoft(parts, why);
        access->facts = fail ? NULL : facts_new(access->directory);
    } else {
        access->options.client_id = given_client_id;
        access->options.claim_count = given_claims(given, &access->options.claims);
        access->facts = facts_given(given_answer, given);
    }
    if (fail)
        return fail;
    struct inquiry inquiry = {.step = rehearsal_step, .data = rehearsal, .access = access};
    return inquire_here(access, &inquiry, ASKING_MS)
               ? FAIL_NONE
               : because(why, FAIL_UNAVAILABLE, "Microsoft did not answer in time");
}

enum fail policy_try(const struct trial *trial, struct text *report, enum verdict *verdict,
                     struct complaints *complaints, struct reason *why)
{
    scoped(policy_scoped) struct policy *policy = NULL;
    scoped(given_scoped) struct given *given = NULL;
    struct caller caller = {0};
    struct rehearsal rehearsal = {.report = report, .verdict = VERDICT_UNKNOWN};
    enum fail fail = policy_read(trial->folder, &policy, complaints, why);
    if (!fail && trial->facts)
        fail = given_read(trial->facts, policy, &given, complaints, why);
    if (fail)
        return fail;
    read_question(trial, policy, &rehearsal.submission, complaints);
    read_caller(trial, given, trial->settings ? trial->settings->tenant_id : NULL, &caller,
                complaints);
    if (complaints->count)
        return because(why, FAIL_INVALID, "%s", complaints_text(complaints));
    rehearsal.submission.caller = &caller;
    rehearsal.given = trial->settings ? NULL : given;
    rehearsal.with_sign_in = given && given_sign_in(given);
    struct parts parts = {.access = {.policy = policy}};
    fail = ask(&parts, trial, given, &rehearsal, why);
    parts_free(&parts);
    *verdict = rehearsal.verdict;
    return fail;
}
