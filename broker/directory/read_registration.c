/* GET /reports/authenticationMethods/userRegistrationDetails/{id}: whether somebody could bring a
   second factor at all. A report, hours old: it proves nothing of a sign-in (contract 9.1). */
#include "directory/entry.h"
#include "directory/reader.h"
#include "outbound/url.h"

static bool ask(const struct asked *asked, unsigned step, struct text *path, json_t **body)
{
    (void)body;
    text_add(path, "/v1.0/reports/authenticationMethods/userRegistrationDetails/");
    url_escape(path, asked->subject);
    return step == 0;
}

/* The page of the call prints the entity in a list of one, its description does not: both are read.
 */
static const json_t *entity_of(const json_t *answer)
{
    const json_t *value = json_object_get(answer, "value");
    return json_is_array(value) && json_array_size(value) == 1 ? json_array_get(value, 0)
           : json_is_object(value)                             ? value
                                                               : answer;
}

static enum fail read_answer(const struct asked *asked, const json_t *answer, struct fact *fact,
                             struct reason *why)
{
    struct registration_details *details = &fact->registration;
    struct entry entity = entry_open(entity_of(answer), fact->arena, why);
    if (!entry_is(&entity, "id", asked->subject))
        entry_spoil(&entity, "an answer about somebody else");
    details->exists = true;
    details->mfa =
        entry_needed_flag(&entity, "isMfaRegistered") || entry_needed_flag(&entity, "isMfaCapable");
    return entity.fail;
}

static void is_absent(struct fact *fact)
{
    fact->registration.exists = false;
}

const struct reader registration_reader = {.service = SERVICE_REPORTS,
                                           .most_pages = 1,
                                           .ask = ask,
                                           .read = read_answer,
                                           .absent = is_absent};
