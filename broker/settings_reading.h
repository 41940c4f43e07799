/* What the two files that read settings share. */
#pragma once

#include "settings.h"

enum kind {
    KIND_LISTEN,
    KIND_URL,
    KIND_PATH,
    KIND_TEXT,
    KIND_GUID,
    KIND_STORE,
    KIND_CLOUD,
    KIND_API_TOKEN,
    KIND_ACTIVATION,
    KIND_NUMBER,
    KIND_SPAN,
    KIND_NETWORKS,
    KIND_CONTEXTS,
    KIND_CHANNELS,
    KIND_TICKET,
};

struct row {
    const char *key;
    enum kind kind;
    size_t offset;
    const char *fallback;
    const char *meaning;
};

/* What one value is read with: its row, its complaints, and the folder that relative paths start
 * at. */
struct reading_row {
    const struct row *row;
    struct complaints *complaints;
    const char *folder;
    void *to;
};

/* What stands in the file, for a complaint; never what may hide a secret inside. */
const char *setting_found(const struct reading_row *r, const json_t *value);
/* A path, from the folder of the settings on. */
const char *setting_path(const struct reading_row *r, const char *path);
/* scheme://host[:port] and nothing behind it; plain http only where it never leaves the machine.
   Otherwise it is complained of. */
bool setting_is_url(const struct reading_row *r, const char *text);

void setting_read_contexts(const struct reading_row *r, const json_t *value);
void setting_read_channels(const struct reading_row *r, const json_t *value);
void setting_read_ticket(const struct reading_row *r, const json_t *value);
