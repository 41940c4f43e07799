/* Goal: a person is an object id in a tenant, in whatever letters it was written. */
#include "model/person.h"
#include "support/spec.h"

#define TENANT "7e0c64f1-2d93-4d29-a1c8-4c9f2a0d3b11"
#define ALICE  "11111111-aaaa-4bbb-8ccc-00000000000a"

START_TEST(letter_case_makes_nobody_else)
{
    struct person_key one, other;
    ck_assert(person_key_read(TENANT, ALICE, &one));
    ck_assert(person_key_read("7E0C64F1-2D93-4D29-A1C8-4C9F2A0D3B11",
                              "11111111-AAAA-4BBB-8CCC-00000000000A", &other));
    ck_assert(person_is(&one, &other));
    ck_assert_text(other.oid, ALICE);
}
END_TEST

START_TEST(another_tenant_is_another_person)
{
    struct person_key one, other;
    ck_assert(person_key_read(TENANT, ALICE, &one));
    ck_assert(person_key_read("7e0c64f1-2d93-4d29-a1c8-4c9f2a0d3b12", ALICE, &other));
    ck_assert(!person_is(&one, &other));
    ck_assert(person_key_read(TENANT, TENANT, &other));
    ck_assert(!person_is(&one, &other));
}
END_TEST

START_TEST(a_mail_address_or_a_name_is_nobody)
{
    struct person_key key = {.oid = "as it was"};
    ck_assert(!person_key_read(TENANT, "alice@example.com", &key));
    ck_assert(!person_key_read(TENANT, "", &key));
    ck_assert(!person_key_read(TENANT, NULL, &key));
    ck_assert(!person_key_read(NULL, ALICE, &key));
    ck_assert(!person_key_read(TENANT, ALICE "0", &key));
    ck_assert(!person_key_read(TENANT, "11111111-aaaa-4bbb-8ccc-00000000000g", &key));
    ck_assert(!person_key_read(TENANT, "{1111111-aaaa-4bbb-8ccc-00000000000}", &key));
    ck_assert_text(key.oid, "as it was");
}
END_TEST

SPECIFICATION("model/person", letter_case_makes_nobody_else, another_tenant_is_another_person,
              a_mail_address_or_a_name_is_nobody)
