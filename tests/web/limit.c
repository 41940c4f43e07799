/* Goal: a bucket gives what it has and says how long to stay away; a flood of addresses neither
 * makes the table grow nor empties somebody else's bucket. */
#include "web/limit.h"
#include "support/spec.h"

#include <string.h>

#undef fail /* Check has a macro of that name */

static uint8_t address[16];

static const uint8_t *v4(unsigned host)
{
    memset(address, 0, 10);
    address[10] = address[11] = 0xFF;
    address[12] = 10;
    address[13] = (uint8_t)(host >> 16);
    address[14] = (uint8_t)(host >> 8);
    address[15] = (uint8_t)host;
    return address;
}

START_TEST(a_bucket_gives_its_burst_and_then_what_flows_in)
{
    int64_t wait = 0;
    scoped(limit_scoped) struct limit *limit = limit_new();
    for (int i = 0; i < 20; i++)
        ck_assert(limit_take(limit, 'n', v4(1), 20.0 / 60, 20, 1000, &wait));
    ck_assert(!limit_take(limit, 'n', v4(1), 20.0 / 60, 20, 1000, &wait));
    ck_assert_int_ge(wait, 3);
    ck_assert_int_le(wait, 4);
    ck_assert(limit_take(limit, 'n', v4(1), 20.0 / 60, 20, 1000 + wait * 1000, &wait));
    ck_assert(!limit_take(limit, 'n', v4(1), 20.0 / 60, 20, 5000, &wait));
}
END_TEST

START_TEST(a_bucket_never_holds_more_than_its_burst)
{
    int64_t wait, given = 0;
    scoped(limit_scoped) struct limit *limit = limit_new();
    ck_assert(limit_take(limit, 'n', v4(1), 1, 3, 0, &wait));
    while (limit_take(limit, 'n', v4(1), 1, 3, 1000000, &wait))
        given++;
    ck_assert_int_eq(given, 3);
}
END_TEST

START_TEST(addresses_and_purposes_have_buckets_of_their_own)
{
    int64_t wait;
    scoped(limit_scoped) struct limit *limit = limit_new();
    ck_assert(limit_take(limit, 'n', v4(1), 1, 1, 0, &wait));
    ck_assert(!limit_take(limit, 'n', v4(1), 1, 1, 0, &wait));
    ck_assert(limit_take(limit, 'n', v4(2), 1, 1, 0, &wait));
    ck_assert(limit_take(limit, 's', v4(1), 1, 1, 0, &wait));
}
END_TEST

START_TEST(an_ipv6_network_of_64_bits_is_one_address)
{
    int64_t wait;
    uint8_t one[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 1}, same[16], other[16];
    scoped(limit_scoped) struct limit *limit = limit_new();
    memcpy(same, one, 16);
    memcpy(other, one, 16);
    same[15] = 7;
    other[7] = 2;
    ck_assert(limit_take(limit, 'n', one, 1, 1, 0, &wait));
    ck_assert(!limit_take(limit, 'n', same, 1, 1, 0, &wait));
    ck_assert(limit_take(limit, 'n', other, 1, 1, 0, &wait));
}
END_TEST

START_TEST(a_flood_of_addresses_does_not_refill_what_is_in_use)
{
    int64_t wait;
    int refilled = 0;
    static const uint8_t everybody[16] = {0};
    scoped(limit_scoped) struct limit *limit = limit_new();
    ck_assert(limit_take(limit, 'a', everybody, 0.001, 1, 0, &wait));
    for (unsigned host = 0; host < 200000; host++) {
        (void)limit_take(limit, 'n', v4(host), 1, 1, host / 100 + 1, &wait);
        refilled += limit_take(limit, 'a', everybody, 0.001, 1, host / 100 + 1, &wait);
    }
    ck_assert_int_le(refilled, 2); /* 2 s at 0.001 a second */
}
END_TEST

SPECIFICATION("web/limit", a_bucket_gives_its_burst_and_then_what_flows_in,
              a_bucket_never_holds_more_than_its_burst,
              addresses_and_purposes_have_buckets_of_their_own,
              an_ipv6_network_of_64_bits_is_one_address,
              a_flood_of_addresses_does_not_refill_what_is_in_use)
