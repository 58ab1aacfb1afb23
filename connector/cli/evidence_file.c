#include "cli/evidence_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/codecs.h"

bool export_path(const char *dir, const char *name, char out[EXPORT_PATH_BYTES], struct err *err)
{
    return snprintf(out, EXPORT_PATH_BYTES, "%s/%s", dir, name) < EXPORT_PATH_BYTES ||
           FAIL(err, ERR_INPUT, "the path of '%s' is too long", name);
}

bool export_open(struct export_file *f, const char *dir, struct err *err)
{
    char path[EXPORT_PATH_BYTES];

    if (!export_path(dir, f->name, path, err))
        return false;
    f->file = fopen(path, "we");
    f->digest = digest_new();
    return f->file || FAIL(err, ERR_TEMPORARY, "cannot write '%s': %s", path, strerror(errno));
}

bool export_add(struct export_file *f, struct str text)
{
    digest_add(f->digest, text);
    f->bytes += (int64_t)text.len;
    return fwrite(text.p, 1, text.len, f->file) == text.len;
}

bool export_close(struct export_file *f)
{
    uint8_t digest[SHA256_BYTES] = {0};
    bool good = f->file && fflush(f->file) == 0 && fsync(fileno(f->file)) == 0;

    digest_end(f->digest, digest);
    f->digest = NULL;
    hex_encode(digest, sizeof digest, f->hex);
    good = f->file && fclose(f->file) == 0 && good;
    f->file = NULL;
    return good;
}

void export_file_put(struct json_out *out, const struct export_file *f, int64_t rows)
{
    json_open_object(out);
    json_i64_member(out, "bytes", f->bytes);
    json_str_member(out, "name", str_of(f->name));
    json_i64_member(out, "rows", rows);
    json_str_member(out, "sha256", str_of(f->hex));
    json_close_object(out);
}
