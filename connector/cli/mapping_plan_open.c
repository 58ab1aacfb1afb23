/* What becomes of open requests that keep an earlier mapping, when a plan moves them to its own
 * (mapping apply --rebase). What is counted here is what was read of their tickets last: the
 * service judges each by a fresh read (sql/routine/mapping_rebase.sql). */
#include <stdio.h>

#include "cli/mapping_plan.h"
#include "cli/view.h"

enum { CHANGE_BYTES = 4096 /* one, escaped */ };

static const struct {
    const char *word, *text;
} OPEN[PLAN_OPEN_COUNT] = {
    [PLAN_OPEN_SAME] = {"same", "would be understood the same"},
    [PLAN_OPEN_ANEW] = {"anew", "not approved yet, would ask for something else"},
    [PLAN_OPEN_HELD] = {"held", "approved as something else: would be held"},
    [PLAN_OPEN_UNKNOWN] = {"unknown", "cannot be replayed: keep theirs"},
};

static void in_one_line(char *names)
{
    for (; *names; names++)
        if (*names == '\n')
            *names = ',';
}

static void say_next(char *dst, size_t size, const struct mapped *next)
{
    switch (next->outcome) {
    case MAPPED_OK:
        snprintf(dst, size, "%s of \"%.*s\" to \"%.*s\" in \"%.*s\"",
                 desired_name(next->rule->expect), STR_ARG(next->entitlement),
                 STR_ARG(next->account), STR_ARG(next->source));
        in_one_line(dst);
        return;
    case MAPPED_HOLD:
        snprintf(dst, size, "%s %.*s", next->hold_code, STR_ARG(next->hold_text));
        return;
    case MAPPED_NOT_GOVERNED:
        snprintf(dst, size, "no rule");
        return;
    }
}

static enum plan_open_kind kind_of(const struct replay_row *row, const struct mapped *next)
{
    if (!next)
        return PLAN_OPEN_UNKNOWN;
    if (next->outcome == MAPPED_OK && next->hash == row->tuple)
        return PLAN_OPEN_SAME;
    return row->settled ? PLAN_OPEN_HELD : PLAN_OPEN_ANEW;
}

static void add_change(struct buf *changes, const struct plan_example *e, const char *becomes)
{
    struct json_out out;

    if (changes->len > PLAN_BYTES / 2 - CHANGE_BYTES) /* the counts tell that there are more */
        return;
    if (changes->len)
        buf_add_byte(changes, ',');
    json_begin(&out, changes);
    json_open_object(&out);
    json_str_member(&out, "becomes", str_of(becomes));
    json_str_member(&out, "note", str_of(e->note));
    json_str_member(&out, "ticket", str_of(e->key));
    json_close_object(&out);
}

void plan_open_row(struct plan *p, const struct replay_row *row, const struct mapped *next)
{
    if (!row->kept.len || str_eq_c(row->kept, p->m->sha256))
        return;
    enum plan_open_kind kind = kind_of(row, next);
    struct plan_flip *f = &p->open[kind];
    struct plan_example e = {0};
    str_copy(e.key, sizeof e.key, row->issue_key.len ? row->issue_key : row->request_id);
    if (next && kind != PLAN_OPEN_SAME)
        say_next(e.note, sizeof e.note, next);
    if (kind == PLAN_OPEN_ANEW || kind == PLAN_OPEN_HELD)
        add_change(&p->changes, &e, OPEN[kind].word);
    if (f->count < PLAN_EXAMPLES)
        f->examples[f->count] = e;
    f->count++;
    p->open_count++;
    if (kind != PLAN_OPEN_UNKNOWN)
        buf_printf(&p->rebase, "%s\"%.*s\"", p->rebase.len ? "," : "", STR_ARG(row->request_id));
}

void plan_open_print(struct arena *a, const struct plan *p)
{
    if (!p->open_count)
        return;
    printf("  %-42s %8lld  apply --rebase moves them; --json names each that changes\n",
           "Open, and keep an earlier mapping", (long long)p->open_count);
    for (int i = 0; i < PLAN_OPEN_COUNT; i++)
        if (p->open[i].count)
            plan_print_flip(a, &p->open[i], OPEN[i].text);
}

void plan_open_put(struct json_out *out, const struct plan *p)
{
    json_put_name(out, "open");
    json_open_object(out);
    json_i64_member(out, "keep_other", p->open_count);
    for (int i = 0; i < PLAN_OPEN_COUNT; i++)
        json_i64_member(out, OPEN[i].word, p->open[i].count);
    json_put_name(out, "changes"); /* all of them, as far as there is room */
    json_open_array(out);
    json_put_raw(out, buf_str(&p->changes));
    json_close_array(out);
    json_close_object(out);
}
