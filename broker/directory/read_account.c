/* GET /users/{id}: whether the account is there and enabled. Graph takes the name that somebody
   signs in with as well, and says whose it is. */
#include "directory/entry.h"
#include "directory/reader.h"

#include "base/text.h"
#include "outbound/url.h"

static bool is_id(const char *subject)
{
    char guid[GUID_SIZE];
    return text_read_guid(subject, guid);
}

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/users/");
    url_escape(path, asked->subject);
    text_add(path, "?$select=id,displayName,mail,accountEnabled,employeeId,"
                   "signInSessionsValidFromDateTime");
    if (!is_id(asked->subject))
        text_add(path, ",userPrincipalName");
    return step == 0;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct account *account = &fact->account;
    struct entry user = entry_open(answer, fact->arena, why);
    account->oid = entry_guid(&user, "id");
    if (!entry_is(&user, is_id(asked->subject) ? "id" : "userPrincipalName", asked->subject))
        entry_spoil(&user, "an answer about somebody else");
    account->exists = true;
    account->enabled = entry_flag(&user, "accountEnabled");
    account->name = entry_text(&user, "displayName");
    account->mail = entry_text(&user, "mail");
    account->employee_id = entry_text(&user, "employeeId");
    account->sessions_from = entry_moment(&user, "signInSessionsValidFromDateTime", -1);
    return user.fail;
}

static void is_absent(struct fact *fact)
{
    fact->account.exists = false;
    fact->account.sessions_from = -1;
}

const struct reader account_reader = {.service = SERVICE_DIRECTORY,
                                      .most_pages = 1,
                                      .ask = ask,
                                      .read = read_answer,
                                      .absent = is_absent};
