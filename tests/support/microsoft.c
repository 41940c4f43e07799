#include "support/microsoft.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void path_of(const char *name, char path[4096])
{
    const char *folder = getenv("CURFEW_CONTRACT");
    (void)snprintf(path, 4096, "%s/examples/%s", folder ? folder : CHECKOUT "/../shared/graph/data",
                   name);
}

bool microsoft_is_at_hand(const char *test)
{
    char path[4096];
    path_of("index.json", path);
    if (access(path, R_OK) == 0)
        return true;
    (void)printf("%s: SKIPPED: no examples of Microsoft beside the checkout (shared/graph/data), "
                 "and CURFEW_CONTRACT names none\n",
                 test);
    return false;
}

json_t *microsoft_index(void)
{
    return microsoft_example("index.json");
}

json_t *microsoft_example(const char *name)
{
    char path[4096];
    path_of(name, path);
    if (!strstr(name, ".json")) {
        json_auto_t *index = microsoft_index();
        size_t i;
        json_t *entry;
        json_array_foreach (index, i, entry) {
            const char *file = json_string_value(json_object_get(entry, "file"));
            if (strncmp(file, name, strlen(name)) == 0)
                path_of(file, path);
        }
    }
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json != NULL, "%s cannot be read", path);
    return json;
}
