/* Who sent it: each kind of proof, and every way it is not one. */
#include "base/codecs.h"
#include "jsm/jsm_hook.h"
#include "jsm_unit.h"

static const char SECRET[] = "the-secret-of-the-app", PATH[] = "/webhook/jira/acme";
enum { NOW_S = 1777142400 };

static void add_part(struct buf *out, struct str data)
{
    AUTO(drop_buf) struct buf text;

    buf_init(&text, 8192);
    base64_encode(&text, data);
    for (size_t i = 0; i < text.len && text.p[i] != '='; i++)
        buf_add_byte(out, (char)(text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i]));
}

/* "JWT header.claims.signature" */
static struct str token(const char *header, const char *claims, const char *secret)
{
    AUTO(drop_buf) struct buf b;
    uint8_t signature[SHA256_BYTES];
    struct hmac *hmac = hmac_new(str_of(secret));

    buf_init(&b, 16384);
    add_part(&b, str_of(header));
    buf_add_byte(&b, '.');
    add_part(&b, str_of(claims));
    hmac_sign(hmac, buf_str(&b), signature);
    hmac_free(hmac);
    buf_add_byte(&b, '.');
    add_part(&b, str_n((const char *)signature, sizeof signature));
    return arena_printf(arena, "JWT %.*s", STR_ARG(buf_str(&b)));
}

static bool holds(struct str authorization, const char *query)
{
    struct hmac *right = hmac_new(str_of(SECRET)), *other = hmac_new(STR("another-secret"));
    struct hmac *keys[] = {other, right};
    bool yes = jsm_hook_token_holds(keys, 2, authorization, str_of(PATH), str_of(query),
                                    (int64_t)NOW_S * 1000);

    assert_false(jsm_hook_token_holds(keys, 0, authorization, str_of(PATH), str_of(query),
                                      (int64_t)NOW_S * 1000)); /* no secret, nobody */
    assert_false(jsm_hook_token_holds(keys, 1, authorization, str_of(PATH), str_of(query),
                                      (int64_t)NOW_S * 1000));
    hmac_free(right);
    hmac_free(other);
    return yes;
}

static const char HS256[] = "{\"typ\":\"JWT\",\"alg\":\"HS256\"}";
#define UNTIL(s) "{\"exp\":" s "}"
static const char GOOD[] = UNTIL("1777142580");

