#include "service/event_body.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "json/json_write.h"

enum { SIGNED_BYTES = 1024 * 1024, NUMBER_SIZE = 24 };

void event_body(const struct store_event *event, struct str source, struct buf *body)
{
    enum { TYPE_SIZE = 64 };
    char type[TYPE_SIZE], at[CLOCK_TEXT_SIZE], sequence[NUMBER_SIZE];
    struct json_out out;

    snprintf(type, sizeof type, EVENT_TYPE_PREFIX "%.*s", STR_ARG(event->type));
    snprintf(sequence, sizeof sequence, "%020" PRId64, event->id);
    json_begin(&out, body);
    json_open_object(&out);
    json_str_member(&out, "specversion", STR("1.0"));
    json_str_member(&out, "id", event->uid);
    json_str_member(&out, "source", source);
    json_str_member(&out, "type", str_of(type));
    if (event->request_id.len)
        json_str_member(&out, "subject", event->request_id);
    json_str_member(&out, "time", str_of(clock_rfc3339(event->at_ms, at)));
    json_str_member(&out, "sequence", str_of(sequence));
    json_str_member(&out, "datacontenttype", STR("application/json"));
    json_put_name(&out, "data");
    json_put_raw(&out, event->data);
    json_close_object(&out);
}

void event_sign(struct hmac *const keys[EVENT_KEYS], struct str uid, int64_t at_s, struct str body,
                struct buf *signature)
{
    AUTO(drop_buf) struct buf text;
    uint8_t mac[SHA256_BYTES];

    buf_init(&text, SIGNED_BYTES);
    buf_printf(&text, "%.*s.%" PRId64 ".", STR_ARG(uid), at_s);
    buf_add_str(&text, body);
    for (size_t i = 0; i < EVENT_KEYS; i++) {
        if (!keys[i])
            continue;
        buf_add_c(signature, signature->len ? " v1," : "v1,");
        hmac_sign(keys[i], buf_str(&text), mac);
        base64_encode(signature, str_n((const char *)mac, sizeof mac));
    }
    signature->over |= text.over;
}
