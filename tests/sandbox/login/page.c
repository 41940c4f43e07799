/* The sign-in page: who it is, and what they bring along. Plain forms, no script. */
#include "sandbox/login/login.h"

#include "base/memory.h"
#include "sandbox/graph/logs.h"
#include "sandbox/pages/html.h"

#include <string.h>

enum { MINUTES_MOST = 7 * 24 * 60 };

static void begin_page(struct text *page, const char *title)
{
    html_begin(page, title, 0);
    text_add(page, "<main class=\"card\">");
}

static void send_page(struct exchange *exchange, struct text *page, int status)
{
    text_add(page, "</main>");
    html_end(page);
    answer_header(exchange, "Cache-Control", "no-store");
    answer_text(exchange, status, HTML_TYPE, text_of(page));
}

static void show_accounts(const struct sandbox *sandbox, struct exchange *exchange,
                          const struct flow *flow)
{
    scoped(text_scoped) struct text page = TEXT_LIMIT(HTML_LIMIT);
    begin_page(&page, "Pick an account");
    html_addf(&page,
              "<h1>Pick an account</h1><p>to go on to <strong>%s</strong></p>"
              "<ul class=\"accounts\">",
              flow->asked.app->name);
    for (size_t i = 0; i < sandbox->tenant->persons_count; i++) {
        const struct person *person = sandbox->tenant->persons[i];
        if (person->deleted || person->mailbox)
            continue;
        html_addf(&page,
                  "<li><a href=\"/%s/login?flow=%s&amp;person=%s\"><strong>%s</strong>"
                  "<span>%s</span><span>%s%s</span></a></li>",
                  sandbox->tenant->id, flow->id, person->id, person->name, person->upn,
                  person->says ? person->says : "", person->enabled ? "" : " (account disabled)");
    }
    text_add(&page, "</ul><p class=\"small\">A stand-in for Microsoft Entra ID: nobody here has a "
                    "password.</p>");
    send_page(exchange, &page, 200);
}

static void add_choice(struct text *page, const char *name, const char *value, bool chosen,
                       const char *says)
{
    html_addf(page, "<label><input type=\"radio\" name=\"%s\" value=\"%s\"%s> %s</label>", name,
              value, chosen ? " checked" : "", says);
}

static void add_devices(const struct sandbox *sandbox, struct text *page,
                        const struct person *person)
{
    bool first = true;
    text_add(page, "<fieldset><legend>Device</legend>");
    for (size_t i = 0; i < sandbox->tenant->devices_count; i++) {
        const struct device *device = sandbox->tenant->devices[i];
        if (device->deleted || !text_equals(device->owner, person->id))
            continue;
        scoped(text_scoped) struct text says = TEXT_LIMIT(1024);
        text_addf(&says, "%s, %s: %s", device->name, device->system,
                  device_compliance_words(device));
        add_choice(page, "device", device->id, first, text_of(&says));
        first = false;
    }
    add_choice(page, "device", "", first, "A device that Entra does not know");
    text_add(page, "</fieldset>");
}

static void show_form(const struct sandbox *sandbox, struct exchange *exchange,
                      const struct flow *flow, const struct person *person)
{
    scoped(text_scoped) struct text page = TEXT_LIMIT(HTML_LIMIT);
    begin_page(&page, "Sign in");
    html_addf(&page,
              "<h1>Sign in as %s</h1><p class=\"small\">%s · <a href=\"/%s/login?flow=%s\">"
              "another account</a></p><form method=\"post\" action=\"/%s/login\">"
              "<input type=\"hidden\" name=\"flow\" value=\"%s\">"
              "<input type=\"hidden\" name=\"person\" value=\"%s\">"
              "<fieldset><legend>Multi-factor authentication</legend>",
              person->name, person->upn, sandbox->tenant->id, flow->id, sandbox->tenant->id,
              flow->id, person->id);
    add_choice(&page, "mfa", "passkey", true, "Passkey (phishing-resistant)");
    add_choice(&page, "mfa", "code", false, "Code from an app");
    add_choice(&page, "mfa", "none", false, "None: password only");
    html_addf(&page,
              "<label>done <input type=\"number\" name=\"minutes\" value=\"0\" min=\"0\" "
              "max=\"%d\"> minutes ago</label></fieldset>",
              MINUTES_MOST);
    add_devices(sandbox, &page, person);
    text_add(&page, "<fieldset><legend>Authentication context</legend>");
    add_choice(&page, "context", "ca", true, "As Conditional Access says");
    add_choice(&page, "context", "none", false, "None in the tokens");
    text_add(&page, "</fieldset><fieldset class=\"row\"><legend>User risk</legend>");
    add_choice(&page, "risk", "", true, "As it is");
    for (size_t i = 0; i < 4; i++)
        add_choice(&page, "risk", risk_levels[i], false, risk_levels[i]);
    text_add(&page, "</fieldset><button>Sign in</button> "
                    "<button class=\"plain\" name=\"cancel\" value=\"65004\">Cancel</button>"
                    "</form>");
    send_page(exchange, &page, 200);
}

