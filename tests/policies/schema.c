/* Goal: editors complete from policies/schema.json what the reader takes, and nothing else. At each
 * place of tests/policies/whole.json, which has every member, the reader is asked what it knows
 * there, what must be there and which words may be, and the schema must say the same. */
#include "base/json.h"
#include "policies/given.h"

#include <stdlib.h>
#include <string.h>

static json_t *schema, *whole;
static struct complaints complaints;

static json_t *source(const char *path)
{
    json_t *json = json_loads(given_source(path), JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json != NULL, "%s is no JSON", path);
    return json;
}

/* What is said of `place` when the whole policy is read as it is now; NULL: nothing. */
static const char *said_of(const char *place)
{
    struct policy *policy = NULL;
    struct reason why = {0};
    char *text = json_dumps(whole, 0);
    complaints = (struct complaints){.arena = given_arena()};
    (void)policy_parse(text, &policy, &complaints, &why);
    policy_free(policy);
    free(text);
    for (size_t i = 0; i < complaints_kept(&complaints); i++)
        if (text_equals(complaints.list[i].field, place))
            return complaints.list[i].says;
    return NULL;
}

static const json_t *resolved(const json_t *node)
{
    const char *to = json_member_text(node, "$ref");
    if (!to)
        return node;
    ck_assert_msg(text_starts_with(to, "#/$defs/"), "%s", to);
    node = json_object_get(json_object_get(schema, "$defs"), to + strlen("#/$defs/"));
    ck_assert_msg(node != NULL, "there is no %s", to);
    return node;
}

/* The branch that is about an instance of this kind. */
static const json_t *branch_of(const json_t *node, const json_t *instance)
{
    const json_t *branches = json_object_get(node, "anyOf");
    branches = branches ? branches : json_object_get(node, "oneOf");
    const char *kind = json_member_text(instance, "kind");
    for (size_t i = 0; i < json_array_size(branches); i++) {
        const json_t *branch = resolved(json_array_get(branches, i));
        const json_t *kinds = json_object_get(json_object_get(branch, "properties"), "kind");
        const char *type = json_member_text(branch, "type");
        if (json_object_get(branch, "const")
                ? json_equal(json_object_get(branch, "const"), instance)
            : kind ? text_equals(json_member_text(kinds, "const"), kind)
                   : (json_is_object(instance) && text_equals(type, "object")) ||
                         (json_is_string(instance) && text_equals(type, "string")))
            return branch;
    }
    ck_assert_msg(!branches, "no branch for %s", json_dumps(instance, JSON_ENCODE_ANY));
    return node;
}

/* The words of a list such as `"a", "b"`, behind what stands before it; each must be in `words`. */
static size_t listed(const char *says, const char *before, bool (*has)(const void *, const char *),
                     const void *words, const char *place)
{
    size_t count = 0;
    const char *at = strstr(says, before);
    ck_assert_msg(at != NULL, "%s: %s", place, says);
    char *list = arena_copy(given_arena(), at + strlen(before)), *rest = list;
    for (char *word; (word = strtok_r(rest, ", \"", &rest)); count++)
        ck_assert_msg(has(words, word), "%s: the reader knows \"%s\", the schema does not", place,
                      word);
    return count;
}

static bool is_member(const void *properties, const char *name)
{
    return json_object_get(properties, name) != NULL;
}

static bool is_word(const void *words, const char *word)
{
    for (size_t i = 0; i < json_array_size(words); i++)
        if (text_equals(json_string_value(json_array_get(words, i)), word))
            return true;
    return false;
}

static const char *place_of(const char *path, const char *name)
{
    return *path ? arena_text(given_arena(), "%s.%s", path, name) : name;
}

/* The members of an object: those that are known, and those that must be there. */
static void compare_members(const json_t *node, json_t *instance, const char *path)
{
    const char *name, *says;
    json_t *property;
    const json_t *properties = json_object_get(node, "properties");
    bool top = !*path;
    (void)json_object_set_new(instance, "zzz", json_integer(1));
    says = said_of(place_of(path, "zzz"));
    ck_assert_msg(says != NULL, "%s takes anything", path);
    ck_assert_msg(json_is_false(json_object_get(node, "additionalProperties")), "%s", path);
    size_t known = listed(says, "known are: ", is_member, properties, path);
    ck_assert_msg(known == json_object_size(properties) - top, "%s: the schema knows more than: %s",
                  path, says); /* $schema is for editors */
    (void)json_object_del(instance, "zzz");
    json_object_foreach ((json_t *)properties, name, property) {
        json_t *value = json_object_get(instance, name);
        if (!value || text_equals(name, "const") || top)
            continue;
        json_incref(value);
        (void)json_object_del(instance, name);
        says = said_of(place_of(path, name));
        bool missing = says && text_starts_with(says, "is missing");
        ck_assert_msg(missing == is_word(json_object_get(node, "required"), name),
                      "%s.%s: must it be there?", path, name);
        (void)json_object_set_new(instance, name, value);
    }
}

