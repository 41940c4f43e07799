/* The program `curfew`: its subcommands, in one table. */
#include "access/token_check.h"
#include "audit/verify.h"
#include "base/file.h"
#include "base/moment.h"
#include "base/text.h"
#include "doctor.h"
#include "outbound/probe.h"
#include "policies/policy.h"
#include "policy_replay.h"
#include "policy_try.h"
#include "serve.h"
#include "settings.h"
#include "store/store.h"

#include <jansson.h>
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FINE = 0, ANSWER_IS_NO = 1, USAGE = 2, COULD_NOT_TELL = 3 };

struct command {
    const char *name;  /* one word, or two */
    const char *usage; /* what follows it */
    const char *says;
    int (*run)(int count, char **words);
};
static const struct command commands[];

static int usage(const char *wrong)
{
    if (wrong)
        (void)fprintf(stderr, "curfew: %s\n", wrong);
    (void)fprintf(stderr, "usage:\n");
    for (const struct command *command = commands; command->name; command++)
        (void)fprintf(stderr, "  curfew %s%s%s\n      %s\n", command->name,
                      *command->usage ? " " : "", command->usage, command->says);
    return USAGE;
}

/* The value behind `--name`, taken out of the words; NULL when it is not there. */
static const char *option(int *count, char **words, const char *name)
{
    for (int i = 0; i + 1 < *count; i++) {
        if (!text_equals(words[i], name))
            continue;
        const char *value = words[i + 1];
        for (int k = i + 2; k < *count; k++)
            words[k - 2] = words[k];
        *count -= 2;
        return value;
    }
    return NULL;
}

/* Whether `--name` stands there, taken out of the words. */
static bool flag(int *count, char **words, const char *name)
{
    for (int i = 0; i < *count; i++) {
        if (!text_equals(words[i], name))
            continue;
        for (int k = i + 1; k < *count; k++)
            words[k - 1] = words[k];
        *count -= 1;
        return true;
    }
    return false;
}

/* Reads the settings named by --config; says what is wrong with them. `most` words may stay. */
static struct settings *settings_of(int *count, char **words, int most, int *code)
{
    const char *path = option(count, words, "--config");
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct complaints complaints = {.arena = arena};
    struct settings *settings = NULL;
    struct reason why = {0};
    if (!path || *count > most) {
        *code = usage(path ? "a word that is not known" : "--config FILE is missing");
        return NULL;
    }
    if (settings_read(path, &settings, &complaints, &why) == FAIL_NONE)
        return settings;
    for (size_t i = 0; i < complaints_kept(&complaints); i++)
        (void)fprintf(stderr, "%s: %s: %s\n", path, complaints.list[i].field,
                      complaints.list[i].says);
    if (!complaints.count)
        (void)fprintf(stderr, "%s: %s\n", path, why.text);
    *code = ANSWER_IS_NO;
    return NULL;
}

static int command_serve(int count, char **words)
{
    int code = FINE;
    struct reason why = {0};
    scoped(settings_scoped) struct settings *settings = settings_of(&count, words, 0, &code);
    if (!settings)
        return code;
    if (serve(settings, &code, &why) == FAIL_NONE)
        return code;
    (void)fprintf(stderr, "curfew does not start: %s\n", why.text);
    return ANSWER_IS_NO;
}

static int command_health(int count, char **words)
{
    int code = FINE;
    struct reason why = {0};
    scoped(settings_scoped) struct settings *settings = settings_of(&count, words, 0, &code);
    if (!settings)
        return code;
    bool tls = settings->tls_certificate_file != NULL;
    if (probe(settings->listen, tls, "/healthz", &why) == FAIL_NONE)
        return FINE;
    (void)fprintf(stderr, "not healthy: %s\n", why.text);
    return ANSWER_IS_NO;
}

static int command_doctor(int count, char **words)
{
    bool json = flag(&count, words, "--json");
    const char *config = option(&count, words, "--config");
    if (!config || count)
        return usage(config ? "a word that is not known" : "--config FILE is missing");
    return doctor(config, json, stdout);
}

static int command_settings(int count, char **words)
{
    (void)words;
    if (count)
        return usage("settings takes no words");
    scoped(text_scoped) struct text table = TEXT_LIMIT(64 * 1024);
    settings_print(&table);
    (void)fputs(text_of(&table), stdout);
    return FINE;
}

static void print_complaints(const struct complaints *complaints, const struct reason *why,
                             FILE *to)
{
    for (size_t i = 0; i < complaints_kept(complaints); i++)
        (void)fprintf(to, "%s: %s\n", complaints->list[i].field, complaints->list[i].says);
    if (!complaints->count)
        (void)fprintf(to, "%s\n", why->text);
}

