/* jsm_auth.h: the ways to sign in to Jira, as plain data. Pure: nothing is sent from here.
 *
 *   basic            e-mail and API token, at the site's own address
 *                    (https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/)
 *   bearer           personal access token of a Data Center
 *                    (https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html)
 *   scoped           e-mail and API token with scopes; only at the gateway, the site's own address
 *                    answers 401
 *   service_account  OAuth 2.0 client credentials of a service account; the gateway; tokens live an
 *                    hour and there is no refresh token
 *                    (https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/)
 */
#ifndef COUNTERSIGN_JSM_AUTH_H
#define COUNTERSIGN_JSM_AUTH_H

#include "base/arena.h"
#include "base/buf.h"
#include "json/json_read.h"

/* X(suffix, name in the configuration, at the gateway) */
#define JSM_AUTHS(X)           \
    X(BASIC, "basic", false)   \
    X(BEARER, "bearer", false) \
    X(SCOPED, "scoped", true)  \
    X(SERVICE_ACCOUNT, "service_account", true)

enum jsm_auth {
#define X(suffix, name, gateway) JSM_AUTH_##suffix,
    JSM_AUTHS(X)
#undef X
        JSM_AUTH_COUNT
};

/* Names as they stand in the configuration, ending with NULL. */
extern const char *const JSM_AUTH_NAMES[JSM_AUTH_COUNT + 1];
/* Are calls made at the gateway, by cloud id, instead of at the site's own address? */
bool jsm_auth_at_gateway(enum jsm_auth auth);

/* Value of the Authorization header. who: the e-mail (basic, scoped), else ignored. secret: the
 * token; for a service account the access token that was given for its secret. Wipe it after use.
 */
void jsm_auth_header(struct buf *out, enum jsm_auth auth, struct str who, struct str secret);

/* Body of the POST that asks for an access token (RFC 6749 §4.4, as JSON). Wipe it after use. */
void jsm_auth_token_body(struct buf *out, struct str client_id, struct str client_secret);

struct jsm_token {
    struct str value;
    int64_t lives_ms;
};
/* The answer to it: {"access_token","expires_in" (seconds),"token_type":"Bearer"}. False: no token
 * in it, with the other side's word for it (`error`, `error_description`) and never the token. */
MUST_CHECK bool jsm_auth_token_read(const struct json *body, struct jsm_token *ret,
                                    struct err *err);
/* How long before its end a token is replaced: a tenth of its life, at least two minutes where it
 * lives that long, less up to a tenth of that by `random`, so that replicas do not ask all at once.
 */
int64_t jsm_auth_renew_before_ms(int64_t lives_ms, uint64_t random);

/* Path of the question for a site's cloud id, without credentials, and its answer {"cloudId"}.
 * Empty: not an id that could go into an address. */
#define JSM_TENANT_INFO "/_edge/tenant_info"
struct str jsm_auth_cloud_id(const struct json *body);
/* "https://api.atlassian.com" and "1324…" to "https://api.atlassian.com/ex/jira/1324…". */
struct str jsm_auth_gateway(struct arena *a, struct str gateway, struct str cloud_id);

#endif
