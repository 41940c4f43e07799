/* What a rule demands of sign-in, device, person and words. */
#include "policies/building.h"

#include <stdlib.h>
#include <string.h>

enum { LISTED_MOST = 20 };

static const char *const risk_levels[] = {"none", "low", "medium", "high"};

static int compare_texts(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Words of which one must be there; NULL when the member is missing. */
static const struct any_of *read_any_of(struct policy *policy, struct form *form, const char *name,
                                        size_t most_bytes)
{
    const char **texts;
    size_t count = form_texts(form, name, OPTIONAL, LISTED_MOST, most_bytes, &texts);
    if (!count)
        return NULL;
    struct any_of *any = ARENA_NEW(policy->arena, struct any_of);
    any->count = count;
    any->words = ARENA_ARRAY(policy->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        any->words[i] = arena_copy(policy->arena, texts[i]);
    qsort(any->words, count, sizeof *any->words, compare_texts);
    return any;
}

static void check_context(struct form *form, const char *context)
{
    int64_t number;
    if (context[0] != 'c' || !text_read_number(context + 1, 99, &number) || number < 1 ||
        context[1] == '0')
        form_complain(form, "context", "\"%s\" is not an authentication context: c1 to c99",
                      context);
}

/* What tokens say of how somebody signed in (contract 2.8); a password alone is no second factor.
 */
static void read_methods(struct policy *policy, struct rule *rule, struct form *mfa)
{
    static const char *const known[] = {"fed", "mfa", "ngcmfa", "otp", "rsa", "wia", "wiaormfa"};
    const struct any_of *methods = read_any_of(policy, mfa, "methods", 20);
    for (size_t i = 0; methods && i < methods->count; i++)
        if (!bsearch(&methods->words[i], known, COUNT(known), sizeof *known, compare_texts))
            form_complain(mfa, "methods",
                          "\"%s\" is not one of \"fed\", \"mfa\", \"ngcmfa\", \"otp\", \"rsa\", "
                          "\"wia\", \"wiaormfa\"",
                          methods->words[i]);
    rule->required.method_count = methods != NULL;
    rule->required.methods = methods;
}

static void read_mfa(struct policy *policy, struct rule *rule, struct form *require)
{
    const json_t *value = form_object(require, "mfa", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(require, "mfa"), require->complaints);
    /* Entra may keep a sign-in for five minutes (contract 2.2): a shorter age could never be met.
     */
    rule->mfa = true;
    rule->mfa_within_seconds = form_span(&form, "within", 6 * MINUTE, 30 * DAY, INT64_MAX);
    const char *context = form_text(&form, "context", OPTIONAL, 64);
    if (context) {
        check_context(&form, context);
        rule->context_count = 1;
        rule->contexts = ARENA_ARRAY(policy->arena, const char *, 1);
        rule->contexts[0] = arena_copy(policy->arena, context);
    }
    read_methods(policy, rule, &form);
    form_end(&form);
}

static void read_workstation(struct policy *policy, struct rule *rule, struct form *device)
{
    char guid[37];
    const json_t *value = form_object(device, "workstation", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(device, "workstation"), device->complaints);
    const struct any_of *groups = read_any_of(policy, &form, "groups", 64);
    const struct any_of *categories = read_any_of(policy, &form, "categories", 200);
    for (size_t i = 0; groups && i < groups->count; i++) {
        if (text_read_guid(groups->words[i], guid))
            groups->words[i] = arena_copy(policy->arena, guid);
        else
            form_complain(&form, "groups", "\"%s\" is not an object id (a GUID)", groups->words[i]);
    }
    if (groups)
        qsort(groups->words, groups->count, sizeof *groups->words, compare_texts);
    if (!groups == !categories)
        complain(form.complaints, form.at,
                 "says which devices it means: by `groups` or by `categories`");
    struct workstation *workstation = ARENA_NEW(policy->arena, struct workstation);
    if (groups || categories)
        *workstation =
            (struct workstation){.by_category = !groups, .names = groups ? *groups : *categories};
    rule->required.workstation_count = 1;
    rule->required.workstations = workstation;
    form_end(&form);
}

static void read_device(struct policy *policy, struct rule *rule, struct form *require)
{
    const char **accepted;
    const json_t *value = form_object(require, "device", OPTIONAL);
    if (!value)
        return;
    struct form form = form_open(value, form_place(require, "device"), require->complaints);
    struct required *required = &rule->required;
    rule->compliant_device = form_flag(&form, "compliant", true);
    size_t count = form_texts(&form, "accept", OPTIONAL, 2, 20, &accepted);
    for (size_t i = 0; i < count; i++) {
        bool grace = text_equals(accepted[i], "inGracePeriod");
        bool config_manager = text_equals(accepted[i], "configManager");
        required->accepts_grace |= grace;
        required->accepts_config_manager |= config_manager;
        if (!grace && !config_manager)
            form_complain(&form, "accept",
                          "\"%s\" is not one of \"inGracePeriod\", \"configManager\"", accepted[i]);
    }
    if (count && !rule->compliant_device)
        form_complain(&form, "accept", "says what passes for compliant, which is not demanded");
    required->managed_device = form_flag(&form, "managed", false);
    /* Devices come by every eight hours; what is asked more often than Intune notices refuses at
       random. */
    required->synced_within_seconds = form_span(&form, "synced_within", 15 * MINUTE, 90 * DAY, 0);
    read_workstation(policy, rule, &form);
    form_end(&form);
}

/* True when the member is there. */
static bool read_risk(struct form *require, const char *name, enum risk_level *at_most)
{
    const json_t *value = form_object(require, name, OPTIONAL);
    if (!value)
        return false;
    struct form form = form_open(value, form_place(require, name), require->complaints);
    (void)form_value(&form, "at_most", REQUIRED);
    *at_most =
        (enum risk_level)form_choice(&form, "at_most", COUNT(risk_levels), risk_levels, RISK_NONE);
    form_end(&form);
    return true;
}

/* One pattern or none, as a list. */
static const char **read_pattern(struct policy *policy, struct form *form, size_t *count)
{
    const char *pattern = form_text(form, "pattern", OPTIONAL, 2000);
    const char *wrong = pattern ? pattern_wrong(pattern, form->complaints->arena) : NULL;
    const char **patterns = ARENA_ARRAY(policy->arena, const char *, 1);
    if (wrong)
        form_complain(form, "pattern", "%s", wrong);
    *count = pattern && !wrong;
    patterns[0] = arena_copy(policy->arena, pattern);
    return patterns;
}

static void read_words(struct policy *policy, struct rule *rule, struct form *require)
{
    struct required *required = &rule->required;
    const json_t *value = form_object(require, "justification", OPTIONAL);
    if (value) {
        struct form form =
            form_open(value, form_place(require, "justification"), require->complaints);
        rule->justification_least = form_number(&form, "min_length", 1, 500, 1);
        required->justification_patterns =
            read_pattern(policy, &form, &required->justification_pattern_count);
        form_end(&form);
    }
    if ((value = form_object(require, "ticket", OPTIONAL))) {
        struct form form = form_open(value, form_place(require, "ticket"), require->complaints);
        required->ticket = true;
        required->ticket_patterns = read_pattern(policy, &form, &required->ticket_pattern_count);
        required->ticket_look_up = form_flag(&form, "look_up", false);
        form_end(&form);
    }
}

void policy_read_require(struct policy *policy, struct rule *rule, struct form *parent)
{
    struct required *required = &rule->required;
    rule->mfa_within_seconds = INT64_MAX;
    const json_t *value = form_object(parent, "require", OPTIONAL);
    if (!value)
        return;
    struct form require = form_open(value, form_place(parent, "require"), parent->complaints);
    read_mfa(policy, rule, &require);
    read_device(policy, rule, &require);
    rule->watch_risk = read_risk(&require, "user_risk", &rule->risk_at_most);
    required->watch_sign_in_risk =
        read_risk(&require, "sign_in_risk", &required->sign_in_risk_at_most);
    required->modern_authentication = form_flag(&require, "modern_authentication", false);
    required->eligible = form_flag(&require, "eligible", false);
    read_words(policy, rule, &require);
    form_end(&require);
}
