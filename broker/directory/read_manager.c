/* GET /users/{id}/manager: who it is, if there is one. */
#include "directory/entry.h"
#include "directory/reader.h"
#include "outbound/url.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/users/");
    url_escape(path, asked->subject);
    text_add(path, "/manager?$select=id");
    return step == 0;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct entry manager = entry_open(answer, fact->arena, why);
    (void)asked;
    fact->manager.exists = true;
    fact->manager.oid = entry_guid(&manager, "id");
    return manager.fail;
}

static void is_absent(struct fact *fact)
{
    fact->manager.exists = false;
}

const struct reader manager_reader = {.service = SERVICE_DIRECTORY,
                                      .most_pages = 1,
                                      .ask = ask,
                                      .read = read_answer,
                                      .absent = is_absent};
