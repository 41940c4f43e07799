/* What concerns the tenant as a whole: its sign-in, its clock, its authentication contexts, mail.
 */
#include "doctor_checks.h"

#include "access/holding.h"
#include "identity/oidc.h"

#include <stdlib.h>
#include <string.h>

static bool is_another(const struct told *told)
{
    return strstr(told->why.text, "another issuer") || strstr(told->why.text, " is not on ");
}

/* Whoever describes another issuer is wrongly configured; who is silent may speak later. */
static void judge_issuer(struct doctor *doctor, enum token_version version)
{
    const struct told *told = &doctor->issuers[version];
    const char *name = version == TOKEN_V2 ? "v2.0" : "v1.0";
    if (!told->asked)
        return;
    if (!told->fail)
        doctor_found(doctor, HEALTH_OK, "issuer", name, NULL,
                     "Entra's issuer of %s tokens is the one of the settings, and its keys can be "
                     "read.",
                     name);
    else
        doctor_found(
            doctor, is_another(told) ? HEALTH_WRONG : HEALTH_UNKNOWN, "issuer", name,
            "Check entra.tenant_id, entra.cloud and entra.authority, and that this machine "
            "reaches the sign-in host: nobody can sign in.",
            "Entra's description of itself for %s tokens: %s.", name, told->why.text);
}

static void judge_token(struct doctor *doctor, const char *key, const struct granted *granted)
{
    const struct told *told = &granted->token;
    if (!told->asked)
        return;
    if (!told->fail)
        doctor_found(doctor, HEALTH_OK, "token", key, NULL,
                     "Entra takes the credential of %s and gives a token for Graph.", key);
    else if (told->fail == FAIL_INVALID)
        doctor_found(doctor, HEALTH_UNKNOWN, "token", key,
                     "Compare what was granted with docker/entra/README.md in the portal.",
                     "Entra gives %s a token for Graph, but what it permits cannot be read: %s.",
                     key, told->why.text);
    else
        doctor_found(doctor, told->fail == FAIL_UNAVAILABLE ? HEALTH_UNKNOWN : HEALTH_WRONG,
                     "token", key,
                     "Check the client id, that this very certificate or secret is uploaded and "
                     "has not ended, and that this machine reaches the sign-in host.",
                     "There is no token for %s: %s.", key, told->why.text);
}

void doctor_sign_in(struct doctor *doctor)
{
    judge_issuer(doctor, TOKEN_V2);
    judge_issuer(doctor, TOKEN_V1);
    bool two = doctor->sign_in.token.asked;
    judge_token(doctor, two ? "entra.directory" : "entra.sign_in", &doctor->directory);
    judge_token(doctor, "entra.sign_in", &doctor->sign_in);
}

static bool was_asked(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->wanted_count; i++)
        if (doctor->wants[i]->tries)
            return true;
    return false;
}

void doctor_graph(struct doctor *doctor)
{
    if (doctor->dated)
        doctor_found(doctor, HEALTH_OK, "graph", NULL, NULL, "Microsoft Graph answers.");
    else if (doctor->directory.token.fail)
        doctor_found(doctor, HEALTH_UNKNOWN, "graph", NULL, doctor_see_above,
                     "Microsoft Graph was not asked: there is no token for it.");
    else if (was_asked(doctor))
        doctor_found(doctor, HEALTH_UNKNOWN, "graph", NULL,
                     "See that this machine reaches Graph (name, firewall, entra.cloud, "
                     "entra.graph); nothing is granted meanwhile.",
                     "Microsoft Graph does not answer: %s.", doctor_silence(doctor));
    else
        doctor_found(doctor, HEALTH_UNKNOWN, "graph", NULL, doctor_see_above,
                     "There was nothing that Microsoft Graph may be asked.");
}

void doctor_clock(struct doctor *doctor)
{
    long long skew = doctor->skew_seconds;
    if (!doctor->dated)
        doctor_found(doctor, HEALTH_UNKNOWN, "clock", NULL, doctor_see_above,
                     "This machine's clock was held against nothing: Graph says no time.");
    else if (llabs(skew) > SKEW_SECONDS)
        doctor_found(doctor, HEALTH_WRONG, "clock", NULL,
                     "Set the clock, and have it kept by NTP: nothing is granted meanwhile.",
                     "This machine's clock is %lld seconds %s Graph's; more than %d are too many.",
                     llabs(skew), skew > 0 ? "behind" : "ahead of", SKEW_SECONDS);
    else if (llabs(skew) > SKEW_SECONDS / 6)
        doctor_found(doctor, HEALTH_WARNING, "clock", NULL, "Have the clock kept by NTP.",
                     "This machine's clock is %lld seconds %s Graph's.", llabs(skew),
                     skew > 0 ? "behind" : "ahead of");
    else
        doctor_found(doctor, HEALTH_OK, "clock", NULL, NULL,
                     "This machine's clock agrees with Graph's.");
}

/* Authentication contexts. */

static size_t named_contexts(const struct doctor *doctor, const char *const **names)
{
    return doctor->policy ? policy_contexts(doctor->policy, names) : 0;
}

void doctor_want_contexts(struct doctor *doctor)
{
    const char *const *names;
    if (doctor->settings->contexts.count || named_contexts(doctor, &names))
        doctor_want(doctor, FACT_CONTEXTS, "", "Policy.Read.All");
}

