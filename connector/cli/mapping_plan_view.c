#include <stdio.h>

#include "cli/mapping_plan.h"
#include "cli/view.h"
#include "json/json_write.h"

/* --- for people --- */

void plan_print_flip(struct arena *a, const struct plan_flip *f, const char *text)
{
    const char *before = "  ";

    printf("    %-40s %8lld", text, (long long)f->count);
    for (int64_t i = 0; i < f->count && i < PLAN_EXAMPLES; i++, before = " ")
        printf("%s%.*s", before, STR_ARG(view_plain(a, str_of(f->examples[i].key))));
    if (f->count > PLAN_EXAMPLES)
        printf(" (%lld more)", (long long)f->count - PLAN_EXAMPLES);
    if (f->count && f->examples[0].note[0])
        printf("  %.*s", STR_ARG(view_plain(a, str_of(f->examples[0].note))));
    printf("\n");
}

static void print_flips(struct arena *a, const struct plan *p)
{
    bool any = false;

    for (int i = 0; i < REPLAY_FLIP_COUNT; i++)
        any |= p->flips[i].count > 0;
    printf("\n  Decisions that flip%s\n", any ? "                      <- read these first" : "");
    for (int i = 0; i < REPLAY_FLIP_COUNT; i++)
        if (p->flips[i].count || i <= REPLAY_HELD)
            plan_print_flip(a, &p->flips[i], REPLAY_FLIP_TEXTS[i]);
}

static void print_values(const struct plan *p)
{
    const char *before = "  ";

    printf("  %-42s %8lld", "Values that change only", (long long)p->values_only);
    for (int i = 0; i < REPLAY_VALUE_COUNT; i++) {
        if (!p->values[i])
            continue;
        printf("%s%s %lld", before, REPLAY_VALUE_WORDS[i], (long long)p->values[i]);
        before = ", ";
    }
    printf("\n  %-42s %8lld\n", "Same", (long long)p->same);
}

static bool has_rule(const struct mapping *m, struct str request_type)
{
    for (size_t i = 0; i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, request_type))
            return true;
    return false;
}

/* Tickets that no rule is for now, by their request type. */
static void print_types(const struct plan *p, const struct plan_site *s)
{
    for (size_t i = 0; i < s->type_count && i < PLAN_TYPES_SHOWN; i++) {
        const struct store_ungoverned *t = &s->types[i];
        if (t->request_type.len)
            printf("  %lld ticket(s) of request type %.*s, which has no rule now%s\n",
                   (long long)t->count, STR_ARG(t->request_type),
                   has_rule(p->m, t->request_type) ? ": new ones would be governed" : "");
    }
    if (s->type_count > PLAN_TYPES_SHOWN)
        printf("  and of %zu other request types\n", s->type_count - PLAN_TYPES_SHOWN);
}

static void print_rules(struct arena *a, const char *sign, const struct plan_rules *r)
{
    if (r->count)
        printf("    %s %.*s\n", sign, STR_ARG(view_plain(a, str_of(r->names))));
}

static void print_rest(struct arena *a, const struct plan *p)
{
    for (size_t i = 0; i < p->reason_count; i++)
        printf("  %-42s %8lld  that %s\n", i ? "" : "Not replayed", (long long)p->reasons[i].count,
               p->reasons[i].why);
    for (size_t i = 0; i < p->site_count; i++) {
        const struct plan_site *s = &p->sites[i];
        printf("\n  %.*s: + %zu rule(s), - %zu, ~ %zu changed\n", STR_ARG(s->name), s->added.count,
               s->removed.count, s->changed.count);
        print_rules(a, "+", &s->added);
        print_rules(a, "-", &s->removed);
        print_rules(a, "~", &s->changed);
        if (s->sections[0])
            printf("  changed outside the rules: %s; this holds for open requests at once\n",
                   s->sections);
        print_types(p, s);
        if (s->added.count && s->ungoverned)
            printf("  %lld ticket(s) there are of no rule now; what they hold is not kept, so what "
                   "a new rule would do with them is not shown\n",
                   (long long)s->ungoverned);
    }
    printf("  tests %zu of %zu pass\n", p->tests, p->tests);
}

static void print_saved(const struct plan *p)
{
    if (p->saved[0])
        printf("  plan saved: %s (sha256 %.12s)\n", p->saved, p->hash);
}

void plan_print(struct arena *a, const struct plan *p)
{
    if (p->is_live) {
        printf("%s is what is live%s\n", p->file, p->rebases ? "" : ": nothing to plan");
        plan_open_print(a, p);
        print_saved(p);
        return;
    }
    printf("Replayed %lld stored request(s) with %s (%.12s) against the live mapping (",
           (long long)p->replayed, p->file, p->m->sha256);
    for (size_t i = 0; i < p->site_count; i++)
        printf("%s%.*s: %lld, %.12s", i ? "; " : "", STR_ARG(p->sites[i].name),
               (long long)p->sites[i].number, p->sites[i].was.p);
    printf("). Read only, %.1f s.\n", (double)p->took_ms / 1000);
    print_flips(a, p);
    print_values(p);
    plan_open_print(a, p);
    print_rest(a, p);
    print_saved(p);
}

