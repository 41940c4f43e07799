#include "audit/verify.h"

static void report_content(const struct verified *verdict, struct text *report)
{
    const struct checkpoint *checkpoint = &verdict->checkpoint;
    char root[DIGEST_BASE64_SIZE];
    digest_base64(&checkpoint->root, root);
    text_addf(report, "checkpoint: %s, %lld events, root %s\n", checkpoint->origin,
              (long long)checkpoint->size, root);
    text_addf(report, "signed by: %s\n", verdict->signer);
    text_addf(report, "events: from %lld, %lld of them", (long long)verdict->first,
              (long long)(verdict->end - verdict->first));
    if (*verdict->filter)
        text_addf(report, ", of which %lld were asked for (%s); of the others only the leaf hashes",
                  (long long)verdict->records, verdict->filter);
    text_add(report, "\n");
}

/* What the verdict leans on, and what it cannot know. */
static void report_trust(const struct verified *verdict, struct text *report)
{
    if (verdict->self_asserted)
        text_add(report,
                 "self-asserted: the keys came with the bundle. Only a list of keys that you "
                 "had before says whose they are.\n");
    else
        text_add(report, "keys: from your own list.\n");
    if (verdict->held > 0)
        text_addf(report,
                  "witnessed: the first %lld events, by the checkpoint that you held. What came "
                  "later was witnessed by nobody.\n",
                  (long long)verdict->held);
    if (*verdict->witnesses && !verdict->self_asserted)
        text_addf(report, "witnessed: all %lld events, by %s.\n",
                  (long long)verdict->checkpoint.size, verdict->witnesses);
    else if (verdict->held <= 0)
        text_add(report,
                 "not witnessed: nothing here shows that the whole log was not written anew "
                 "by whoever has its key, before this export.\n");
    if (verdict->accompanied >= 0)
        text_addf(report,
                  "prev-checkpoint: the log continues one of %lld events. That counts as far as "
                  "you compare it with one you held.\n",
                  (long long)verdict->accompanied);
}

/* What the tokens of signed decisions are worth: whoever could write the log anew could make keys
   and tokens too, unless somebody else saw it at the time. */
static void report_signed(const struct verified *verdict, struct text *report)
{
    bool witnessed = *verdict->witnesses && !verdict->self_asserted;
    int64_t seen = witnessed ? verdict->signed_count : verdict->signed_held;
    if (!verdict->signed_count)
        return;
    text_addf(report, "signed decisions: %lld, by tokens of %s%s\n",
              (long long)verdict->signed_count, verdict->issuer,
              verdict->several_issuers ? " and others" : "");
    if (seen)
        text_addf(report, "signed decisions: %lld of them with keys that were witnessed.\n",
                  (long long)seen);
    if (seen < verdict->signed_count)
        text_addf(report,
                  "self-asserted: the keys that %lld of the decisions were checked with, as they "
                  "stand in the bundle. Compare them with those that the issuer published.\n",
                  (long long)(verdict->signed_count - seen));
}

void verify_report(const struct verified *verdict, struct text *report)
{
    for (size_t i = 0; i < verdict->count; i++)
        text_addf(report, "found (%d): %s\n", (int)verdict->findings[i].code,
                  verdict->findings[i].says);
    if (verdict->code == VERIFY_FINE) {
        report_content(verdict, report);
        report_trust(verdict, report);
        report_signed(verdict, report);
    }
    text_add(report, verdict->code == VERIFY_FINE ? "fine\n" : "NOT fine\n");
}
