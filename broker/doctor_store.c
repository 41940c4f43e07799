/* The store and the keys beside it, and whether they belong together. */
#include "doctor_checks.h"

#include "access/keys.h"
#include "access/ledger.h"
#include "store/events.h"
#include "store/store.h"

#include <sys/stat.h>

static bool is_there(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

/* Without keys there is nothing to hold the store against. */
static bool open_keys(struct doctor *doctor, struct keys **ret)
{
    const char *folder = doctor->settings->keys;
    struct reason why = {0};
    if (!is_there(folder))
        return false; /* keys_open would make it */
    if (keys_open(folder, "", false, ret, &why) == FAIL_NONE) {
        doctor_found(doctor, HEALTH_OK, "keys", NULL, NULL,
                     "The keys in %s can be read, by nobody else.", folder);
        return true;
    }
    doctor_found(doctor, HEALTH_WRONG, "keys", NULL,
                 "Put back the keys that belong to the store, owned by Curfew's user with mode 600 "
                 "in a folder of mode 700; run doctor as that user.",
                 "%s.", why.text);
    return false;
}

/* The highest checkpoint was read before the store, which can only have grown since. */
static void judge_history(struct doctor *doctor, struct keys *keys, struct store *store)
{
    scoped(ledger_scoped) struct ledger *ledger = NULL;
    struct checkpoint own;
    struct reason why = {0};
    bool sound = false;
    if (ledger_open(keys, store, &ledger, &sound, &why)) {
        doctor_found(doctor, HEALTH_WRONG, "history", NULL,
                     "Put back the newest backup whose history is whole, with its keys.", "%s.",
                     why.text);
        return;
    }
    ledger_checkpoint(ledger, &own);
    if (sound)
        doctor_found(doctor, HEALTH_OK, "history", NULL, NULL,
                     "The store's %lld events are those that were recorded, with none missing.",
                     (long long)own.size);
    else
        doctor_found(
            doctor, HEALTH_WRONG, "history", NULL,
            "Put back the newer store; if it is lost, `curfew accept-store` takes this one "
            "for good.",
            "Curfew would start in safe mode and grant nothing: %s.", why.text);
}

static void found_no_store(struct doctor *doctor, const struct keys *keys)
{
    if (keys && keys_highest(keys)->size)
        doctor_found(doctor, HEALTH_WRONG, "store", NULL,
                     "Put back the store that belongs to these keys.",
                     "%s is not there, but %lld events were recorded in it.",
                     doctor->settings->store, (long long)keys_highest(keys)->size);
    else
        doctor_found(doctor, HEALTH_WARNING, "store", NULL,
                     "The first start makes it. If Curfew ran before: put back store and keys.",
                     "There is no store %s yet.", doctor->settings->store);
}

static void found_unfit(struct doctor *doctor, enum fail fail, const struct reason *why)
{
    const char *mend =
        fail == FAIL_CONFLICT
            ? "An older store is brought up by the next start of this program; a newer one needs "
              "the newer program."
            : "Check who owns the file, and run doctor as Curfew's user; where it is damaged, put "
              "back the newest backup.";
    doctor_found(doctor, HEALTH_WRONG, "store", NULL, mend, "%s.", why->text);
}

/* Keys are made at the first start; beside a store that is not empty they were lost. */
static void judge_missing_keys(struct doctor *doctor, struct store *store)
{
    struct stored_head head = {0};
    struct reason why = {0};
    if (store_head(store, doctor->arena, &head, &why) == FAIL_NONE && head.size)
        doctor_found(doctor, HEALTH_WRONG, "keys", NULL,
                     "Put back the keys that belong to the store.",
                     "There are no keys in %s, but %lld events were recorded with them.",
                     doctor->settings->keys, (long long)head.size);
}

void doctor_store(struct doctor *doctor)
{
    scoped(keys_scoped) struct keys *keys = NULL;
    scoped(store_scoped) struct store *store = NULL;
    struct reason why = {0};
    const char *url = doctor->settings->store;
    bool can_be_held = open_keys(doctor, &keys);
    enum fail fail = store_look(url, &store, &why);
    if (fail == FAIL_NOT_FOUND) {
        found_no_store(doctor, keys);
        return;
    }
    if (fail) {
        found_unfit(doctor, fail, &why);
        return;
    }
    doctor_found(doctor, HEALTH_OK, "store", NULL, NULL,
                 "%s is whole, and of this program's version.", url);
    if (can_be_held)
        judge_history(doctor, keys, store);
    else if (!is_there(doctor->settings->keys))
        judge_missing_keys(doctor, store);
}
