/* An event as it is sent: the CloudEvent, and the signature of Standard Webhooks. */
#include "service/event_body.h"

#include "base/codecs.h"
#include "config/config_event.h"
#include "unit.h"

enum { BYTES = 4096 };

static struct hmac *key_of(struct str secret)
{
    AUTO(drop_buf) struct buf key;

    buf_init(&key, BYTES);
    assert_true(config_event_key(secret, &key));
    return hmac_new(buf_str(&key));
}

/* The example of the specification's own libraries. */
static void the_known_signature(void **state)
{
    struct hmac *keys[EVENT_KEYS] = {key_of(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))};
    AUTO(drop_buf) struct buf signature;
    (void)state;

    buf_init(&signature, EVENT_SIGNATURE_BYTES);
    event_sign(keys, STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, STR("{\"test\": 2432232314}"),
               &signature);
    assert_str(buf_str(&signature), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    hmac_free(keys[0]);
}

static void two_secrets_are_two_signatures(void **state)
{
    struct hmac *keys[EVENT_KEYS] = {key_of(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
                                     key_of(STR("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"))};
    struct hmac *second[EVENT_KEYS] = {NULL, keys[1]};
    AUTO(drop_buf) struct buf both, one;
    (void)state;

    buf_init(&both, EVENT_SIGNATURE_BYTES);
    buf_init(&one, EVENT_SIGNATURE_BYTES);
    event_sign(keys, STR("a"), 1, STR("b"), &both);
    event_sign(second, STR("a"), 1, STR("b"), &one);
    assert_false(both.over);
    struct str rest = buf_str(&both), first = str_cut(&rest, ' ');
    assert_true(str_starts(first, STR("v1,")));
    assert_true(str_eq(rest, buf_str(&one)));
    hmac_free(keys[0]);
    hmac_free(keys[1]);
}

static void secrets_of_another_form(void **state)
{
    static const char *const WRONG[] = {
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
        "whsec_aHVudGVyMg==",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXAAECAwQFBgcICQoLDA0ODxAREhMUFRYXAAECAwQFBgcICQoLDA0O"
        "DxAREhMUFRYX",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(WRONG); i++) {
        AUTO(drop_buf) struct buf key;
        buf_init(&key, BYTES);
        assert_false(config_event_key(str_of(WRONG[i]), &key));
    }
}

static void the_body(void **state)
{
    struct store_event event = {.id = 77,
                                .uid = STR("6f7d1b0e-0000-4000-8000-000000000001"),
                                .type = STR("request.closed"),
                                .request_id = STR("6f7d1b0e-0000-4000-8000-000000000002"),
                                .data = STR("{\"a\": 1}"),
                                .at_ms = 1795316084123};
    AUTO(drop_buf) struct buf body, again;
    (void)state;

    buf_init(&body, BYTES);
    buf_init(&again, BYTES);
    event_body(&event, STR("https://c.example.com/v1/access-requests"), &body);
    assert_str(buf_str(&body),
               "{\"specversion\":\"1.0\",\"id\":\"6f7d1b0e-0000-4000-8000-000000000001\","
               "\"source\":\"https://c.example.com/v1/access-requests\","
               "\"type\":\"countersign.request.closed\","
               "\"subject\":\"6f7d1b0e-0000-4000-8000-000000000002\","
               "\"time\":\"2026-11-22T02:54:44.123Z\",\"sequence\":\"00000000000000000077\","
               "\"datacontenttype\":\"application/json\",\"data\":{\"a\": 1}}");
    event.attempts = 9; /* the same bytes however often */
    event_body(&event, STR("https://c.example.com/v1/access-requests"), &again);
    assert_true(str_eq(buf_str(&body), buf_str(&again)));
    event.request_id = STR_NONE;
    buf_clear(&again);
    event_body(&event, STR("x"), &again);
    assert_null(strstr(again.p, "subject"));
}

UNIT_MAIN(cmocka_unit_test(the_known_signature), cmocka_unit_test(two_secrets_are_two_signatures),
          cmocka_unit_test(secrets_of_another_form), cmocka_unit_test(the_body))