void login_show(const struct sandbox *sandbox, struct exchange *exchange, const struct flow *flow,
                const struct person *person)
{
    if (person && !person->mailbox)
        show_form(sandbox, exchange, flow, person);
    else
        show_accounts(sandbox, exchange, flow);
}

static struct flow *find_flow(const struct sandbox *sandbox, struct exchange *exchange,
                              const char *id)
{
    if (!login_tenant(sandbox, exchange))
        return NULL;
    struct flow *flow = sign_ins_find_flow(sandbox->sign_ins, id);
    if (flow)
        exchange->app = flow->asked.app;
    else
        login_error_page(exchange, 400, 165000,
                         "This sign-in is over or never began. Go back to the application.");
    return flow;
}

void login_page(struct sandbox *sandbox, struct exchange *exchange)
{
    const struct flow *flow = find_flow(sandbox, exchange, exchange_query(exchange, "flow"));
    const char *person = exchange_query(exchange, "person");
    if (flow)
        login_show(sandbox, exchange, flow, person ? tenant_person(sandbox->tenant, person) : NULL);
}

/* Conditional Access, or the account itself, says no: the way back, or back to the application. */
static void show_refusal(const struct sandbox *sandbox, struct exchange *exchange,
                         const struct flow *flow, const struct person *person, int aadsts,
                         const char *says)
{
    scoped(text_scoped) struct text page = TEXT_LIMIT(HTML_LIMIT);
    begin_page(&page, "You cannot access this right now");
    html_addf(&page,
              "<h1>You cannot access this right now</h1><p class=\"wrong\">AADSTS%d</p><p>%s</p>"
              "<p class=\"small\">%s, for %s</p>"
              "<p><a href=\"/%s/login?flow=%s&amp;person=%s\">Back to sign-in</a></p>"
              "<form method=\"post\" action=\"/%s/login\">"
              "<input type=\"hidden\" name=\"flow\" value=\"%s\">"
              "<button class=\"plain\" name=\"cancel\" value=\"%d\">Return to %s without signing "
              "in</button></form>",
              aadsts, says, person->upn, flow->asked.app->name, sandbox->tenant->id, flow->id,
              person->id, sandbox->tenant->id, flow->id, aadsts, flow->asked.app->name);
    send_page(exchange, &page, 403);
    exchange->code = arena_text(exchange->arena, "AADSTS%d", aadsts);
}

static bool wrong_form(struct exchange *exchange, const char *says)
{
    login_error_page(exchange, 400, 90014, says);
    return false;
}

static bool read_evidence(const struct sandbox *sandbox, struct exchange *exchange,
                          const struct pairs *form, const struct person *person,
                          struct evidence *evidence)
{
    const char *mfa = pairs_get(form, "mfa"), *minutes = pairs_get(form, "minutes");
    const char *device_id = pairs_get(form, "device"), *context = pairs_get(form, "context");
    const struct device *device = device_id ? tenant_device(sandbox->tenant, device_id) : NULL;
    int64_t ago = 0;
    if (minutes && *minutes && !text_read_number(minutes, MINUTES_MOST, &ago))
        return wrong_form(exchange, "minutes must be a whole number, at most one week");
    if (device_id && *device_id && (!device || !text_equals(device->owner, person->id)))
        return wrong_form(exchange, "that device is not one of this person");
    *evidence = (struct evidence){
        .contexts = !text_equals(context, "none"),
        .at_ms = exchange->now_ms - ago * 60000,
        .address = "127.0.0.1",
    };
    if (text_equals(mfa, "passkey"))
        evidence->mfa = MFA_PASSKEY;
    else if (text_equals(mfa, "code"))
        evidence->mfa = MFA_CODE;
    else if (mfa && !text_equals(mfa, "none"))
        return wrong_form(exchange, "mfa must be passkey, code or none");
    memcpy(evidence->person, person->id, GUID_SIZE);
    if (device)
        memcpy(evidence->device, device->id, GUID_SIZE);
    guid_new(evidence->session);
    return true;
}