/* --- for programs --- */

static void put_flips(struct json_out *out, const struct plan *p)
{
    json_put_name(out, "flips");
    json_open_object(out);
    for (int i = 0; i < REPLAY_FLIP_COUNT; i++)
        json_i64_member(out, REPLAY_FLIP_WORDS[i], p->flips[i].count);
    json_close_object(out);
}

/* Members by name, as the plan is hashed. */
void plan_put_counts(struct json_out *out, const struct plan *p)
{
    json_open_object(out);
    json_i64_member(out, "different", p->replayed - p->same);
    json_i64_member(out, "not_replayed", p->not_replayed);
    json_i64_member(out, "replayed", p->replayed);
    json_i64_member(out, "same", p->same);
    json_i64_member(out, "values_only", p->values_only);
    json_close_object(out);
}

void plan_put_examples(struct json_out *out, const struct plan_flip *f, const char *name)
{
    if (!f->count)
        return;
    json_put_name(out, name);
    json_open_array(out);
    for (int64_t i = 0; i < f->count && i < PLAN_EXAMPLES; i++) {
        json_open_object(out);
        json_str_member(out, "ticket", str_of(f->examples[i].key));
        json_str_member(out, "note", str_of(f->examples[i].note));
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_examples(struct json_out *out, const struct plan *p)
{
    json_put_name(out, "examples");
    json_open_object(out);
    for (int i = 0; i < REPLAY_FLIP_COUNT; i++)
        plan_put_examples(out, &p->flips[i], REPLAY_FLIP_WORDS[i]);
    json_close_object(out);
}

static void put_values(struct json_out *out, const struct plan *p)
{
    json_put_name(out, "values");
    json_open_object(out);
    for (int i = 0; i < REPLAY_VALUE_COUNT; i++)
        json_i64_member(out, REPLAY_VALUE_WORDS[i], p->values[i]);
    json_close_object(out);
}

static void put_reasons(struct json_out *out, const struct plan *p)
{
    json_put_name(out, "not_replayed");
    json_open_array(out);
    for (size_t i = 0; i < p->reason_count; i++) {
        json_open_object(out);
        json_i64_member(out, "count", p->reasons[i].count);
        json_str_member(out, "why", str_of(p->reasons[i].why));
        json_close_object(out);
    }
    json_close_array(out);
}

/* "rules_added": 2, "rules_added_names": "a, b" */
static void put_rules(struct json_out *out, const char *what, const struct plan_rules *r)
{
    char name[32];

    snprintf(name, sizeof name, "rules_%s", what);
    json_i64_member(out, name, (int64_t)r->count);
    snprintf(name, sizeof name, "rules_%s_names", what);
    json_str_member(out, name, str_of(r->names));
}

static void put_types(struct json_out *out, const struct plan_site *s)
{
    json_put_name(out, "request_types_of_no_rule");
    json_open_array(out);
    for (size_t i = 0; i < s->type_count; i++) {
        json_open_object(out);
        json_str_member(out, "request_type", s->types[i].request_type);
        json_i64_member(out, "tickets", s->types[i].count);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_sites(struct json_out *out, const struct plan *p)
{
    json_put_name(out, "sites");
    json_open_array(out);
    for (size_t i = 0; i < p->site_count; i++) {
        const struct plan_site *s = &p->sites[i];
        json_open_object(out);
        json_str_member(out, "site", s->name);
        json_str_member(out, "live", s->was);
        json_i64_member(out, "number", s->number);
        put_rules(out, "added", &s->added);
        put_rules(out, "removed", &s->removed);
        put_rules(out, "changed", &s->changed);
        json_str_member(out, "sections_changed", str_of(s->sections));
        json_i64_member(out, "tickets_of_no_rule", s->ungoverned);
        put_types(out, s);
        json_close_object(out);
    }
    json_close_array(out);
}

void plan_print_json(const struct plan *p)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, PLAN_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "file", str_of(p->file));
    json_str_member(&out, "sha256", str_of(p->m->sha256));
    json_bool_member(&out, "is_live", p->is_live);
    put_sites(&out, p);
    json_i64_member(&out, "tests", (int64_t)p->tests);
    json_put_name(&out, "counts");
    plan_put_counts(&out, p);
    put_flips(&out, p);
    put_examples(&out, p);
    put_values(&out, p);
    plan_open_put(&out, p);
    put_reasons(&out, p);
    if (p->saved[0]) {
        json_str_member(&out, "plan", str_of(p->saved));
        json_str_member(&out, "plan_sha256", str_of(p->hash));
    }
    json_close_object(&out);
    printf("%s\n", b.p);
}
