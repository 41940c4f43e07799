/* Goal: what people type must have the whole form that is demanded, a pattern cannot be made to
 * cost much, and a ticket counts only when the ticket system says that it is open. */
#include "base/text.h"
#include "policies/given.h"
#include "policies/internal.h"
#include "policies/pattern.h"

#include <string.h>
#include <time.h>

static struct findings findings;
static struct demands demands;
static struct ticket ticket;

START_TEST(a_pattern_fits_the_whole_text_or_not_at_all) /* S14 */
{
    ck_assert(pattern_fits("INC-[0-9]+", "INC-42"));
    ck_assert(!pattern_fits("INC-[0-9]+", "see INC-42"));
    ck_assert(!pattern_fits("INC-[0-9]+", "INC-42; rm"));
    ck_assert(!pattern_fits("INC-[0-9]+", "INC-42\n"));
    ck_assert(pattern_fits(".*INC-[0-9]+.*", "see INC-42, please"));
    ck_assert(pattern_fits("a|ab", "ab")); /* the longest of the leftmost */
    ck_assert(!pattern_fits("INC-[0-9]+", ""));
    ck_assert(!pattern_fits("(", "(")); /* what is no pattern fits nothing */
}
END_TEST

START_TEST(patterns_that_could_cost_much_are_refused)
{
    static const struct {
        const char *pattern, *says;
    } wrong[] = {
        {"(a)\\1", "refers back"},
        {"((a{1,99}){1,99}){1,99}", "repeats too much"},
        {"a{1001}", "repeats too much"},
        {"(", "POSIX"},
        {"a{2,1}", "POSIX"},
        {"[z-a]", "POSIX"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const char *says = pattern_wrong(wrong[i].pattern, given_arena());
        ck_assert_msg(says && strstr(says, wrong[i].says), "%s: %s", wrong[i].pattern,
                      says ? says : "fine");
    }
    ck_assert_ptr_null(pattern_wrong("(INC|CHG)-[0-9]{4,7}", given_arena()));
    ck_assert_ptr_null(pattern_wrong("\\{1000\\}\\(1\\)", given_arena()));
    char text[202];
    memset(text, 'a', sizeof text);
    text[201] = '\0';
    ck_assert_ptr_nonnull(pattern_wrong(text, given_arena()));
    text[200] = '\0';
    ck_assert_ptr_null(pattern_wrong(text, given_arena()));
}
END_TEST

START_TEST(no_pattern_that_is_allowed_takes_long)
{
    static const char *const hard[] = {"(a*)*b", "(a|aa)+b", "(a+)+(a+)+(a+)+b", "(.*a){20}b",
                                       "(a?){30}a{30}"};
    char text[4097];
    memset(text, 'a', 4096);
    text[4096] = '\0';
    for (size_t i = 0; i < COUNT(hard); i++) {
        clock_t began = clock();
        ck_assert_ptr_null(pattern_wrong(hard[i], given_arena()));
        (void)pattern_fits(hard[i], text);
        ck_assert_msg(clock() - began < 5 * CLOCKS_PER_SEC, "%s takes %ld ms", hard[i],
                      (long)((clock() - began) * 1000 / CLOCKS_PER_SEC));
    }
}
END_TEST

/* What a submission with these words is told. */
static const char *told(const struct required *required, const char *words, const char *number)
{
    struct complaints complaints = {.arena = given_arena()};
    words_complain(required, words, number, &complaints);
    return complaints.count ? complaints_text(&complaints) : "";
}

START_TEST(words_of_another_form_are_refused_at_submission) /* S14 */
{
    static const char *two[] = {".*INC-[0-9]+.*", ".{10,}"}, *form[] = {"INC-[0-9]+"};
    const struct required required = {.justification_pattern_count = 2,
                                      .justification_patterns = two,
                                      .ticket = true,
                                      .ticket_pattern_count = 1,
                                      .ticket_patterns = form};
    ck_assert_text(told(&required, "Plugin of INC-42 misbehaves", "INC-42"), "");
    ck_assert_text(told(&required, "Plugin misbehaves", "INC-42"),
                   "justification: must be of the form .*INC-[0-9]+.*");
    ck_assert_text(told(&required, "INC-42", "INC-42"),
                   "justification: must be of the form .{10,}");
    ck_assert_text(told(&required, "Plugin of INC-42 misbehaves", NULL),
                   "ticket: must name the ticket that this is for");
    ck_assert_text(told(&required, "Plugin of INC-42 misbehaves", "CHG-42"),
                   "ticket: must be of the form INC-[0-9]+");
    const struct required only_form = {.ticket_pattern_count = 1, .ticket_patterns = form};
    ck_assert_text(told(&only_form, "why", NULL), "");
}
END_TEST

START_TEST(words_are_judged_once_more_when_all_rules_are_known)
{
    static const char *form[] = {"INC-[0-9]+"};
    scoped(evidence_scoped) struct evidence_list fine = {0}, other = {0}, none = {0}, why = {0};
    demands = (struct demands){
        .required = {.ticket = true, .ticket_pattern_count = 1, .ticket_patterns = form}};
    judge_words(&demands, "why", "INC-42", &fine);
    ck_assert_uint_eq(fine.count, 0);
    judge_words(&demands, "why", "42", &other);
    ck_assert_text(judged(&other, VERDICT_FAIL), "ticket_unlike");
    judge_words(&demands, "why", NULL, &none);
    ck_assert_text(judged(&none, VERDICT_FAIL), "ticket_absent");
    demands = (struct demands){
        .required = {.justification_pattern_count = 1, .justification_patterns = form}};
    judge_words(&demands, "why", NULL, &why);
    ck_assert_text(judged(&why, VERDICT_FAIL), "justification_unlike");
}
END_TEST

static void ticket_is(enum verdict verdict, const char *code)
{
    bool waits;
    scoped(evidence_scoped) struct evidence_list list = {0};
    judge_ticket(&demands, &findings, "INC-42", &list);
    ck_assert_text(judged(&list, verdict), code);
    ck_assert_int_eq(evidence_verdict(&list, &waits), verdict);
    ck_assert(verdict != VERDICT_UNKNOWN || waits);
}

START_TEST(a_ticket_that_is_not_open_is_no) /* S15 */
{
    scoped(evidence_scoped) struct evidence_list list = {0};
    ticket = (struct ticket){
        .reading = {.known = true, .at = NOW}, .exists = true, .open = true, .state = "In work"};
    findings = (struct findings){.now = NOW, .ticket = &ticket};
    demands = (struct demands){.required = {.ticket = true}};
    judge_ticket(&demands, &findings, "INC-42", &list); /* nobody wants it looked up */
    ck_assert_uint_eq(list.count, 0);
    demands.required.ticket_look_up = true;
    ticket_is(VERDICT_PASS, "ticket_open");
    ticket.open = false;
    ticket_is(VERDICT_FAIL, "ticket_closed");
    ticket = (struct ticket){.reading = {.known = true, .at = NOW}};
    ticket_is(VERDICT_FAIL, "ticket_unknown");
    ticket.reading.known = false; /* S15, S46: who does not answer is never a yes */
    ticket_is(VERDICT_UNKNOWN, "ticket_unread");
    findings.ticket = NULL;
    ticket_is(VERDICT_UNKNOWN, "ticket_unread");
}
END_TEST

SPECIFICATION("policies/judge_words", a_pattern_fits_the_whole_text_or_not_at_all,
              patterns_that_could_cost_much_are_refused, no_pattern_that_is_allowed_takes_long,
              words_of_another_form_are_refused_at_submission,
              words_are_judged_once_more_when_all_rules_are_known, a_ticket_that_is_not_open_is_no)