static bool read_sign_in_risk(struct exchange *exchange, const struct pairs *form,
                              struct evidence *evidence)
{
    const char *risk = pairs_get(form, "sign_in_risk");
    for (size_t i = 0; risk && i < COUNT(risk_levels); i++)
        if (text_equals(risk, risk_levels[i]))
            evidence->risk = risk_levels[i];
    return !risk || !*risk || evidence->risk ||
           wrong_form(exchange, "sign_in_risk must be none, low, medium, high or hidden");
}

static bool read_risk(struct exchange *exchange, const struct pairs *form, struct person *person)
{
    const char *risk = pairs_get(form, "risk");
    if (!risk || !*risk)
        return true;
    for (size_t i = 0; i < COUNT(risk_levels); i++) {
        if (!text_equals(risk, risk_levels[i]))
            continue;
        person_set_risk(person, risk_levels[i], exchange->now_ms);
        return true;
    }
    return wrong_form(exchange, "risk must be none, low, medium, high or hidden");
}

/* 0, or the AADSTS code of whatever stands against this sign-in. */
static int decide(const struct sandbox *sandbox, struct exchange *exchange,
                  const struct person *person, const struct evidence *evidence,
                  const struct access_asked *asked, const char **says)
{
    if (!person->enabled) {
        *says = "The user account is disabled.";
        return 50057;
    }
    return access_decide(sandbox, person, evidence, asked, exchange->now_ms, says);
}

/* Those that the client asked for in either token, unless the person leaves them out. */
static json_t *wanted_contexts(const struct flow *flow, const struct evidence *evidence)
{
    json_t *contexts = memory_needed(json_array());
    if (evidence->contexts) {
        (void)json_array_extend(contexts, flow->asked.id_contexts);
        (void)json_array_extend(contexts, flow->asked.api_contexts);
    }
    return contexts;
}

static void cancel(struct exchange *exchange, const struct flow *flow, const char *aadsts)
{
    int64_t number = 0;
    (void)text_read_number(aadsts, 999999, &number);
    bool declined = number == 65004;
    login_redirect_error(exchange, &flow->asked, "access_denied", (int)number,
                         declined ? "User declined to sign in."
                                  : "Access was refused, and the user went back.");
}

void login_submit(struct sandbox *sandbox, struct exchange *exchange)
{
    struct pairs form = {.arena = exchange->arena};
    if (!pairs_read(&form, exchange_body(exchange))) {
        (void)wrong_form(exchange, "the form is malformed");
        return;
    }
    const struct flow *flow = find_flow(sandbox, exchange, pairs_get(&form, "flow"));
    if (!flow)
        return;
    if (pairs_get(&form, "cancel")) {
        cancel(exchange, flow, pairs_get(&form, "cancel"));
        return;
    }
    const char *who = pairs_get(&form, "person");
    struct person *person = who ? tenant_person(sandbox->tenant, who) : NULL;
    struct evidence evidence;
    const char *says = NULL;
    if (!person || person->mailbox) {
        (void)wrong_form(exchange, "nobody of that name signs in here");
        return;
    }
    exchange->person = person;
    if (!read_evidence(sandbox, exchange, &form, person, &evidence) ||
        !read_sign_in_risk(exchange, &form, &evidence) || !read_risk(exchange, &form, person))
        return;
    json_auto_t *contexts = wanted_contexts(flow, &evidence);
    const struct access_asked asked = {flow->asked.resource, contexts, flow->asked.policies};
    int aadsts = decide(sandbox, exchange, person, &evidence, &asked, &says);
    logs_sign_in(sandbox, exchange, flow->asked.app, &evidence, contexts, aadsts, says);
    if (aadsts) {
        show_refusal(sandbox, exchange, flow, person, aadsts, says);
        return;
    }
    const struct session *session = sign_ins_session(sandbox->sign_ins, &evidence);
    answer_header(exchange, "Set-Cookie",
                  arena_text(exchange->arena, "sandbox_session=%s; Path=/; HttpOnly; SameSite=Lax",
                             session->cookie));
    login_finish(sandbox, exchange, flow, &session->evidence);
}
