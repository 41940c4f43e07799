/* Goal: each message says in plain words what happened, the same in subject, text and HTML; and
   nothing that a person typed, or is called, can be anything but words in it: no header, no markup,
   no second paragraph, no turned text. */
#include "notify/notify.h"
#include "support/spec.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define LINK "https://curfew.example/l/AAAAAAAAAAAAAAAAAAAAAA"

/* What people try (security.md 2.3 j): in words they type, in their names, in names of roles. */
static const char *const payloads[] = {
    "x\r\nBcc: eve@evil.example",
    "x\nBcc: eve@evil.example",
    "x\n\nhttps://evil.example/approve",
    "=?utf-8?q?Approved?=",
    "=HYPERLINK(\"https://evil.example\")",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\tfirst",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></body><h1>Approved</h1>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "&lt;b&gt;",
    "<!-- ",
    "]]>",
    "[click](https://evil.example)",
    "<!here>",
    "<@U1>",
    "{link}",
    "{?reason}",
    "%s%n",
    "\x1b[31mred\x1b[0m",
    "\xe2\x80\xaetxt.exe",
    "\xe2\x81\xa6isolated\xe2\x81\xa9",
    "line\xe2\x80\xa8separator",
    "paragraph\xe2\x80\xa9separator",
    "\xc2\x85next",
    "\xef\xbb\xbfmark",
    "broken \xff utf-8",
    "lone \xed\xa0\x80 surrogate",
    "\xf0\x9f\x9a\xa8 emoji",
};

static json_t *of_delegations(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "approver", "Lena Vogt", "delegate",
                     "Marc Dubois", "from", "2026-01-15 10:00", "until", "2026-01-19 08:00",
                     "ended_by", "Lena Vogt");
}

static json_t *usual(void)
{
    json_auto_t *delegations = of_delegations();
    json_t *facts = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
        "s:s, s:s, s:s, s:s, s:s, s:s}",
        "requester", "Ana Torres", "roles", "Copilot owner", "role", "Copilot owner", "duration",
        "1 h 30 min", "justification", "Incident 42: plugin misbehaves", "ticket", "INC-42",
        "evidence", "SEC-114 is compliant.", "lapses", "2026-01-15 11:00", "rule", "Copilot owner",
        "decided_by", "Lena Vogt", "state", "approved by Lena Vogt", "reason", "Known incident",
        "ends", "2026-01-15 12:00", "why", "It was ended at its time.", "mend",
        "Ask again if you still need it.", "start_by", "2026-01-15 11:30", "by_itself", "yes",
        "by_them", "yes", "free", "yes", "what", "Copilot owner", "findings",
        "Copilot owner: Nils Frost holds it permanently.");
    (void)json_object_update(facts, delegations);
    return facts;
}

static void write(const char *kind, const json_t *facts, struct arena *arena, struct letter *letter)
{
    json_auto_t *all = json_copy((json_t *)facts);
    (void)json_object_set_new(all, "link", json_string(LINK));
    *letter = (struct letter){0};
    ck_assert_fine(letter_write(kind, all, LINK, arena, letter, &spec_why));
}

