/* Goal: there is no byte in a bundle whose change goes unseen. */
#include "audit/fixture.h"
#include "audit/verify.h"
#include "base/scoped.h"
#include "support/spec.h"

#include <string.h>

enum { TAR_MOST = 1024 * 1024 };

static size_t setting(const char *name, size_t usual)
{
    const char *said = getenv(name);
    return said ? strtoul(said, NULL, 10) : usual;
}

static bool is_fine(const struct text *tar)
{
    const struct verify_options options = {.findings = 1};
    struct verified verdict;
    verify_bundle((struct slice){tar->data, tar->length}, &options, &verdict);
    return verdict.code == VERIFY_FINE;
}

/* Changes one bit of every byte in turn, from and up to these quarters of the bundle. In the
   environment, RECORDS=200 asks for a larger bundle, STRIDE=16 for every sixteenth byte only. */
static void sweep(size_t from, size_t to)
{
    scoped(fixture_scoped) struct fixture log;
    scoped(text_scoped) struct text tar = TEXT_LIMIT(TAR_MOST), previous = TEXT_LIMIT(NOTE_MOST);
    const int64_t records = (int64_t)setting("RECORDS", 40);
    const size_t stride = setting("STRIDE", 1);
    fixture_open(&log, FIXTURE_ORIGIN, 1);
    fixture_live(&log, 13);
    while (log.size < records)
        fixture_add_small(&log);
    fixture_checkpoint(&log, records / 2, &previous);
    fixture_bundle(&log, 0, records, NULL, text_of(&previous), &tar);
    ck_assert(is_fine(&tar));
    for (size_t i = tar.length * from / 4; i < tar.length * to / 4; i += stride) {
        char was = tar.data[i];
        tar.data[i] ^= (char)(1 << i % 8);
        ck_assert_msg(!is_fine(&tar), "byte %zu of %zu", i, tar.length);
        tar.data[i] = was;
    }
    ck_assert(is_fine(&tar));
}

START_TEST(a_change_in_the_first_quarter_is_seen)
{
    sweep(0, 1);
}
END_TEST

START_TEST(a_change_in_the_second_quarter_is_seen)
{
    sweep(1, 2);
}
END_TEST

START_TEST(a_change_in_the_third_quarter_is_seen)
{
    sweep(2, 3);
}
END_TEST

START_TEST(a_change_in_the_last_quarter_is_seen)
{
    sweep(3, 4);
}
END_TEST

SPECIFICATION("audit/every_byte", a_change_in_the_first_quarter_is_seen,
              a_change_in_the_second_quarter_is_seen, a_change_in_the_third_quarter_is_seen,
              a_change_in_the_last_quarter_is_seen)