/* The example of RFC 7515, appendix A.1: its own header, claims, key and signature. */
static void rfc_example(void **state)
{
    static const char KEY64[] =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4"
        "hcgUuTwjAzZr1Z9CAow==";
    const struct str TOKEN = STR(
        "Bearer eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    AUTO(drop_buf) struct buf key;
    (void)state;

    buf_init(&key, 128);
    assert_true(base64_decode(&key, str_of(KEY64)));
    struct hmac *hmac = hmac_new(buf_str(&key));
    assert_true(jsm_hook_token_holds(&hmac, 1, TOKEN, STR("/x"), STR_NONE, 1300819380000 - 1));
    assert_true(jsm_hook_token_holds(&hmac, 1, TOKEN, STR("/x"), STR_NONE, 1300819380000 + 59999));
    assert_false(jsm_hook_token_holds(&hmac, 1, TOKEN, STR("/x"), STR_NONE, 1300819380000 + 60000));
    hmac_free(hmac);
}

static void tokens(void **state)
{
    static const struct {
        const char *header, *claims;
        bool good;
    } ROWS[] = {
        {HS256, GOOD, true},
        {"{\"alg\":\"HS256\"}", GOOD, true},
        {"{\"alg\":\"none\"}", GOOD, false},
        {"{\"alg\":\"HS512\"}", GOOD, false},
        {"{\"alg\":\"hs256\"}", GOOD, false},
        {"{\"alg\":\"RS256\"}", GOOD, false},
        {"{\"typ\":\"JWT\"}", GOOD, false},
        {"{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", GOOD, false},
        {"[]", GOOD, false},
        {"{", GOOD, false},
        {HS256, "{}", false}, /* without an end it would count for good */
        {HS256, UNTIL("1777142340"), false},
        {HS256, UNTIL("1777142341"), true}, /* clocks differ */
        {HS256, UNTIL("\"1777142580\""), false},
        {HS256, UNTIL("1777142580.5"), false},
        {HS256, "{\"exp\":1777142580,\"iat\":1777142460}", true},
        {HS256, "{\"exp\":1777142580,\"iat\":1777142461}", false},
        {HS256, "{\"exp\":1777142580,\"nbf\":1777142461}", false},
        {HS256, "{\"exp\":1777142580,\"nbf\":\"soon\"}", false},
        {HS256, "{\"exp\":1777142580,\"exp\":1777142580}", false},
        /* what is named must be this request: see below */
        {HS256,
         "{\"exp\":1777142580,\"qsh\":"
         "\"7dc7a6b6a5fa6e7ca6e6ec1d48a3d9b2b1a5a9a0a8d0c6e1f0f0f0f0f0f0f0f0\"}",
         false},
        {HS256, "{\"exp\":1777142580,\"qsh\":\"context-qsh\"}", false},
        {HS256, "{\"exp\":1777142580,\"qsh\":7}", false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (holds(token(ROWS[i].header, ROWS[i].claims, SECRET), "") != ROWS[i].good)
            fail_msg("%s %s", ROWS[i].header, ROWS[i].claims);
    assert_false(holds(token(HS256, GOOD, "a-third-secret"), ""));
}

static void request_named(void **state)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    (void)state;

    digest_sha256(arena_printf(arena, "POST&%s&", PATH), digest);
    hex_encode(digest, sizeof digest, hex);
    const char *claims = arena_printf(arena, "{\"exp\":1777142580,\"qsh\":\"%s\"}", hex).p;
    assert_true(holds(token(HS256, claims, SECRET), ""));
    assert_false(holds(token(HS256, claims, SECRET), "issue=1")); /* it was made without */
    digest_sha256(STR("POST&/webhook/jira/other&"), digest);
    hex_encode(digest, sizeof digest, hex);
    claims = arena_printf(arena, "{\"exp\":1777142580,\"qsh\":\"%s\"}", hex).p;
    assert_false(holds(token(HS256, claims, SECRET), "")); /* of another site's address */
}

static void broken_tokens(void **state)
{
    struct str good = token(HS256, GOOD, SECRET);
    (void)state;

    assert_true(holds(good, ""));
    assert_true(holds(arena_printf(arena, "bearer %s", good.p + 4), ""));
    assert_false(holds(arena_printf(arena, "Basic %s", good.p + 4), ""));
    assert_false(holds(str_n(good.p + 4, good.len - 4), "")); /* no scheme */
    assert_false(holds(arena_printf(arena, "JWT  %s", good.p + 4), ""));
    assert_false(holds(arena_printf(arena, "%s.", good.p), ""));
    assert_false(holds(arena_printf(arena, "%s=", good.p), ""));
    for (size_t cut = 0; cut < good.len; cut++)
        assert_false(holds(str_n(good.p, cut), ""));
    for (size_t i = 4; i < good.len - 1; i++) { /* the last digit has bits that stand for nothing */
        char *changed = arena_alloc(arena, good.len + 1);
        memcpy(changed, good.p, good.len);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (holds(str_n(changed, good.len), ""))
            fail_msg("taken with a change at %zu", i);
    }
    char *endless = arena_alloc(arena, JSM_HOOK_TOKEN_MAX + 16);
    memset(endless, 'A', JSM_HOOK_TOKEN_MAX + 15);
    memcpy(endless, "JWT ", 4);
    assert_false(holds(str_of(endless), ""));
}

static void senders(void **state)
{
    struct hmac *signing = hmac_new(STR("signing-secret")), *app = hmac_new(str_of(SECRET));
    struct jsm_hook_keys keys = {
        .signing = {signing}, .signing_count = 1, .app = {app}, .app_count = 1, .shared_count = 2};
    struct jsm_hook_proof p = {
        .path = str_of(PATH), .body = STR("{}"), .now_ms = (int64_t)NOW_S * 1000};
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    (void)state;

    digest_sha256(STR("shared-by-rules"), keys.shared[0]);
    digest_sha256(STR("the one before it"), keys.shared[1]);
    hmac_sign(signing, p.body, digest);
    hex_encode(digest, sizeof digest, hex);
    struct str signature = arena_printf(arena, "sha256=%s", hex);

    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY);
    p.shared = STR("shared-by-rules");
    p.shareds = 1;
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_AUTOMATION);
    p.shared = STR("the one before it");
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_AUTOMATION);
    p.shareds = 2;
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY);
    p.shareds = 1;
    p.shared = STR("shared-by-rule");
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY);
    p.shared = STR("shared-by-rules");
    p.authorization = token(HS256, GOOD, SECRET);
    p.authorizations = 1;
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_APP);
    p.authorization = token(HS256, GOOD, "x");
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY); /* nothing makes it good */
    p.authorization = token(HS256, GOOD, SECRET);
    p.authorizations = 2;
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY);
    p.authorizations = 1;
    p.signature = signature;
    p.signatures = 1;
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_SIGNED);
    p.signature = STR("sha256=00");
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY);
    p.signature = signature;
    p.signatures = 2;
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY);
    /* a kind without a secret proves nothing, an empty proof neither */
    keys = (struct jsm_hook_keys){0};
    p.signatures = p.authorizations = 0;
    p.shared = STR_NONE;
    assert_int_equal(jsm_hook_sender_of(&keys, &p), JSM_HOOK_NOBODY);
    hmac_free(signing);
    hmac_free(app);
}

JSM_UNIT_MAIN(cmocka_unit_test(rfc_example), cmocka_unit_test(tokens),
              cmocka_unit_test(request_named), cmocka_unit_test(broken_tokens),
              cmocka_unit_test(senders))
