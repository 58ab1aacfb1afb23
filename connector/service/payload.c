#include "service/payload.h"

#include "json/json_read.h"
#include "json/json_write.h"

enum { PAYLOAD_BYTES = 8 * 1024 };

static const char CHECK[] = "check", LINE[] = "line", NEXT[] = "next", PANEL[] = "panel";

struct str payload_write(struct arena *arena, const struct notice *n)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, PAYLOAD_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, CHECK, str_of(n->check));
    json_str_member(&out, LINE, str_of(n->line));
    json_str_member(&out, NEXT, str_of(n->next));
    json_str_member(&out, PANEL, str_of(n->panel));
    json_close_object(&out);
    return arena_str(arena, buf_str(&b));
}

bool payload_read(struct arena *arena, struct str text, struct payload *ret)
{
    const struct json *v;
    struct err err;

    *ret = (struct payload){0};
    if (!json_parse(arena, text, &v, &err))
        return false;
    ret->check = json_path_str(v, CHECK);
    ret->line = json_path_str(v, LINE);
    ret->next = json_path_str(v, NEXT);
    ret->panel = json_path_str(v, PANEL);
    return ret->check.len && ret->line.len && ret->panel.len; /* a last word has nothing next */
}
