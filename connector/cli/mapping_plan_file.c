#include "base/clock.h"
#include "base/codecs.h"
#include "cli/mapping_plan.h"
#include "io/io_file.h"
#include "json/json_write.h"

enum { PLAN_VERSION = 1, PLAN_AGE_MS = 24 * 60 * 60 * 1000 };

static void hash_of(struct str content, char *ret_hex)
{
    uint8_t digest[SHA256_BYTES];

    digest_sha256(content, digest);
    hex_encode(digest, sizeof digest, ret_hex);
}

static void put_sites(struct json_out *out, const struct plan *p)
{
    json_put_name(out, "sites");
    json_open_array(out);
    for (size_t i = 0; i < p->site_count; i++) {
        json_open_object(out);
        json_i64_member(out, "number", p->sites[i].number);
        json_str_member(out, "site", p->sites[i].name);
        json_str_member(out, "was", p->sites[i].was);
        json_close_object(out);
    }
    json_close_array(out);
}

/* In canonical form: members by name, no blanks. */
static void put_content(struct buf *b, const struct plan *p)
{
    struct json_out out;
    char made[CLOCK_TEXT_SIZE];

    json_begin(&out, b);
    json_open_object(&out);
    json_str_member(&out, "body", p->m->text);
    json_put_name(&out, "counts");
    plan_put_counts(&out, p);
    json_str_member(&out, "made", str_of(clock_rfc3339(clock_wall_ms(&CLOCK_SYSTEM), made)));
    json_put_name(&out, "rebase");
    json_open_array(&out);
    json_put_raw(&out, buf_str(&p->rebase));
    json_close_array(&out);
    json_str_member(&out, "sha256", str_of(p->m->sha256));
    json_i64_member(&out, "since_ms", p->since_ms);
    put_sites(&out, p);
    json_i64_member(&out, "tests", (int64_t)p->tests);
    json_i64_member(&out, "version", PLAN_VERSION);
    json_close_object(&out);
}

bool plan_save(struct plan *p, const char *path, struct err *err)
{
    AUTO(drop_buf) struct buf content;
    AUTO(drop_buf) struct buf file;

    buf_init(&content, PLAN_BYTES);
    buf_init(&file, PLAN_BYTES);
    put_content(&content, p);
    hash_of(buf_str(&content), p->hash);
    buf_add_c(&file, "{\"plan\":");
    buf_add_str(&file, buf_str(&content));
    buf_printf(&file, ",\"sha256\":\"%s\"}\n", p->hash);
    if (content.over || file.over || p->rebase.over)
        return FAIL(err, ERR_INPUT, "the plan is too long to be saved");
    str_copy(p->saved, sizeof p->saved, str_of(path));
    return file_replace(path, buf_str(&file), err);
}

static bool is_as_hashed(const struct json *plan, struct str hash)
{
    AUTO(drop_buf) struct buf content;
    struct json_out out;
    char hex[SHA256_HEX_SIZE];

    buf_init(&content, PLAN_BYTES);
    json_begin(&out, &content);
    json_put_value(&out, plan);
    hash_of(buf_str(&content), hex);
    return !content.over && str_eq_c(hash, hex);
}

/* What was counted is of the requests of that time. */
static bool is_fresh(const struct json *plan, const char *path, struct err *err)
{
    struct str made;
    int64_t ms;

    if (!json_get_str(plan, "/made", &made, err))
        return false;
    if (!clock_parse(made, &ms) || clock_wall_ms(&CLOCK_SYSTEM) - ms > PLAN_AGE_MS)
        return FAIL(err, ERR_INPUT, "%s is older than 24 h, of %.*s: plan again", path,
                    STR_ARG(made));
    return true;
}

bool plan_load(struct arena *arena, const char *path, struct plan_read *ret, struct err *err)
{
    const struct json *file, *plan;
    int64_t version;
    struct str text;
    char sha256[SHA256_HEX_SIZE];

    if (!file_read_input(arena, path, PLAN_BYTES, &text, err))
        return false;
    if (!json_parse(arena, text, &file, err) || !json_get(file, "/plan", JSON_OBJECT, &plan, err) ||
        !json_get_str(file, "/sha256", &ret->hash, err))
        return err_while(err, "reading the plan %s", path);
    if (!is_as_hashed(plan, ret->hash))
        return FAIL(err, ERR_INPUT, "%s was changed after it was planned: plan again", path);
    if (!json_get_i64(plan, "/version", PLAN_VERSION, PLAN_VERSION, &version, err) ||
        !json_get_str(plan, "/body", &ret->body, err) ||
        !json_get_str(plan, "/sha256", &ret->sha256, err) ||
        !json_get_i64(plan, "/tests", 0, INT64_MAX, &ret->tests, err) ||
        !json_get(plan, "/sites", JSON_ARRAY, &ret->sites, err) ||
        !json_get(plan, "/counts", JSON_OBJECT, &ret->counts, err) || !is_fresh(plan, path, err))
        return err_while(err, "reading the plan %s", path);
    ret->rebase = json_member(plan, "rebase");
    hash_of(ret->body, sha256);
    return str_eq_c(ret->sha256, sha256) ||
           FAIL(err, ERR_INPUT, "%s: the mapping in it is not the one it names: plan again", path);
}