static const struct golden {
    const char *kind, *subject, *text;
} goldens[] = {
    {"decide", "Decide: Ana Torres asks for Copilot owner",
     "Ana Torres asks for Copilot owner for 1 h 30 min and needs your approval.\n\n"
     "Why: \"Incident 42: plugin misbehaves\"\nTicket: INC-42\n"
     "Device and sign-in: SEC-114 is compliant.\n"
     "Decide by 2026-01-15 11:00 (UTC). If nobody does, the request lapses and no access is "
     "given.\n\n" LINK "\n\n"
     "You are asked because the rule \"Copilot owner\" names you.\nThe link only works for you, "
     "signed in. Opening it decides nothing.\n"},
    {"delegate", "You decide in Lena Vogt's place until 2026-01-19 08:00",
     "Lena Vogt named you to decide in their place on requests for access, from 2026-01-15 10:00 "
     "until 2026-01-19 08:00 (UTC).\n\nWhy: \"Known incident\"\n"
     "You get a mail for each request that waits. What you decide is recorded as yours, made in "
     "Lena Vogt's place. You can hand nothing of it on, and cannot decide on what you ask for "
     "yourself.\n\n" LINK "\n\nIf you cannot do it, end it there: Lena Vogt is told.\n"},
    {"delegated", "Marc Dubois decides in your place until 2026-01-19 08:00",
     "You named Marc Dubois to decide in your place on requests for access, from 2026-01-15 10:00 "
     "until 2026-01-19 08:00 (UTC).\n\nWhy: \"Known incident\"\n"
     "You can still decide yourself: whoever decides first has decided for you both.\n\n" LINK
     "\n\nIf this was not you, end it there at once, and tell whoever runs Curfew.\n"},
    {"delegation_ended", "Ended: Marc Dubois no longer decides in Lena Vogt's place",
     "Marc Dubois no longer decides in Lena Vogt's place. It was to last until 2026-01-19 08:00 "
     "(UTC) and was ended by Lena Vogt.\n\nWhat Marc Dubois decided before stays as it is.\n\n" LINK
     "\n\nYou are told because it was about you.\n"},
    {"decided", "Done: Ana Torres's request for Copilot owner is approved by Lena Vogt",
     "Nothing is left to do for you: Ana Torres's request for Copilot owner is approved by Lena "
     "Vogt.\n\n" LINK "\n"},
    {"approved", "Approved: Copilot owner",
     "Your request for Copilot owner was approved by Lena Vogt, for 1 h 30 min.\n"
     "Access is being set up now; you get another message when it can be used.\n"
     "You start it yourself, by signing in once more: the next message leads there.\n\n"
     "\"Known incident\"\n\n" LINK "\n"},
    {"start", "Start now: Copilot owner",
     "Your request for Copilot owner may begin, and only you can start it: open the link and "
     "choose "
     "Start now. You sign in once more, and hold the role for 1 h 30 min from then on.\n\n"
     "Start it by 2026-01-15 11:30 (UTC). After that it lapses, and you have to ask again.\n\n" LINK
     "\n"},
    {"outside", "Taken away: Copilot owner",
     "Privileged Identity Management put the access of Ana Torres to Copilot owner in force "
     "although Curfew's approvers had not agreed: somebody approved it there. Curfew takes it away "
     "as soon as Entra lets it, at the latest five minutes after it began.\n\n"
     "Find out who approved it (Privileged Identity Management, audit history), and tell your "
     "security team.\n\n" LINK "\n"},
    {"denied", "Denied: Copilot owner",
     "Your request for Copilot owner was denied by Lena Vogt.\n\n\"Known incident\"\n\n" LINK "\n"},
    {"refused", "Refused: Copilot owner",
     "Your request for Copilot owner was refused. It was ended at its time.\nAsk again if you "
     "still need it.\n\n" LINK "\n"},
    {"lapsed", "Lapsed: Copilot owner",
     "Nobody decided on your request for Copilot owner in time, so it lapsed. No access was given. "
     "Ask again if you still need it.\n\n" LINK "\n"},
    {"active", "Active: Copilot owner until 2026-01-15 12:00 (UTC)",
     "You now hold Copilot owner until 2026-01-15 12:00 (UTC). It ends by itself then. If a tool "
     "does not see it yet, sign in to that tool again.\n\n" LINK "\n\n"
     "Give it back when you no longer need it.\n"},
    {"ended", "Ended: Copilot owner",
     "Your access to Copilot owner is over: It was ended at its time.\n\n" LINK "\n"},
    {"alarm", "Alarm: Copilot owner",
     "Curfew looked at who holds what in Microsoft Entra, and found what it cannot explain or what "
     "is weaker than its policy.\n\nCopilot owner: Nils Frost holds it permanently.\n\n" LINK
     "\n\nYou are told because the policy names you under \"alarms\". Each finding is told once; "
     "it "
     "stays on the page until it is gone.\n"},
    {"failed", "Not given: Copilot owner",
     "Access to Copilot owner could not be given: It was ended at its time.\nAsk again if you "
     "still need it.\n\n" LINK "\n"},
    {"warned", "Warning: Copilot owner",
     "While you hold Copilot owner, Curfew looked again at what it was given for: It was ended at "
     "its time.\nAsk again if you still need it.\n\n" LINK "\n"},
};

