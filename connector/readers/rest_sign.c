#include "readers/rest_sign.h"

#include <string.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"

enum { CANONICAL_BYTES = 64 * 1024 };

struct str rest_sign_date(struct arena *arena, int64_t wall_ms)
{
    char t[CLOCK_TEXT_SIZE];

    (void)clock_rfc3339(wall_ms, t); /* 2015-08-30T12:36:00.000Z */
    return arena_printf(arena, "%.4s%.2s%.2sT%.2s%.2s%.2sZ", t, t + 5, t + 8, t + 11, t + 14,
                        t + 17);
}

static void hmac_once(struct str key, struct str data, uint8_t out[SHA256_BYTES])
{
    struct hmac *h = hmac_new(key);

    hmac_sign(h, data, out);
    hmac_free(h);
}

static struct str bytes_of(const uint8_t sum[SHA256_BYTES])
{
    return str_n((const char *)sum, SHA256_BYTES);
}

static struct str hex_sum(struct arena *arena, struct str data)
{
    uint8_t sum[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    digest_sha256(data, sum);
    hex_encode(sum, sizeof sum, hex);
    return arena_str(arena, str_of(hex));
}

/* The key of the day, region and service. */
static void derive(struct arena *arena, const struct rest_key *key, struct str day,
                   uint8_t out[SHA256_BYTES])
{
    hmac_once(arena_printf(arena, "AWS4%.*s", STR_ARG(key->secret)), day, out);
    hmac_once(bytes_of(out), key->region, out);
    hmac_once(bytes_of(out), key->service, out);
    hmac_once(bytes_of(out), STR("aws4_request"), out);
}

struct str rest_sign(struct arena *arena, const struct rest_key *key, struct str method,
                     struct str path, const struct http_header *headers, size_t header_count,
                     struct str body, struct str date)
{
    AUTO(drop_buf) struct buf text, names;
    uint8_t sum[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    struct str day = str_n(date.p, date.len < 8 ? date.len : 8);

    buf_init(&text, CANONICAL_BYTES);
    buf_init(&names, CANONICAL_BYTES);
    buf_printf(&text, "%.*s\n%.*s\n\n", STR_ARG(method), STR_ARG(path));
    for (size_t i = 0; i < header_count; i++) {
        buf_printf(&text, "%.*s:%.*s\n", STR_ARG(headers[i].name),
                   STR_ARG(str_trim(headers[i].value)));
        buf_printf(&names, "%s%.*s", i ? ";" : "", STR_ARG(headers[i].name));
    }
    buf_printf(&text, "\n%.*s\n%.*s", STR_ARG(buf_str(&names)), STR_ARG(hex_sum(arena, body)));
    if (text.over || names.over)
        return STR_NONE;
    struct str scope = arena_printf(arena, "%.*s/%.*s/%.*s/aws4_request", STR_ARG(day),
                                    STR_ARG(key->region), STR_ARG(key->service));
    struct str to_sign = arena_printf(arena, "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%.*s", STR_ARG(date),
                                      STR_ARG(scope), STR_ARG(hex_sum(arena, buf_str(&text))));
    derive(arena, key, day, sum);
    hmac_once(bytes_of(sum), to_sign, sum);
    hex_encode(sum, sizeof sum, hex);
    return arena_printf(arena,
                        "AWS4-HMAC-SHA256 Credential=%.*s/%.*s, SignedHeaders=%.*s, Signature=%s",
                        STR_ARG(key->id), STR_ARG(scope), STR_ARG(buf_str(&names)), hex);
}
