#include "cli/evidence_sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/lines.h"
#include "io/io_file.h"
#include "json/json_read.h"

enum { SEED_BYTES = 200 };

static const char METHOD[] =
    "Stratified by is_privileged and change_kind. Shares: one of each stratum, then by highest "
    "averages. In each stratum the requests with the lowest SHA-256 of seed, line feed, "
    "request_id.";

bool sample_wish_from(const char *size, const char *seed, struct sample_wish *ret, struct err *err)
{
    *ret = (struct sample_wish){0};
    if (!size && !seed)
        return true;
    if (!size || !seed)
        return FAIL(err, ERR_INPUT,
                    "a sample needs its size and its seed: --sample 25 --seed 2026Q4");
    ret->seed = str_of(seed);
    if (!str_to_i64(str_of(size), &ret->size) || ret->size < 1 || ret->size > SAMPLE_MAX)
        return FAIL(err, ERR_INPUT, "--sample is from 1 to %d", SAMPLE_MAX);
    return (ret->seed.len > 0 && ret->seed.len <= SEED_BYTES) ||
           FAIL(err, ERR_INPUT, "--seed has from 1 to %d bytes", SEED_BYTES);
}

/* --- drawn --- */

static int by_rank(const void *a, const void *b)
{
    const struct sample_pick *x = a, *y = b;

    if (x->stratum != y->stratum)
        return x->stratum < y->stratum ? -1 : 1;
    return memcmp(x->rank, y->rank, sizeof x->rank);
}

/* The best of one stratum so far, `size` at the most, by rank. */
struct stratum {
    struct sample_pick *best;
    int64_t count, size;
};

static void offer(struct stratum *s, const struct sample_pick *pick)
{
    int64_t at = s->count;

    if (s->count == s->size && by_rank(pick, &s->best[s->count - 1]) > 0)
        return;
    if (s->count < s->size)
        s->count++;
    else
        at--;
    for (; at > 0 && by_rank(pick, &s->best[at - 1]) < 0; at--)
        s->best[at] = s->best[at - 1];
    s->best[at] = *pick;
}

static bool judge(struct str line, struct str seed, struct sample_pick *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(EXPORT_ROW_BYTES * 16);
    const struct json *v;
    enum request_kind kind;

    if (!json_parse(arena, line, &v, err) ||
        !request_kind_from(json_path_str(v, "change_kind"), &kind) ||
        !json_path_str(v, "request_id").len)
        return FAIL(err, ERR_INPUT, "line %lld of population.jsonl is no request",
                    (long long)ret->row + 1);
    ret->stratum = sample_stratum(json_is_true(json_member(v, "is_privileged")), kind);
    sample_rank(seed, json_path_str(v, "request_id"), ret->rank);
    return true;
}

bool sample_each_line(const char *dir, const char *name, int64_t heads, sample_line_fn *fn,
                      void *arg, struct err *err)
{
    char path[EXPORT_PATH_BYTES];
    struct lines lines;
    struct str line;
    bool good = true, fits;

    if (!export_path(dir, name, path, err))
        return false;
    FILE *f = file_open(path);
    if (!f)
        return FAIL(err, ERR_INPUT, "%s is missing, or is no file", name);
    lines_begin(&lines, f, EXPORT_ROW_BYTES);
    for (int64_t row = -heads; good && lines_next(&lines, &line, &fits); row++)
        good = fits ? fn(arg, line, row, err)
                    : FAIL(err, ERR_INPUT, "line %lld of %s is too long",
                           (long long)(row + heads + 1), name);
    lines_end(&lines);
    fclose(f);
    return good;
}

struct drawing {
    struct str seed;
    struct stratum strata[SAMPLE_STRATA];
    struct sample_drawn *drawn;
};

static bool draw_line(void *arg, struct str line, int64_t row, struct err *err)
{
    struct drawing *d = arg;
    struct sample_pick pick = {.row = row};

    if (!judge(line, d->seed, &pick, err))
        return false;
    d->drawn->population[pick.stratum]++;
    offer(&d->strata[pick.stratum], &pick);
    return true;
}

bool sample_draw(const char *dir, const struct sample_wish *wish, struct arena *arena,
                 struct sample_drawn *ret, struct err *err)
{
    struct drawing d = {.seed = wish->seed, .drawn = ret};

    *ret = (struct sample_drawn){
        .picks = arena_array(arena, (size_t)wish->size, sizeof(struct sample_pick))};
    for (size_t i = 0; i < SAMPLE_STRATA; i++)
        d.strata[i] = (struct stratum){
            .size = wish->size,
            .best = arena_array(arena, (size_t)wish->size, sizeof(struct sample_pick))};
    if (!sample_each_line(dir, "population.jsonl", 0, draw_line, &d, err))
        return false;
    sample_share(ret->population, wish->size, ret->sampled);
    for (size_t i = 0; i < SAMPLE_STRATA; i++)
        for (int64_t n = 0; n < ret->sampled[i]; n++)
            ret->picks[ret->count++] = d.strata[i].best[n];
    return true;
}

/* --- its rows --- */

struct collecting {
    const struct sample_drawn *drawn;
    struct arena *arena;
    struct str *lines; /* of each pick */
    struct str heads;
};

static bool collect_line(void *arg, struct str line, int64_t row, struct err *err)
{
    struct collecting *c = arg;

    (void)err;
    if (row < 0)
        c->heads = arena_str(c->arena, line);
    for (size_t i = 0; row >= 0 && i < c->drawn->count; i++)
        if (c->drawn->picks[i].row == row)
            c->lines[i] = arena_str(c->arena, line);
    return true;
}

bool sample_text(const char *dir, const char *name, int64_t heads, const struct sample_drawn *drawn,
                 struct arena *arena, struct str *ret, struct err *err)
{
    struct collecting c = {.drawn = drawn, .arena = arena};
    size_t len;

    c.lines = arena_array(arena, drawn->count + 1, sizeof *c.lines);
    if (!sample_each_line(dir, name, heads, collect_line, &c, err))
        return false;
    len = c.heads.len;
    for (size_t i = 0; i < drawn->count; i++)
        len += c.lines[i].len;
    char *text = arena_alloc(arena, len + 1);
    *ret = str_n(text, len);
    if (c.heads.len)
        memcpy(text, c.heads.p, c.heads.len);
    text += c.heads.len;
    for (size_t i = 0; i < drawn->count; i++) {
        if (!c.lines[i].len)
            return FAIL(err, ERR_INPUT, "%s has no row %lld", name,
                        (long long)drawn->picks[i].row + 1);
        memcpy(text, c.lines[i].p, c.lines[i].len);
        text += c.lines[i].len;
    }
    return true;
}

void sample_put(struct json_out *out, const struct sample_wish *wish,
                const struct sample_drawn *drawn)
{
    json_open_object(out);
    json_str_member(out, "method", str_of(METHOD));
    json_str_member(out, "seed", wish->seed);
    json_i64_member(out, "size", wish->size);
    json_put_name(out, "strata");
    json_open_array(out);
    for (size_t i = 0; i < SAMPLE_STRATA; i++) {
        json_open_object(out);
        json_str_member(out, "change_kind",
                        str_of(request_kind_name((enum request_kind)(i % (SAMPLE_STRATA / 2)))));
        json_bool_member(out, "is_privileged", i < SAMPLE_STRATA / 2);
        json_i64_member(out, "requests", drawn->population[i]);
        json_i64_member(out, "sampled", drawn->sampled[i]);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}