/* Without a link: whom a rule names may not see the request by that. */
static const struct golden told = {
    "told", "Copilot owner",
    "Copilot owner\n\nThey asked with these words: Incident 42: plugin misbehaves\n\n"
    "You are told because a rule of Curfew's policy names you under \"tell\".\n"};

START_TEST(each_kind_says_what_it_should)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        write(goldens[i].kind, facts, arena, &letter);
        ck_assert_text(letter.subject, goldens[i].subject);
        ck_assert_text(letter.text, goldens[i].text);
    }
}
END_TEST

START_TEST(whom_a_rule_names_is_told_without_a_way_in)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter = {0};
    ck_assert_fine(letter_write(told.kind, facts, NULL, arena, &letter, &spec_why));
    ck_assert_text(letter.subject, told.subject);
    ck_assert_text(letter.text, told.text);
    ck_assert_ptr_null(strstr(letter.html, "href"));
}
END_TEST

START_TEST(who_is_asked_in_anothers_place_is_told_in_whose)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    (void)json_object_set_new(facts, "rule", json_string(""));
    (void)json_object_set_new(facts, "place", json_string("Lena Vogt"));
    write("decide", facts, arena, &letter);
    ck_assert(strstr(letter.text, "You are asked in the place of Lena Vogt, who named you"));
    ck_assert(!strstr(letter.text, "because the rule"));
}
END_TEST

START_TEST(what_pim_holds_is_started_before_its_approvers_are_asked)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    (void)json_object_del(facts, "free");
    (void)json_object_set_new(facts, "held", json_string("yes"));
    write("start", facts, arena, &letter);
    ck_assert_text(letter.text,
                   "Your request for Copilot owner is not in Privileged Identity Management yet, "
                   "and only you can put it there: open the link and choose Start now. You sign in "
                   "once more; then its approvers are asked.\n\n"
                   "Start it by 2026-01-15 11:30 (UTC). After that it lapses, and you have to ask "
                   "again.\n\n" LINK "\n");
}
END_TEST

START_TEST(html_is_the_text_in_paragraphs_with_one_button)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    write("ended", facts, arena, &letter);
    ck_assert_text(
        letter.html,
        "<!doctype html><html><body style=\"font:16px/1.5 system-ui,sans-serif;max-width:36em;"
        "margin:1em auto;padding:0 1em\"><p>Your access to Copilot owner is over: It was ended at "
        "its time.</p><p><a style=\"display:inline-block;padding:.6em 1.2em;border-radius:.4em;"
        "background:#1f5fbf;color:#fff;text-decoration:none\" href=\"" LINK
        "\">Open in Curfew</a></p><p>" LINK "<br></p></body></html>");
}
END_TEST

/* Counts what is markup, without its attributes' values: payloads must not change it. */
static void skeleton(const char *html, struct text *out)
{
    for (const char *at = html; *at; at++)
        if (*at == '<')
            text_add_bytes(out, at, strcspn(at, ">"));
}

static size_t lines_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void check_inert(const char *kind, const char *member, const char *payload,
                        const struct letter *plain, const struct letter *letter)
{
    scoped(text_scoped) struct text before = TEXT_LIMIT(65536), after = TEXT_LIMIT(65536);
    skeleton(plain->html, &before);
    skeleton(letter->html, &after);
    ck_assert_msg(text_equals(text_of(&before), text_of(&after)),
                  "%s: %s \"%s\" changes the markup", kind, member, payload);
    ck_assert_msg(lines_of(plain->text) == lines_of(letter->text), "%s: %s \"%s\" adds a line",
                  kind, member, payload);
    const char *const all[] = {letter->subject, letter->text, letter->html};
    for (size_t i = 0; i < 3; i++)
        ck_assert_msg(text_forbidden_character(all[i]) == 0, "%s: %s \"%s\" leaves U+%04X", kind,
                      member, payload, text_forbidden_character(all[i]));
    ck_assert_msg(!strpbrk(letter->subject, "\r\n\t"), "%s: %s \"%s\" breaks the subject", kind,
                  member, payload);
}

