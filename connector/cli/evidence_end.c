#include "cli/evidence_end.h"

#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "json/json_read.h"
#include "json/json_write.h"
#include "store/store_entries.h"

enum { END_BYTES = 16 * 1024 }; /* a note in JSON, with room */

static const char BEGINS[] = "{\"end\":";

void evidence_end_put(struct buf *out, const struct pg_options *options, int64_t seq,
                      struct str hash)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct str note = STR_NONE;
    struct json_out json;
    struct err err;

    if (!store_checkpoint_of(options, seq, arena, &note, &err))
        note = STR_NONE; /* what it says of the entries is all the same */
    json_begin(&json, out);
    json_open_object(&json);
    json_i64_member(&json, "end", seq);
    json_str_member(&json, "hash", hash);
    json_str_member(&json, "checkpoint", note);
    json_close_object(&json);
    buf_add_byte(out, '\n');
}

bool evidence_end_is(struct str line)
{
    return str_starts(line, str_of(BEGINS));
}

bool evidence_end_note(FILE *file, struct arena *arena, struct str *ret)
{
    char *room = arena_alloc(arena, END_BYTES);
    const struct json *v;
    struct err err;

    *ret = STR_NONE;
    if (fseeko(file, -END_BYTES, SEEK_END) != 0) /* it is shorter */
        rewind(file);
    struct str text = str_trim(str_n(room, room ? fread(room, 1, END_BYTES, file) : 0));
    rewind(file);
    const char *end = text.len ? memrchr(text.p, '\n', text.len) : NULL;
    if (end)
        text = str_n(end + 1, text.len - (size_t)(end + 1 - text.p));
    if (evidence_end_is(text) && json_parse(arena, text, &v, &err))
        *ret = json_path_str(v, "checkpoint");
    return ret->len > 0;
}

const char *evidence_end_fault(struct str line, const struct evidence_chain *chain)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    char hex[SHA256_HEX_SIZE];
    const struct json *v;
    struct err err;
    int64_t end;

    if (!json_parse(arena, line, &v, &err) || !json_i64(json_member(v, "end"), &end) || end < 0)
        return "it is not the end of an export";
    if (chain->seq < end)
        return "it is of more entries than stand before it: some were cut off";
    hex_encode(chain->hash, sizeof chain->hash, hex);
    if (chain->seq > end || (end && !str_eq_c(json_path_str(v, "hash"), hex)))
        return "it is the end of another export";
    return NULL;
}
