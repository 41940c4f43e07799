/* The app registration and its tenant, as every step of sign-in needs them. Only for this folder.
 */
#pragma once

#include "base/id.h"
#include "identity/credential.h"
#include "identity/provider.h"
#include "outbound/throttle.h"

struct registration {
    struct loop *loop; /* borrowed */
    char tenant_id[GUID_SIZE], client_id[GUID_SIZE];
    char *redirect_uri, *scope;
    bool private_peer;
    struct credential *credential;
    struct provider *provider; /* of ID tokens: version 2.0 */
    struct provider
        *api_provider;        /* of tokens for Curfew's own API, version 1.0; NULL: not asked */
    struct throttle throttle; /* of the login service */
};
