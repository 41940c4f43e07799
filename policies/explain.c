/* Why each rule has a say or not, in plain words. */
#include "policies/internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The names of the sets that answer so. */
static void add_sets(size_t count, const struct people *const sets[],
                     const struct occasion *occasion, enum tri answer, const char *before,
                     struct text *out)
{
    for (size_t i = 0; i < count; i++)
        if (people_hold_at(sets[i], occasion->person, occasion->memberships, occasion->at) ==
            answer) {
            text_addf(out, "%s\"%s\"", before, sets[i]->name);
            before = " and ";
        }
}

/* Which of `who` they are in, or that they are in none; and `unless` the same. */
static void explain_people(const struct rule *rule, const struct occasion *occasion,
                           struct text *out)
{
    enum tri in = people_any_hold(rule->who_count, rule->who, occasion);
    add_sets(rule->who_count, rule->who, occasion, in,
             in == TRI_YES       ? "they are in "
             : in == TRI_UNKNOWN ? "it is not known whether they are in "
                                 : "they are not in ",
             out);
    enum tri out_of =
        in == TRI_NO ? TRI_NO : people_any_hold(rule->unless_count, rule->unless, occasion);
    if (out_of != TRI_NO)
        add_sets(rule->unless_count, rule->unless, occasion, out_of,
                 out_of == TRI_YES ? ", but they are in "
                                   : ", but it is not known whether they are in ",
                 out);
}

static void explain_rule(const struct rule *rule, const struct role *role,
                         const struct occasion *occasion, struct text *out)
{
    struct stand stand = rule_stand(rule, role, occasion);
    text_addf(out, "  %-8s %s: ",
              stand.applies == TRI_UNKNOWN ? "unknown"
              : stand.applies == TRI_NO    ? "does not"
              : rule->deny                 ? "denies"
                                           : "applies",
              rule->name);
    explain_people(rule, occasion, out);
    if (stand.who != TRI_NO && rule->has_when)
        text_add(out, stand.applies == TRI_YES ? ", and the circumstances are those of `when`"
                      : stand.applies == TRI_NO
                          ? ", but the circumstances are not those of `when`"
                          : ", but whether the circumstances are those of `when` is not known");
    text_add_char(out, '\n');
}

struct said {
    const struct rule *rule;
    const struct role *role;
};

static int compare_said(const void *one, const void *other)
{
    return strcmp(((const struct said *)one)->rule->name, ((const struct said *)other)->rule->name);
}

void policy_explain(const struct policy *policy, size_t role_count,
                    const struct role *const roles[], const struct occasion *occasion,
                    struct arena *arena, struct text *out)
{
    size_t count = 0, most = 1;
    for (size_t i = 0; i < role_count; i++)
        most += policy->by_role[roles[i] - policy->roles].count;
    struct said *said = ARENA_ARRAY(arena, struct said, most);
    for (size_t i = 0; i < role_count; i++) {
        const struct rules_of_role *of = &policy->by_role[roles[i] - policy->roles];
        for (size_t k = 0; k < of->count; k++)
            said[count++] = (struct said){.rule = of->rules[k], .role = roles[i]};
    }
    qsort(said, count, sizeof *said, compare_said);
    if (!count)
        text_add(out, "  no rule speaks of it\n");
    for (size_t i = 0; i < count; i++)
        if (!i || said[i].rule != said[i - 1].rule)
            explain_rule(said[i].rule, said[i].role, occasion, out);
    if (phases_let_in(&policy->phases, occasion) != TRI_YES)
        text_addf(out, "  They are not, or not surely, in the ring that is open: %s\n",
                  phases_open(&policy->phases));
}
