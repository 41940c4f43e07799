#include "directory/controls.h"

#include "base/json.h"
#include "base/text.h"
#include "directory/entry.h"

#include <string.h>

/* Controls side by side: with AND all of them are met, with OR it may be any one. */
struct sum {
    bool any;
    unsigned some, every;
};

static void add(struct sum *sum, unsigned proves)
{
    sum->every = sum->any ? sum->every & proves : proves;
    sum->some |= proves;
    sum->any = true;
}

static bool is_among(const char *word, size_t count, const char *const words[])
{
    for (size_t i = 0; i < count; i++)
        if (text_equals_ignoring_case(word, words[i]))
            return true;
    return false;
}

/* One allowed combination of methods: two of them, or one that is two factors by itself. */
static unsigned combination_proves(const char *combination)
{
    static const char *const resistant[] = {"windowsHelloForBusiness", "fido2",
                                            "x509CertificateMultiFactor"};
    static const char *const strong[] = {"deviceBasedPush", "temporaryAccessPassOneTime",
                                         "temporaryAccessPassMultiUse", "federatedMultiFactor"};
    if (is_among(combination, COUNT(resistant), resistant))
        return PROOF_MFA | PROOF_PHISHING_RESISTANT;
    bool both = combination && strchr(combination, ',');
    return both || is_among(combination, COUNT(strong), strong) ? PROOF_MFA : 0;
}

/* An authentication strength: one of the three that Microsoft made, or what each of its
   combinations proves. A strength of one's own may allow a password alone. */
static unsigned strength_proves(const json_t *strength)
{
    static const char *const mfa[] = {"00000000-0000-0000-0000-000000000002",
                                      "00000000-0000-0000-0000-000000000003"};
    const char *id = json_member_text(strength, "id");
    if (text_equals(id, "00000000-0000-0000-0000-000000000004"))
        return PROOF_MFA | PROOF_PHISHING_RESISTANT;
    if (is_among(id, COUNT(mfa), mfa))
        return PROOF_MFA;
    struct sum sum = {0};
    const json_t *combinations = json_object_get(strength, "allowedCombinations");
    size_t i;
    json_t *combination;
    json_array_foreach ((json_t *)combinations, i, combination)
        add(&sum, combination_proves(json_string_value(combination)));
    return sum.every;
}

static void add_built_in(struct sum *sum, const json_t *controls)
{
    size_t i;
    json_t *control;
    if (!json_is_array(controls))
        add(sum, 0);
    json_array_foreach ((json_t *)controls, i, control) {
        const char *word = json_string_value(control);
        add(sum, text_equals_ignoring_case(word, "mfa")               ? PROOF_MFA
                 : text_equals_ignoring_case(word, "compliantDevice") ? PROOF_COMPLIANT_DEVICE
                                                                      : 0);
    }
}

unsigned controls_prove(const json_t *grant_controls)
{
    struct sum sum = {0};
    const char *name;
    json_t *member;
    json_object_foreach ((json_t *)grant_controls, name, member) {
        if (text_equals(name, "operator") || strchr(name, '@') || entry_says_nothing(member))
            continue;
        if (text_equals(name, "builtInControls"))
            add_built_in(&sum, member);
        else if (text_equals(name, "authenticationStrength"))
            add(&sum, strength_proves(member));
        else
            add(&sum, 0); /* terms of use, custom factors, what is still to come: other ways in */
    }
    bool all = text_equals_ignoring_case(json_member_text(grant_controls, "operator"), "AND");
    return all ? sum.some : sum.every;
}
