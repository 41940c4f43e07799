#include "policies/wrong.h"

#include "policies/given.h"

#include <string.h>

struct complaints complaints;

void read_wrong(void)
{
    struct policy *policy = NULL;
    struct reason why = {0};
    complaints = (struct complaints){.arena = given_arena()};
    ck_assert_int_eq(policy_read(spec_folder(), &policy, &complaints, &why), FAIL_INVALID);
    ck_assert_ptr_null(policy);
    ck_assert_ptr_nonnull(strstr(complaints_text(&complaints), why.text));
}

void one_complaint(const char *field, const char *says)
{
    ck_assert_msg(complaints.count == 1, "%zu complaints: %s", complaints.count,
                  complaints_text(&complaints));
    ck_assert_text(complaints.list[0].field, field);
    ck_assert_text(complaints.list[0].says, says);
}

void refused(const char *old, const char *new, const char *field, const char *says)
{
    (void)spec_file("soc.json", given_change(given_source("tests/policies/soc.json"), old, new));
    read_wrong();
    one_complaint(field, says);
}

void each_refused(size_t count, const struct mistake mistakes[])
{
    for (size_t i = 0; i < count; i++) {
        const struct mistake *one = &mistakes[i];
        struct policy *policy = NULL;
        struct reason why = {0};
        complaints = (struct complaints){.arena = given_arena()};
        (void)spec_file("soc.json",
                        given_change(given_source("tests/policies/soc.json"), one->old, one->new));
        enum fail fail = policy_read(spec_folder(), &policy, &complaints, &why);
        policy_free(policy);
        ck_assert_msg(complaints.count == (one->says ? 1 : 0), "%s: %zu complaints: %s", one->new,
                      complaints.count, complaints_text(&complaints));
        if (!one->says)
            continue;
        ck_assert_int_eq(fail, FAIL_INVALID);
        ck_assert_text(complaints.list[0].field, one->field);
        ck_assert_text(complaints.list[0].says, one->says);
    }
}
