/* Who sent a delivery: the proofs of jsm_hook.h. */
#include "base/codecs.h"
#include "base/limits.h"
#include "jsm/jsm_hook.h"
#include "json/json_read.h"

enum { TOKEN_ARENA = 256 * 1024, TOKEN_DEPTH = 4 };

static bool is_any_of(struct hmac *const *keys, size_t key_count, struct str data,
                      const uint8_t given[SHA256_BYTES])
{
    uint8_t wanted[SHA256_BYTES];
    bool matches = false;

    for (size_t i = 0; i < key_count; i++) {
        hmac_sign(keys[i], data, wanted);
        matches |= equal_const_time(given, wanted, sizeof wanted);
    }
    return matches;
}

bool jsm_hook_is_signed(struct hmac *const *keys, size_t key_count, struct str header,
                        struct str body)
{
    const struct str METHOD = STR("sha256=");
    uint8_t given[SHA256_BYTES];

    if (!str_starts(header, METHOD))
        return false;
    if (!hex_decode(str_n(header.p + METHOD.len, header.len - METHOD.len), given, sizeof given))
        return false;
    return is_any_of(keys, key_count, body, given);
}

/* --- the token of an app --- */

/* RFC 7515: base64 of another alphabet, without padding. Appended to `out`. */
static bool decode_part(struct buf *out, struct str part)
{
    AUTO(drop_buf) struct buf plain;

    buf_init(&plain, JSM_HOOK_TOKEN_MAX + 4);
    for (size_t i = 0; i < part.len; i++) {
        char c = part.p[i];
        if (c == '+' || c == '/' || c == '=')
            return false;
        buf_add_byte(&plain, (char)(c == '-' ? '+' : c == '_' ? '/' : c));
    }
    while (plain.len % 4)
        buf_add_byte(&plain, '=');
    return part.len && !plain.over && base64_decode(out, buf_str(&plain));
}

static const struct json *read_part(struct arena *arena, struct str part)
{
    AUTO(drop_buf) struct buf text;
    const struct json *v = NULL;
    struct err err = {0};

    buf_init(&text, JSM_HOOK_TOKEN_MAX);
    if (!decode_part(&text, part) || !json_parse_deep(arena, buf_str(&text), TOKEN_DEPTH, &v, &err))
        return NULL;
    return v;
}

/* Absent is fine, present must be a number of seconds that has come. */
static bool has_come(const struct json *claims, const char *name, int64_t now_s)
{
    int64_t at = 0;

    return !json_member(claims, name) ||
           (json_i64(json_member(claims, name), &at) && at <= now_s + JSM_HOOK_SKEW_S);
}

/* SHA-256 of "POST&PATH&QUERY": the request it was made for. */
static bool is_of_request(const struct json *claims, struct str path, struct str query)
{
    uint8_t given[SHA256_BYTES], wanted[SHA256_BYTES];
    AUTO(drop_buf) struct buf request;

    if (!json_member(claims, "qsh"))
        return true;
    buf_init(&request, LIMIT_HTTP_HEADER_BYTES);
    buf_add_c(&request, "POST&");
    buf_add_str(&request, path);
    buf_add_c(&request, "&");
    digest_sha256(buf_str(&request), wanted);
    return !query.len && !request.over &&
           hex_decode(json_path_str(claims, "qsh"), given, sizeof given) &&
           equal_const_time(given, wanted, sizeof wanted);
}

static bool claims_hold(struct arena *arena, struct str head, struct str payload, struct str path,
                        struct str query, int64_t now_ms)
{
    const struct json *header = read_part(arena, head), *claims = read_part(arena, payload);
    int64_t now_s = now_ms / 1000, exp = 0;

    if (!str_eq_c(json_path_str(header, "alg"), "HS256") || json_member(header, "crit"))
        return false;
    if (!json_i64(json_member(claims, "exp"), &exp) || exp <= now_s - JSM_HOOK_SKEW_S)
        return false;
    return has_come(claims, "nbf", now_s) && has_come(claims, "iat", now_s) &&
           is_of_request(claims, path, query);
}

bool jsm_hook_token_holds(struct hmac *const *keys, size_t key_count, struct str authorization,
                          struct str path, struct str query, int64_t now_ms)
{
    struct str token = authorization, scheme = str_cut(&token, ' ');
    AUTO(drop_buf) struct buf signature;
    bool known = str_eq_nocase(scheme, STR("JWT")) || str_eq_nocase(scheme, STR("Bearer"));

    if (!known || token.len > JSM_HOOK_TOKEN_MAX)
        return false;
    struct str rest = token, head = str_cut(&rest, '.'), payload = str_cut(&rest, '.');
    buf_init(&signature, SHA256_BYTES);
    if (!head.len || !payload.len || !decode_part(&signature, rest) ||
        signature.len != SHA256_BYTES)
        return false;
    struct str told = str_n(token.p, head.len + 1 + payload.len);
    if (!is_any_of(keys, key_count, told, (const uint8_t *)signature.p))
        return false;
    struct arena *arena = arena_new(TOKEN_ARENA);
    bool holds = claims_hold(arena, head, payload, path, query, now_ms);
    arena_free(arena);
    return holds;
}

/* --- the secret of a rule --- */

/* Digests are compared: the time tells neither content nor length. */
static bool is_shared(const struct jsm_hook_keys *keys, struct str given)
{
    uint8_t digest[SHA256_BYTES];
    bool matches = false;

    digest_sha256(given, digest);
    for (size_t i = 0; i < keys->shared_count; i++)
        matches |= equal_const_time(digest, keys->shared[i], sizeof digest);
    return matches;
}

enum jsm_hook_sender jsm_hook_sender_of(const struct jsm_hook_keys *keys,
                                        const struct jsm_hook_proof *p)
{
    if (p->signatures) {
        bool holds = p->signatures == 1 &&
                     jsm_hook_is_signed(keys->signing, keys->signing_count, p->signature, p->body);
        return holds ? JSM_HOOK_SIGNED : JSM_HOOK_NOBODY;
    }
    if (p->authorizations) {
        bool holds = p->authorizations == 1 &&
                     jsm_hook_token_holds(keys->app, keys->app_count, p->authorization, p->path,
                                          p->query, p->now_ms);
        return holds ? JSM_HOOK_APP : JSM_HOOK_NOBODY;
    }
    return p->shareds == 1 && is_shared(keys, p->shared) ? JSM_HOOK_AUTOMATION : JSM_HOOK_NOBODY;
}
