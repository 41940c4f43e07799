#include "identity/credential.h"

#include "base/memory.h"
#include "base/moment.h"
#include "base/secret.h"
#include "identity/assertion.h"
#include "identity/fields.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_LIMIT = 16 * 1024 };

struct credential {
    char *client_id, *certificate, *key, *secret, *federated_token;
};

static void close_scoped(int *file)
{
    if (*file >= 0)
        (void)close(*file);
}

/* Kubernetes gives this file, as a link and with a mode of its own choice, and changes it every
   hour; so the rules of secret_read are not asked of it. */
static enum fail read_federated_token(const char *path, struct secret **ret, struct reason *why)
{
    scoped(close_scoped) int file = open(path, O_RDONLY | O_CLOEXEC);
    scoped(secret_scoped) struct secret *token = secret_new(TOKEN_LIMIT);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
        return because(why, FAIL_INVALID, "%s is not a file that can be read", path);
    ssize_t length = read(file, token->bytes, TOKEN_LIMIT);
    while (length > 0 && strchr("\r\n", token->bytes[length - 1]))
        length--;
    if (length <= 0 || length == TOKEN_LIMIT)
        return because(why, FAIL_INVALID, "%s must hold a token of less than %d bytes", path,
                       TOKEN_LIMIT);
    *ret = secret_copy(token->bytes, (size_t)length);
    return FAIL_NONE;
}

enum fail credential_add(const struct credential *credential, const char *token_endpoint,
                         int64_t now, struct text *form, struct reason *why)
{
    scoped(secret_scoped) struct secret *proof = NULL;
    enum fail fail;
    if (credential->secret)
        fail = secret_read_line(credential->secret, &proof, why);
    else if (credential->federated_token)
        fail = read_federated_token(credential->federated_token, &proof, why);
    else
        fail = assertion_sign(credential->certificate, credential->key, credential->client_id,
                              token_endpoint, now, &proof, why);
    if (fail)
        return fail;
    if (credential->secret) {
        fields_add(form, "client_secret", secret_text(proof));
        return FAIL_NONE;
    }
    fields_add(form, "client_assertion_type",
               "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    fields_add(form, "client_assertion", secret_text(proof));
    return FAIL_NONE;
}

static enum fail check_kinds(const struct credential_files *files, struct reason *why)
{
    int kinds = (files->certificate || files->key) + (files->secret != NULL) +
                (files->federated_token != NULL);
    if (kinds == 1 && !files->certificate == !files->key)
        return FAIL_NONE;
    return because(why, FAIL_INVALID,
                   "give a certificate with its key, or a secret, or a federated token");
}

enum fail credential_new(const struct credential_files *files, const char *client_id,
                         struct credential **ret, struct reason *why)
{
    enum fail fail = check_kinds(files, why);
    if (fail)
        return fail;
    scoped(credential_scoped) struct credential *credential = MEMORY_NEW(struct credential);
    credential->client_id = memory_copy(client_id);
    credential->certificate = memory_copy(files->certificate);
    credential->key = memory_copy(files->key);
    credential->secret = memory_copy(files->secret);
    credential->federated_token = memory_copy(files->federated_token);
    scoped(fields_scoped) struct text trial = fields_new();
    fail = credential_add(credential, "https://localhost/", moment_now(), &trial, why);
    if (fail)
        return fail;
    *ret = take(credential);
    return FAIL_NONE;
}

void credential_free(struct credential *credential)
{
    if (!credential)
        return;
    free(credential->client_id);
    free(credential->certificate);
    free(credential->key);
    free(credential->secret);
    free(credential->federated_token);
    free(credential);
}
