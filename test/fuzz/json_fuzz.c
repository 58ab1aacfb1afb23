/* Any bytes into the strict reader. What it takes, written again, must be taken again and come out
 * the same: otherwise two readers of one text would understand two things. What the canonical one
 * takes is just what would be written of it. */
#include "base/assert.h"
#include "json/json_canonical.h"
#include "json/json_write.h"

enum { ROOM = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct json *v, size_t depth)
{
    int64_t n;

    ASSERT(depth <= 33);
    ASSERT(!json_str(v).p || str_is_utf8(json_str(v)));
    ASSERT(json_type(v) != JSON_NUMBER || json_number_text(v).len > 0);
    (void)!json_i64(v, &n);
    JSON_EACH(child, v)
    {
        if (json_type(v) == JSON_OBJECT) /* no two members of one name */
            ASSERT(json_member_str(v, json_name(child)) == child);
        walk(child, depth + 1);
    }
}

static void write_value(struct buf *b, const struct json *v)
{
    struct json_out out;
    buf_init(b, ROOM);
    json_begin(&out, b);
    json_put_value(&out, v);
    ASSERT(!b->over);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct json *v, *again;
    struct err err = {0};
    struct str text = str_n((const char *)data, size);
    bool canonical = json_canonical(text, NULL, 0, NULL, NULL);

    if (!json_parse(a, text, &v, &err)) {
        ASSERT(!canonical);
        ASSERT(err.kind == ERR_INPUT && err.what[0]);
        return 0;
    }
    AUTO(drop_buf) struct buf first, second;
    walk(v, 0);
    write_value(&first, v);
    ASSERT(!canonical || str_eq(buf_str(&first), text));
    bool taken = json_parse(a, buf_str(&first), &again, &err);
    write_value(&second, taken ? again : v);
    ASSERT(taken && str_eq(buf_str(&first), buf_str(&second)));
    return 0;
}
