#include "service/payload.h"

#include "json/json_read.h"
#include "json/json_write.h"

enum { PAYLOAD_BYTES = 16 * 1024 };

struct str payload_write(struct arena *arena, const struct notice *n, int32_t tell)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, PAYLOAD_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "state", str_of(notice_state_name(n->state)));
    json_str_member(&out, "check", str_of(n->check));
    json_str_member(&out, "line", str_of(n->line));
    json_str_member(&out, "next", str_of(n->next));
    json_str_member(&out, "panel", str_of(n->panel));
    json_str_member(&out, "head", str_of(n->head));
    json_str_member(&out, "help", str_of(n->help));
    json_i64_member(&out, "attempt", n->attempt);
    json_i64_member(&out, "tell", tell); /* the database counts by it */
    json_put_name(&out, "rows");
    json_open_array(&out);
    for (size_t i = 0; i < n->row_count; i++) {
        const struct notice_row *row = &n->rows[i];
        json_open_object(&out);
        json_str_member(&out, "what", str_of(row->what));
        json_str_member(&out, "mark", str_of(row->mark));
        json_str_member(&out, "colour", str_of(row->colour));
        json_str_member(&out, "note", str_of(row->note));
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return arena_str(arena, buf_str(&b));
}

static bool read_rows(struct arena *arena, const struct json *list, struct payload *ret)
{
    struct jsm_notice_row *rows = arena_array(arena, json_count(list) + 1, sizeof *rows);

    if (!rows)
        return false;
    JSON_EACH(row, list)
    rows[ret->notice.row_count++] = (struct jsm_notice_row){.what = json_path_str(row, "what"),
                                                            .mark = json_path_str(row, "mark"),
                                                            .colour = json_path_str(row, "colour"),
                                                            .note = json_path_str(row, "note")};
    ret->notice.rows = rows;
    return true;
}

bool payload_read(struct arena *arena, struct str text, struct payload *ret)
{
    const struct json *v;
    struct err err;

    *ret = (struct payload){0};
    if (!json_parse(arena, text, &v, &err))
        return false;
    ret->state = json_path_str(v, "state");
    ret->check = json_path_str(v, "check");
    ret->notice = (struct jsm_notice){.panel = json_path_str(v, "panel"),
                                      .head = json_path_str(v, "head"),
                                      .line = json_path_str(v, "line"),
                                      .next = json_path_str(v, "next"),
                                      .help = json_path_str(v, "help")};
    if (!json_i64(json_member(v, "attempt"), &ret->notice.attempt))
        ret->notice.attempt = 0; /* frozen by an earlier release */
    if (!json_i64(json_member(v, "tell"), &ret->tell))
        ret->tell = 0;
    return read_rows(arena, json_member(v, "rows"), ret) && ret->check.len &&
           ret->notice.line.len && ret->notice.panel.len; /* a last word has nothing next */
}