START_TEST(whatever_people_type_or_are_called_stays_words)
{
    json_auto_t *facts = usual();
    const char *member;
    json_t *value;
    json_object_foreach (facts, member, value) {
        for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
            scoped(arena_scoped) struct arena *arena = arena_new();
            json_auto_t *bad = json_copy(facts);
            (void)json_object_set_new(bad, member, json_string_nocheck(payloads[i]));
            for (size_t k = 0; k < sizeof goldens / sizeof goldens[0]; k++) {
                struct letter plain, letter;
                write(goldens[k].kind, facts, arena, &plain);
                write(goldens[k].kind, bad, arena, &letter);
                check_inert(goldens[k].kind, member, payloads[i], &plain, &letter);
            }
        }
    }
}
END_TEST

START_TEST(what_is_filled_in_is_never_filled_again)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    (void)json_object_set_new(facts, "justification", json_string("{requester} {link} {?ticket}"));
    write("decide", facts, arena, &letter);
    ck_assert_ptr_nonnull(strstr(letter.text, "Why: \"{requester} {link} {?ticket}\""));
}
END_TEST

START_TEST(a_line_without_its_fact_is_left_out)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    (void)json_object_del(facts, "ticket");
    write("decide", facts, arena, &letter);
    ck_assert_ptr_null(strstr(letter.text, "Ticket"));
    ck_assert_ptr_nonnull(strstr(letter.text, "misbehaves\"\nDevice"));
}
END_TEST

START_TEST(a_subject_is_cut_between_characters)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    char name[1201] = "";
    for (size_t i = 0; i < 300; i++)
        memcpy(name + 4 * i, "\xf0\x9f\x9a\xa8", 4);
    (void)json_object_set_new(facts, "requester", json_string(name));
    write("decide", facts, arena, &letter);
    ck_assert_uint_le(strlen(letter.subject), 200);
    ck_assert(text_is_utf8(letter.subject, strlen(letter.subject)));
}
END_TEST

START_TEST(nothing_that_is_too_long_keeps_anybody_from_being_told)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter;
    scoped(text_scoped) struct text name = TEXT_LIMIT(200000);
    while (name.length < 100000)
        text_add(&name, "\xf0\x9f\x9a\xa8<b>");
    const char *member;
    json_t *value;
    json_t *all = json_copy(facts);
    json_object_foreach (all, member, value)
        (void)json_object_set_new(facts, member, json_string(text_of(&name)));
    json_decref(all);
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        write(goldens[i].kind, facts, arena, &letter);
        ck_assert(text_is_utf8(letter.html, strlen(letter.html)));
        ck_assert_ptr_nonnull(strstr(letter.text, LINK));
    }
}
END_TEST

START_TEST(a_message_that_nobody_wrote_is_a_mistake_of_ours)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    json_auto_t *facts = usual();
    struct letter letter = {0};
    ck_assert_int_eq(letter_write("poem", facts, NULL, arena, &letter, &spec_why), FAIL_BROKEN);
    ck_assert_text(spec_why.text, "there is no message \"poem\"");
}
END_TEST

SPECIFICATION("notify/letter", whom_a_rule_names_is_told_without_a_way_in,
              each_kind_says_what_it_should,
              what_pim_holds_is_started_before_its_approvers_are_asked,
              who_is_asked_in_anothers_place_is_told_in_whose,
              html_is_the_text_in_paragraphs_with_one_button,
              whatever_people_type_or_are_called_stays_words,
              what_is_filled_in_is_never_filled_again, a_line_without_its_fact_is_left_out,
              a_subject_is_cut_between_characters,
              nothing_that_is_too_long_keeps_anybody_from_being_told,
              a_message_that_nobody_wrote_is_a_mistake_of_ours)