static int code_of(enum verdict verdict)
{
    return verdict == VERDICT_PASS ? FINE : verdict == VERDICT_FAIL ? ANSWER_IS_NO : COULD_NOT_TELL;
}

/* What a command about policies found; its exit code. */
static int told(enum fail fail, enum verdict verdict, const struct text *report,
                const struct complaints *complaints, const struct reason *why)
{
    (void)fputs(text_of(report), stdout);
    if (!fail)
        return code_of(verdict);
    print_complaints(complaints, why, stderr);
    return fail == FAIL_INVALID ? USAGE : COULD_NOT_TELL;
}

static int command_policy_try(int count, char **words)
{
    int code = FINE;
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(settings_scoped) struct settings *settings = NULL;
    struct complaints complaints = {.arena = arena};
    struct reason why = {0};
    enum verdict verdict = VERDICT_UNKNOWN;
    struct trial trial = {
        .facts = option(&count, words, "--facts"),
        .person = option(&count, words, "--person"),
        .roles = option(&count, words, "--role"),
        .duration = option(&count, words, "--for"),
        .justification = option(&count, words, "--why"),
        .ticket = option(&count, words, "--ticket"),
        .start = option(&count, words, "--start"),
    };
    bool live = count > 1;
    if (live && !(settings = settings_of(&count, words, 1, &code)))
        return code;
    if (count != 1 || !trial.roles || (!trial.facts && !(trial.person && settings)))
        return usage("policy try takes a folder, --role, and --facts or --person with --config");
    trial.folder = words[0];
    trial.settings = settings;
    scoped(text_scoped) struct text report = TEXT_LIMIT(1024 * 1024);
    enum fail fail = policy_try(&trial, &report, &verdict, &complaints, &why);
    return told(fail, verdict, &report, &complaints, &why);
}

static int command_policy_replay(int count, char **words)
{
    enum { USUAL_DAYS = 30, DAYS_MOST = 3650 };
    int code = FINE;
    int64_t days = USUAL_DAYS;
    enum verdict verdict = VERDICT_UNKNOWN;
    struct reason why = {0};
    scoped(arena_scoped) struct arena *arena = arena_new();
    struct complaints complaints = {.arena = arena};
    const char *wanted = option(&count, words, "--days");
    if (wanted && (!text_read_number(wanted, DAYS_MOST, &days) || !days))
        return usage("--days takes a number of days");
    scoped(settings_scoped) struct settings *settings = settings_of(&count, words, 1, &code);
    if (!settings)
        return code;
    if (count != 1)
        return usage("policy replay takes the folder of a draft");
    scoped(text_scoped) struct text report = TEXT_LIMIT(4 * 1024 * 1024);
    enum fail fail = policy_replay(settings, words[0], days, &report, &verdict, &complaints, &why);
    return told(fail, verdict, &report, &complaints, &why);
}

static int command_policy_check(int count, char **words)
{
    scoped(arena_scoped) struct arena *arena = arena_new();
    scoped(policy_scoped) struct policy *policy = NULL;
    struct complaints complaints = {.arena = arena}, warnings = {.arena = arena};
    struct reason why = {0};
    bool strict = flag(&count, words, "--strict");
    if (count != 1)
        return usage("policy check takes one folder");
    if (policy_check(words[0], &policy, &complaints, &warnings, &why) == FAIL_NONE) {
        for (size_t i = 0; i < complaints_kept(&warnings); i++)
            printf("warning: %s: %s\n", warnings.list[i].field, warnings.list[i].says);
        if (warnings.count > complaints_kept(&warnings))
            printf("warning: and %zu more\n", warnings.count - complaints_kept(&warnings));
        printf("%s: %zu roles, %s\n", words[0], policy_role_count(policy), policy_version(policy));
        return strict && warnings.count ? ANSWER_IS_NO : FINE;
    }
    print_complaints(&complaints, &why, stdout);
    return ANSWER_IS_NO;
}

static int command_verify(int count, char **words)
{
    struct verify_options options = {.now = moment_now(), .check_token = token_check};
    struct verified verdict;
    const char *policy = option(&count, words, "--policy"),
               *previous = option(&count, words, "--prev");
    const char *age = option(&count, words, "--max-age");
    if (age && !span_read(age, &options.most_seconds))
        return usage("--max-age takes a duration such as PT2H");
    if (count != 1)
        return usage("audit verify takes one bundle");
    verify_files(words[0], policy, previous, &options, &verdict);
    scoped(text_scoped) struct text report = TEXT_LIMIT(64 * 1024);
    verify_report(&verdict, &report);
    (void)fputs(text_of(&report), stdout);
    return (int)verdict.code;
}

