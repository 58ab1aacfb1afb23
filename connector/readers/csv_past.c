#include "readers/csv_past.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/io_file.h"
#include "json/json_write.h"

enum { STATE_BYTES = 4096 };

bool csv_past_load(struct csv_past *past, const char *path, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const struct json *v = NULL;
    struct str text;

    if (past->known || !path || (access(path, F_OK) != 0 && errno == ENOENT))
        return true;
    if (!file_read(arena, path, STATE_BYTES, &text, err) || !json_parse(arena, text, &v, err) ||
        !json_get_i64(v, "/rows", 0, INT64_MAX, &past->rows, err))
        return err_while(err, "reading of the last feed in '%s'", path);
    (void)str_copy(past->sha256, sizeof past->sha256, json_str(json_member(v, "sha256")));
    past->known = true;
    return true;
}

bool csv_past_keep(struct csv_past *past, const char *path, int64_t rows, const char *sha256,
                   struct err *err)
{
    bool same = past->known && strcmp(past->sha256, sha256) == 0;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    past->known = true;
    past->rows = rows;
    (void)str_copy(past->sha256, sizeof past->sha256, str_of(sha256));
    if (!path || same)
        return true;
    buf_init(&b, STATE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_i64_member(&out, "rows", rows);
    json_str_member(&out, "sha256", str_of(sha256));
    json_close_object(&out);
    return file_replace(path, buf_str(&b), err);
}
