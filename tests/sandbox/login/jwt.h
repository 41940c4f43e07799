/* JSON web tokens in compact form (RFC 7515, 7519): written, and taken apart. */
#pragma once

#include "base/arena.h"
#include "sandbox/login/keys.h"

#include <jansson.h>

/* Signs with RS256. `header` gets alg, typ and kid where it has none. */
char *jwt_write(struct arena *arena, EVP_PKEY *key, const char *kid, json_t *header,
                const json_t *claims);
/* As Graph's own tokens are: what is signed has a hash where the sent header has the nonce, so
   that nobody but Graph can check the signature. */
char *jwt_write_for_graph(struct arena *arena, const struct keys *keys, const json_t *claims);

struct jwt {
    json_t *header, *claims;
    const char *text;
    size_t signed_length; /* of the two parts that are signed */
    uint8_t signature[SIGNATURE_LIMIT];
    size_t signature_length;
};

/* False when it is not three parts of the right form; the signature is not checked. */
bool jwt_read(const char *text, struct jwt *jwt);
void jwt_scoped(struct jwt *jwt);
bool jwt_signed_by(const struct jwt *jwt, EVP_PKEY *key, enum signing signing);
bool jwt_signed_for_graph(const struct jwt *jwt, const struct keys *keys);