static int command_backup(int count, char **words)
{
    int code = FINE;
    struct reason why = {0};
    scoped(settings_scoped) struct settings *settings = settings_of(&count, words, 1, &code);
    if (!settings)
        return code;
    if (count != 1 || words[0][0] == '-')
        return usage("backup takes the file to write");
    const char *to = words[0];
    if (stores_backup(settings->store, to, &why) == FAIL_NONE) {
        printf("%s holds a copy of %s. Keep the keys in %s apart from it.\n", to, settings->store,
               settings->keys);
        return FINE;
    }
    (void)fprintf(stderr, "no backup: %s\n", why.text);
    return COULD_NOT_TELL;
}

static int command_export(int count, char **words)
{
    int code = FINE;
    struct reason why = {0};
    const char *format = option(&count, words, "--format");
    if (format && !export_knows(format))
        return usage("the format must be csv, jsonl or bundle");
    scoped(settings_scoped) struct settings *settings = settings_of(&count, words, 0, &code);
    if (!settings)
        return code;
    if (export_to(settings, format ? format : "bundle", stdout, &why) == FAIL_NONE)
        return FINE;
    (void)fprintf(stderr, "no export: %s\n", why.text);
    return COULD_NOT_TELL;
}

static int command_accept(int count, char **words)
{
    int code = FINE;
    struct reason why = {0};
    scoped(text_scoped) struct text says = TEXT_LIMIT(4096);
    scoped(settings_scoped) struct settings *settings = settings_of(&count, words, 0, &code);
    if (!settings)
        return code;
    enum fail fail = accept_store(settings, &says, &why);
    (void)fputs(text_of(&says), stdout);
    if (!fail)
        return FINE;
    (void)fprintf(stderr, "not accepted: %s\n", why.text);
    return COULD_NOT_TELL;
}

static int command_version(int count, char **words)
{
    (void)words;
    if (count)
        return usage("version takes no words");
    printf("curfew %s\n", CURFEW_VERSION);
    return FINE;
}

static const struct command commands[] = {
    {"serve", "--config FILE", "Serves until TERM.", command_serve},
    {"health", "--config FILE", "Asks the one that serves whether it is alive.", command_health},
    {"doctor", "--config FILE [--json]",
     "Says what is wrong with settings, keys, store, permissions and the tenant, and what to do.",
     command_doctor},
    {"settings", "", "Prints every setting with its default and meaning.", command_settings},
    {"policy check", "FOLDER [--strict]",
     "Reads the policy files of a folder and says what is wrong, and warns of what is hardly "
     "meant; with --strict that is a no as well.",
     command_policy_check},
    {"policy try",
     "FOLDER --role ID[,ID…] (--facts FILE | --config FILE --person OID [--facts FILE]) "
     "[--for SPAN] [--why TEXT] [--ticket T] [--start MOMENT]",
     "Says whether somebody would get the roles now, why, and who would be asked.",
     command_policy_try},
    {"policy replay", "DRAFT --config FILE [--days 30]",
     "Says what a draft of the policy would change for the requests of the last days, and which of "
     "them nobody could approve.",
     command_policy_replay},
    {"audit verify", "[--policy FILE] [--prev CHECKPOINT] [--max-age SPAN] BUNDLE",
     "Checks a proof bundle offline; the exit code says what is wrong.", command_verify},
    {"audit export", "--config FILE [--format csv|jsonl|bundle]",
     "Writes the whole history to standard output.", command_export},
    {"backup", "FILE --config FILE", "Copies the store while it is in use.", command_backup},
    {"accept-store", "--config FILE", "Takes a restored store for good, which ends safe mode.",
     command_accept},
    {"version", "", "Prints the version.", command_version},
    {0},
};

/* Nothing of this process may be read by others, or be left behind by a crash. */
static void harden(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)umask(0077);
}

/* What was freed is kept for the next call, up to so much a thread: giving it back and asking for
 * it again costs a tenth of each call. */
static void keep_memory(void)
{
    enum { KEPT = 2 * 1024 * 1024 };
    (void)mallopt(M_TRIM_THRESHOLD, KEPT);
}

int main(int count, char **words)
{
    harden();
    keep_memory();
    if (sodium_init() < 0)
        return COULD_NOT_TELL;
    json_object_seed(0);
    for (const struct command *command = commands; command->name; command++) {
        const char *second = strchr(command->name, ' ');
        size_t first = second ? (size_t)(second - command->name) : strlen(command->name);
        int taken = second ? 2 : 1;
        if (count <= taken || strlen(words[1]) != first ||
            strncmp(words[1], command->name, first) != 0 ||
            (second && !text_equals(words[2], second + 1)))
            continue;
        return command->run(count - taken - 1, words + taken + 1);
    }
    return usage(count > 1 ? "no such command" : NULL);
}