/* `holder` and its member or element: a word that is none of those that may stand there. */
static void compare_words(const json_t *words, json_t *holder, const char *name, size_t index,
                          const char *place)
{
    json_t *old = name ? json_object_get(holder, name) : json_array_get(holder, index);
    if (json_is_boolean(json_array_get(words, 0)))
        return;
    json_incref(old);
    if (name)
        (void)json_object_set_new(holder, name, json_string("zzz"));
    else
        (void)json_array_set_new(holder, index, json_string("zzz"));
    const char *says = said_of(place);
    ck_assert_msg(says != NULL, "%s takes any word", place);
    const char *before = strstr(says, "not one of ") ? "not one of " : "can be: ";
    size_t known = listed(says, before, is_word, words, place);
    ck_assert_msg(known == json_array_size(words), "%s: the schema has other words than: %s", place,
                  says);
    if (name)
        (void)json_object_set_new(holder, name, old);
    else
        (void)json_array_set_new(holder, index, old);
}

static void walk(const json_t *node, json_t *instance, const char *path)
{
    const char *name;
    json_t *value;
    size_t index;
    node = branch_of(resolved(node), instance);
    const json_t *properties = json_object_get(node, "properties");
    const json_t *others = json_object_get(node, "additionalProperties");
    const json_t *items = json_object_get(node, "items");
    if (properties)
        compare_members(node, instance, path);
    json_object_foreach (instance, name, value) {
        json_t *of = properties ? json_object_get(properties, name) : (json_t *)others;
        const json_t *words = json_object_get(resolved(of), "enum");
        if (words)
            compare_words(words, instance, name, 0, place_of(path, name));
        if (properties)
            (void)json_object_set_new(of, "seen", json_true());
        walk(of, value, place_of(path, name));
    }
    json_array_foreach (instance, index, value) {
        const json_t *words = json_object_get(resolved(items), "enum");
        if (words)
            compare_words(words, instance, NULL, index, path);
        walk(items, value, arena_text(given_arena(), "%s[%zu]", path, index));
    }
}

/* Everything that the schema knows stands somewhere in the whole policy, so that it was looked at.
 */
static void all_seen(const json_t *node, const char *path)
{
    const char *name;
    json_t *value;
    size_t index;
    json_object_foreach (json_object_get(node, "properties"), name, value)
        ck_assert_msg(json_object_get(value, "seen") || json_object_get(value, "const") ||
                          text_equals(name, "$schema"),
                      "tests/policies/whole.json has no %s.%s", path, name);
    json_object_foreach ((json_t *)node, name, value)
        all_seen(value, arena_text(given_arena(), "%s/%s", path, name));
    json_array_foreach (node, index, value)
        all_seen(value, arena_text(given_arena(), "%s/%zu", path, index));
}

static void open_both(void)
{
    schema = source("policies/schema.json");
    whole = source("tests/policies/whole.json");
    (void)json_object_del(whole, "$schema");
}

START_TEST(the_schema_and_the_reader_know_the_same_members_and_words)
{
    open_both();
    ck_assert_msg(!said_of("") && !complaints.count, "%s", complaints_text(&complaints));
    walk(schema, whole, "");
    all_seen(schema, "");
    json_decref(whole);
    json_decref(schema);
}
END_TEST

START_TEST(a_file_may_name_its_schema_which_is_no_part_of_the_policy)
{
    struct policy *with = NULL, *without = NULL;
    complaints = (struct complaints){.arena = given_arena()};
    const char *text = given_source("tests/policies/whole.json");
    (void)spec_file("soc.json", text);
    ck_assert_fine(policy_read(spec_folder(), &with, &complaints, &spec_why));
    (void)spec_file("soc.json",
                    given_change(text, "\"$schema\": \"../../policies/schema.json\",", ""));
    ck_assert_fine(policy_read(spec_folder(), &without, &complaints, &spec_why));
    ck_assert_text(policy_version(with), policy_version(without));
    policy_free(with);
    policy_free(without);
}
END_TEST

SPECIFICATION("policies/schema", the_schema_and_the_reader_know_the_same_members_and_words,
              a_file_may_name_its_schema_which_is_no_part_of_the_policy)