static const char *proofs_text(unsigned proves, struct arena *arena)
{
    return arena_text(arena, "%s%s%s", proves & PROOF_MFA ? " mfa" : "",
                      proves & PROOF_PHISHING_RESISTANT ? " phishing_resistant" : "",
                      proves & PROOF_COMPLIANT_DEVICE ? " compliant_device" : "");
}

/* The policy that says most for the context: an enabled one before any other. */
static const struct context_policy *best_of(const struct contexts *contexts, const char *context)
{
    const struct context_policy *best = NULL;
    for (size_t i = 0; i < contexts->count; i++) {
        const struct context_policy *one = &contexts->policies[i];
        if (text_equals(one->context, context) &&
            (!best || (text_equals(one->state, "enabled") && !text_equals(best->state, "enabled"))))
            best = one;
    }
    return best;
}

static void judge_enabled(struct doctor *doctor, const char *context, unsigned claimed,
                          const struct context_policy *policy)
{
    unsigned lacks = claimed & ~policy->proves;
    if (lacks)
        doctor_found(doctor, HEALTH_WRONG, "context", context,
                     "Have the policy require it, or take the word out of entra.contexts.",
                     "entra.contexts says that %s proves%s, but the policy \"%s\" does not demand "
                     "it.",
                     context, proofs_text(lacks, doctor->arena), policy->name);
    else if (!policy->everybody || policy->other_exclusions)
        doctor_found(doctor, HEALTH_WARNING, "context", context,
                     "Have it include all users, and no condition that lets a sign-in past it; "
                     "who is not bound by it is refused.",
                     "The policy \"%s\" behind %s does not bind everybody.", policy->name, context);
    else
        doctor_found(doctor, HEALTH_OK, "context", context, NULL,
                     "The policy \"%s\" is on, and demands what %s is said to prove:%s.",
                     policy->name, context, proofs_text(claimed, doctor->arena));
}

static void judge_context(struct doctor *doctor, const struct contexts *contexts,
                          const char *context, unsigned claimed)
{
    const char *mend = "Make or switch on the Conditional Access policy for it "
                       "(docker/entra/README.md, step 5): until then nobody's sign-in counts.";
    const struct context_policy *policy = best_of(contexts, context);
    if (!policy)
        doctor_found(doctor, HEALTH_WRONG, "context", context, mend,
                     "No Conditional Access policy targets %s: Entra would issue it to anybody.",
                     context);
    else if (text_equals(policy->state, "enabledForReportingButNotEnforced"))
        doctor_found(doctor, HEALTH_WRONG, "context", context, mend,
                     "The policy \"%s\" behind %s only reports.", policy->name, context);
    else if (!text_equals(policy->state, "enabled"))
        doctor_found(doctor, HEALTH_WRONG, "context", context, mend,
                     "The policy \"%s\" behind %s is off.", policy->name, context);
    else
        judge_enabled(doctor, context, claimed, policy);
}

static bool is_claimed(const struct doctor *doctor, const char *context)
{
    const struct contexts_settings *claims = &doctor->settings->contexts;
    for (size_t i = 0; i < claims->count; i++)
        if (text_equals(claims->list[i].context, context))
            return true;
    return false;
}

void doctor_contexts(struct doctor *doctor)
{
    const char *why = NULL, *const *names = NULL;
    const struct contexts_settings *claims = &doctor->settings->contexts;
    size_t count = named_contexts(doctor, &names);
    if (!claims->count && !count)
        return;
    for (size_t i = 0; i < count; i++)
        if (!is_claimed(doctor, names[i]))
            doctor_found(doctor, HEALTH_WRONG, "context", names[i],
                         "Say under entra.contexts what it proves.",
                         "The policy asks for %s, but entra.contexts does not say what it proves.",
                         names[i]);
    const struct fact *fact = doctor_fact(doctor, FACT_CONTEXTS, "", &why);
    if (!fact) {
        doctor_found(doctor, HEALTH_UNKNOWN, "context", NULL, doctor_see_above,
                     "The Conditional Access policies behind the contexts cannot be read: %s.",
                     why);
        return;
    }
    for (size_t i = 0; i < claims->count; i++)
        judge_context(doctor, &fact->contexts, claims->list[i].context, claims->list[i].proves);
}

/* Mail. */

void doctor_mail(struct doctor *doctor)
{
    const struct channels_settings *notify = &doctor->settings->notify;
    if (!notify->count) {
        doctor_found(doctor, HEALTH_WARNING, "mail", NULL,
                     "Name a channel under `notify`, or tell approvers to look by themselves.",
                     "Nobody is sent a message: approvers learn of requests from the pages only.");
        return;
    }
    for (size_t i = 0; i < notify->count; i++) {
        const char *from = notify->list[i].from;
        if (doctor_holds(&doctor->directory, "Mail.Send"))
            doctor_found(doctor, HEALTH_WARNING, "mail", from,
                         "Narrow it to that mailbox (docker/entra/README.md, step 4).",
                         "Mail.Send is granted in Entra: unless an application access policy "
                         "narrows it, Curfew may send as everybody, and not only as %s. Whether "
                         "that mailbox exists shows with the first message.",
                         from);
        else if (!doctor->directory.token.fail)
            doctor_found(doctor, HEALTH_OK, "mail", from, NULL,
                         "Mail goes out as %s, by a right that only Exchange knows: whether it was "
                         "given, and the mailbox exists, shows with the first message.",
                         from);
        else
            doctor_found(doctor, HEALTH_UNKNOWN, "mail", from, doctor_see_above,
                         "Whether Curfew may send as %s cannot be told: there is no token.", from);
    }
}
