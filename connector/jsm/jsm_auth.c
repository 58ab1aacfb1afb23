#include "jsm/jsm_auth.h"

#include <string.h>

#include "base/codecs.h"
#include "json/json_write.h"

enum {
    PLAIN_BYTES = 8 * 1024,
    TOKEN_MAX = 16 * 1024,
    CLOUD_ID_MAX = 64,
    RENEW_MIN_MS = 120 * 1000,
};

const char *const JSM_AUTH_NAMES[JSM_AUTH_COUNT + 1] = {
#define X(suffix, name, gateway) name,
    JSM_AUTHS(X)
#undef X
        NULL,
};
static const bool AT_GATEWAY[] = {
#define X(suffix, name, gateway) gateway,
    JSM_AUTHS(X)
#undef X
};

bool jsm_auth_at_gateway(enum jsm_auth auth)
{
    return AT_GATEWAY[auth];
}

void jsm_auth_header(struct buf *out, enum jsm_auth auth, struct str who, struct str secret)
{
    AUTO(drop_buf) struct buf plain;

    if (auth == JSM_AUTH_BEARER || auth == JSM_AUTH_SERVICE_ACCOUNT) {
        buf_add_c(out, "Bearer ");
        buf_add_str(out, secret);
        return;
    }
    buf_init(&plain, PLAIN_BYTES);
    buf_add_str(&plain, who);
    buf_add_byte(&plain, ':');
    buf_add_str(&plain, secret);
    buf_add_c(out, "Basic ");
    base64_encode(out, buf_str(&plain));
    explicit_bzero(plain.p, plain.len);
}

void jsm_auth_token_body(struct buf *out, struct str client_id, struct str client_secret)
{
    struct json_out json;

    json_begin(&json, out);
    json_open_object(&json);
    json_str_member(&json, "grant_type", STR("client_credentials"));
    json_str_member(&json, "client_id", client_id);
    json_str_member(&json, "client_secret", client_secret);
    json_close_object(&json);
}

/* What goes into a header must not end it. */
static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] > '~')
            return false;
    return s.len > 0 && s.len <= TOKEN_MAX;
}

bool jsm_auth_token_read(const struct json *body, struct jsm_token *ret, struct err *err)
{
    struct str error = json_path_str(body, "error");
    struct str words = json_path_str(body, "error_description");
    int64_t seconds = 0;

    if (error.len)
        return FAIL(err, ERR_REFUSED, "the token was refused: %.*s %.*s", STR_ARG(error),
                    STR_ARG(words));
    *ret = (struct jsm_token){.value = json_path_str(body, "access_token")};
    if (!is_token(ret->value))
        return FAIL(err, ERR_INPUT, "an answer without access_token");
    if (!json_i64(json_member(body, "expires_in"), &seconds) || seconds <= 0 || seconds > 86400)
        return FAIL(err, ERR_INPUT, "an access token without a life (expires_in)");
    ret->lives_ms = seconds * 1000;
    return true;
}

int64_t jsm_auth_renew_before_ms(int64_t lives_ms, uint64_t random)
{
    int64_t before = lives_ms / 10;

    if (before < RENEW_MIN_MS && lives_ms > 2 * RENEW_MIN_MS)
        before = RENEW_MIN_MS;
    return before - (int64_t)(random % (uint64_t)(before / 10 + 1));
}

struct str jsm_auth_cloud_id(const struct json *body)
{
    struct str id = json_path_str(body, "cloudId");

    for (size_t i = 0; i < id.len; i++) {
        char c = id.p[i];
        bool good =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        if (!good)
            return STR("");
    }
    return id.len <= CLOUD_ID_MAX ? id : STR("");
}

struct str jsm_auth_gateway(struct arena *a, struct str gateway, struct str cloud_id)
{
    return arena_printf(a, "%.*s/ex/jira/%.*s", STR_ARG(gateway), STR_ARG(cloud_id));
}
