/* The server's way from bytes to requests. The first byte chooses how the rest is cut. Whatever the
 * cut, the same bytes must give the same requests and the same refusal, and every request must be
 * sound. */
#include <stdint.h>

#include "base/assert.h"
#include "io/io_serve_priv.h"

enum { HEADER_MAX = 2048, BODY_MAX = 4096, CAP = HEADER_MAX + BODY_MAX + SERVE_CHUNK_OVERHEAD };

struct outcome {
    uint64_t hash;
    int requests, refused;
    size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mix(struct outcome *outcome, struct str s)
{
    outcome->hash = (outcome->hash ^ str_hash(s) ^ s.len) * 0x9e3779b97f4a7c15u;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
            return true;
    return false;
}

static void look_at(const struct serve_request *room, struct outcome *outcome)
{
    struct str path = serve_path(room);

    ASSERT(path.len > 0 && path.p[0] == '/' && !has_control(path) &&
           !has_control(serve_query(room)));
    ASSERT(serve_header_count(room, "host") <= 1);
    ASSERT(serve_header_count(room, "content-length") +
               serve_header_count(room, "transfer-encoding") <=
           1);
    ASSERT(room->body_at <= HEADER_MAX && room->body_len <= BODY_MAX && room->end_at <= room->len);
    ASSERT(room->chunked || room->end_at == room->body_at + room->body_len);
    outcome->requests++;
    mix(outcome, serve_method(room));
    mix(outcome, path);
    mix(outcome, serve_query(room));
    for (size_t i = 0; i < room->field_count; i++) {
        const struct serve_field *field = &room->fields[i];
        struct str value = str_n(room->p + field->value_at, field->value_len);
        ASSERT(!has_control(value));
        mix(outcome, str_n(room->p + field->name_at, field->name_len));
        mix(outcome, value);
    }
    mix(outcome, serve_body(room));
    outcome->hash += room->keep_alive;
}

/* The state machine of one connection, replies being instant. */
static void feed(struct serve_request *room, const uint8_t *data, size_t size, size_t cut,
                 struct outcome *outcome)
{
    while (outcome->refused == 0 && size > 0) {
        size_t n = cut < size ? cut : size;
        ASSERT(n <= room->cap - room->len);
        memcpy(room->p + room->len, data, n);
        room->len += n;
        data += n;
        size -= n;
        while (outcome->refused == 0 && room->len > room->parsed) {
            enum serve_parse parse = serve_room_parse(room);
            if (parse == PARSE_MORE)
                break;
            if (parse == PARSE_REFUSED) {
                outcome->refused = room->refused;
                ASSERT(outcome->refused >= 400 && outcome->refused <= 505);
                return;
            }
            look_at(room, outcome);
            if (!room->keep_alive)
                return;
            serve_room_reset(room);
        }
    }
    outcome->left = room->stage == STAGE_HEAD ? room->len : room->body_len;
}

static struct outcome outcome_of(const uint8_t *data, size_t size, size_t cut)
{
    struct serve_request *room = io_alloc(sizeof *room);
    struct outcome outcome = {0};

    room->header_max = HEADER_MAX;
    room->body_max = BODY_MAX;
    serve_room_grow(room, CAP);
    serve_room_reset(room);
    feed(room, data, size, cut, &outcome);
    free(room->p);
    free(room);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > HEADER_MAX)
        return 0; /* longer heads are refused sooner when they come in pieces */
    size_t cut = data[0] == 0 ? 1 : data[0];
    struct outcome whole = outcome_of(data + 1, size - 1, size),
                   cuts = outcome_of(data + 1, size - 1, cut);

    ASSERT(whole.requests == cuts.requests && whole.hash == cuts.hash);
    ASSERT((whole.refused == 0) == (cuts.refused == 0));
    return 0;
}
