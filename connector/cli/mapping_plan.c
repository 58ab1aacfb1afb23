/* countersign mapping plan|backtest: stored requests replayed with another mapping. Read only, one
 * request after the other in constant memory. */
#include "cli/mapping_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/mapping_verbs.h"
#include "io/io_file.h"
#include "yaml/yaml.h"

enum {
    REPLAY_ARENA_BYTES = 4 * 1024 * 1024, /* of one request */
    PROGRESS_EVERY = 4096,
};

static const char USAGE[] =
    "plan|backtest [FILE] [--site SITE] [--since 90d] [--out PLAN.json] [--rebase] [--json]";

/* One that asks for something else: it is judged when the page's are asked about together. */
struct asking {
    struct replay_result result;
    struct replay_past past;
    struct replay_row row;
    struct mapped live, next;
};

struct planning {
    struct plan *plan;
    const struct config *config;
    struct arena *arena; /* of the whole run */
    struct arena *site_arena, *row_arena;
    struct arena *page_arena; /* of those that ask for something else */
    struct asking *asking;
    struct item *items;
    size_t asking_count;
    const struct site_config *site; /* the one that is replayed */
    const struct mapping *live;
    struct str *news[MAPPING_RULES_MAX]; /* fields that a new rule reads and the live mapping not */
    size_t news_count[MAPPING_RULES_MAX];
    bool shows_progress;
};

/* --- one request --- */

static void not_replayed(struct plan *p, struct str why)
{
    p->not_replayed++;
    for (size_t i = 0; i < p->reason_count; i++) {
        if (str_eq_c(why, p->reasons[i].why)) {
            p->reasons[i].count++;
            return;
        }
    }
    if (p->reason_count == PLAN_REASONS_MAX) { /* the last one is all others */
        str_copy(p->reasons[PLAN_REASONS_MAX - 1].why, sizeof p->reasons[0].why,
                 STR("could not, for other reasons"));
        p->reasons[PLAN_REASONS_MAX - 1].count++;
        return;
    }
    str_copy(p->reasons[p->reason_count].why, sizeof p->reasons[0].why, why);
    p->reasons[p->reason_count++].count = 1;
}

/* "entitlement now "fin-admin", was "admin"" */
static void say_value(char *dst, size_t size, uint32_t values, const struct mapped *live,
                      const struct mapped *next)
{
    const struct {
        enum replay_value which;
        struct str now, was;
    } SHOWN[] = {
        {REPLAY_OF_ENTITLEMENT, next->entitlement, live->entitlement},
        {REPLAY_OF_ACCOUNT, next->account, live->account},
        {REPLAY_OF_APPLICATION, next->source, live->source},
    };

    for (size_t i = 0; i < sizeof SHOWN / sizeof SHOWN[0]; i++) {
        if (!(values & 1U << SHOWN[i].which))
            continue;
        snprintf(dst, size, "%s now \"%.*s\", was \"%.*s\"", REPLAY_VALUE_WORDS[SHOWN[i].which],
                 STR_ARG(SHOWN[i].now), STR_ARG(SHOWN[i].was));
        return;
    }
}

static void count_flip(struct plan_flip *f, enum replay_flip which, const struct replay_row *row,
                       uint32_t values, const struct mapped *live, const struct mapped *next)
{
    if (f->count < PLAN_EXAMPLES) {
        struct plan_example *e = &f->examples[f->count];
        str_copy(e->key, sizeof e->key, row->issue_key.len ? row->issue_key : row->request_id);
        if (which == REPLAY_REFUSED || which == REPLAY_CLOSED)
            say_value(e->note, sizeof e->note, values, live, next);
        else if (which == REPLAY_EASED || which == REPLAY_TIGHTENED)
            snprintf(e->note, sizeof e->note, "%s",
                     which == REPLAY_EASED ? mapping_replay_eased(&live->terms, &next->terms)
                                           : mapping_replay_eased(&next->terms, &live->terms));
        else if (which == REPLAY_HELD)
            snprintf(e->note, sizeof e->note, "%s %.*s", next->hold_code, STR_ARG(next->hold_text));
    }
    f->count++;
}

static void count_result(struct plan *p, const struct replay_result *r,
                         const struct replay_row *row, const struct mapped *live,
                         const struct mapped *next)
{
    p->replayed++;
    p->same += !r->flips && !r->values;
    p->values_only += !r->flips && r->values;
    for (int i = 0; i < REPLAY_FLIP_COUNT; i++)
        if (r->flips & 1U << i)
            count_flip(&p->flips[i], (enum replay_flip)i, row, r->values, live, next);
    for (int i = 0; !r->flips && i < REPLAY_VALUE_COUNT; i++)
        p->values[i] += (r->values & 1U << i) != 0;
}

/* A field that the live mapping does not read was not asked for when the ticket was read. */
static struct str unread_field(const struct planning *g, const struct mapped *next,
                               const struct json *issue)
{
    const struct json *fields = json_member(issue, "fields");

    if (!next->rule)
        return STR_NONE;
    size_t rule = (size_t)(next->rule - g->plan->m->rules);
    for (size_t i = 0; i < g->news_count[rule]; i++)
        if (!json_member_str(fields, g->news[rule][i]))
            return g->news[rule][i];
    return STR_NONE;
}

static void show_progress(const struct planning *g, bool done)
{
    int64_t seen = g->plan->replayed + g->plan->not_replayed;

    if (!g->shows_progress || (!done && seen % PROGRESS_EVERY))
        return;
    if (done)
        fprintf(stderr, "\r%40s\r", "");
    else
        fprintf(stderr, "\r%lld requests replayed", (long long)seen);
}

static void keep_item(struct arena *a, struct mapped *m)
{
    m->account = arena_str(a, m->account);
    m->source = arena_str(a, m->source);
    m->entitlement = mapping_names(a, arena_str(a, m->entitlement));
}

/* What is shown of it, and asked about, outlives its row. */
static void ask_later(struct planning *g, const struct asking *asked)
{
    struct asking *a = &g->asking[g->asking_count];
    struct arena *page = g->page_arena;

    *a = *asked;
    a->row.request_id = arena_str(page, a->row.request_id);
    a->row.issue_key = arena_str(page, a->row.issue_key);
    keep_item(page, &a->live);
    keep_item(page, &a->next);
    g->items[g->asking_count++] = (struct item){.source = a->next.source,
                                                .account = a->next.account,
                                                .entitlement = a->next.entitlement,
                                                .desired = a->next.rule->expect};
}

static bool on_row(void *arg, const struct replay_row *row, struct err *err)
{
    struct planning *g = arg;
    struct arena *a = g->row_arena;
    struct replay_past past = {row->closed, row->refused, row->stopped, row->open_ms,
                               g->site->mode};
    struct err unread = {0};
    const struct json *issue;
    struct mapped live, next;

    (void)err;
    arena_clear(a);
    show_progress(g, false);
    if (!row->fields.len) {
        plan_open_row(g->plan, row, NULL);
        not_replayed(g->plan, row->why);
        return true;
    }
    struct str text = arena_printf(a, "{\"fields\":%.*s}", STR_ARG(row->fields));
    if (!json_parse_deep(a, text, LIMIT_JIRA_JSON_DEPTH, &issue, &unread)) {
        plan_open_row(g->plan, row, NULL);
        not_replayed(g->plan, STR("hold what cannot be read"));
        return true;
    }
    mapping_ticket(g->live, a, issue, &live);
    mapping_ticket(g->plan->m, a, issue, &next);
    struct str field = unread_field(g, &next, issue);
    plan_open_row(g->plan, row, field.len ? NULL : &next);
    if (field.len) {
        not_replayed(g->plan, arena_printf(a, "were read without %.*s", STR_ARG(field)));
        return true;
    }
    struct replay_result r = mapping_replay(&live, &next, &past);
    if (r.asks_else && (past.closed || past.refused))
        ask_later(g, &(struct asking){r, past, *row, live, next});
    else
        count_result(g->plan, &r, row, &live, &next);
    return true;
}

static bool on_page(void *arg, void *session, struct err *err)
{
    struct planning *g = arg;
    bool believed[STORE_REPLAY_ROWS] = {false};

    if (g->asking_count && !store_believed(session, g->items, g->asking_count, believed, err))
        return false;
    for (size_t i = 0; i < g->asking_count; i++) {
        struct asking *a = &g->asking[i];
        mapping_replay_judge(&a->result, &a->past, believed[i]);
        count_result(g->plan, &a->result, &a->row, &a->live, &a->next);
    }
    g->asking_count = 0;
    arena_clear(g->page_arena);
    return true;
}

/* --- the live mapping of a site --- */

static void list_news(struct planning *g)
{
    struct str read[MAPPING_FIELDS_MAX], wanted[MAPPING_FIELDS_MAX];
    size_t known = mapping_fields(g->live, NULL, read);

    for (size_t i = 0; i < g->plan->m->rule_count; i++) {
        size_t count = mapping_fields(g->plan->m, &g->plan->m->rules[i], wanted), n = 0;
        g->news[i] = arena_array(g->site_arena, count + 1, sizeof *g->news[i]);
        for (size_t k = 0; k < count; k++)
            if (!mapping_field_is_in(read, known, wanted[k]))
                g->news[i][n++] = wanted[k];
        g->news_count[i] = n;
    }
}

static bool on_live(void *arg, const struct store_live *live, struct err *err)
{
    struct planning *g = arg;
    struct plan *p = g->plan;
    struct plan_site *s = &p->sites[p->site_count++];
    struct diag_list *diags;

    arena_clear(g->site_arena);
    diags = ARENA_NEW(g->site_arena, struct diag_list);
    for (size_t i = 0; i < g->config->site_count; i++)
        if (str_eq(g->config->sites[i].name, live->site))
            g->site = &g->config->sites[i];
    diag_init(diags, "the live mapping");
    struct str body = arena_str(g->site_arena, live->body);
    g->live = mapping_load(g->site_arena, diags->file, body, NULL, 0, diags);
    if (!g->live)
        return FAIL(err, ERR_BUG, "the live mapping of %.*s cannot be read: %s",
                    STR_ARG(live->site), diags->items[0].text);
    *s = (struct plan_site){.name = g->site->name,
                            .was = arena_str(g->arena, live->sha256),
                            .number = live->number,
                            .ungoverned = live->ungoverned};
    plan_compare(g->site_arena, s, body, p->m->text);
    list_news(g);
    return true;
}

/* --- the verb --- */

/* Sites that have this file, or the one that is named; 0: nobody can tell. */
static size_t sites_of(const struct config *config, const char *file, const char *site,
                       struct str *ret)
{
    size_t count = 0;
    bool one_file = true;

    for (size_t i = 0; i < config->site_count; i++) {
        const struct site_config *s = &config->sites[i];
        one_file &= str_eq(s->mapping_file, config->sites[0].mapping_file);
        if (site ? str_eq_c(s->name, site) : str_eq_c(s->mapping_file, file))
            ret[count++] = s->name;
    }
    for (size_t i = 0; !count && !site && one_file && i < config->site_count; i++)
        ret[count++] = config->sites[i].name; /* a draft of the file of all */
    return count;
}

static void settle_live(struct plan *p)
{
    p->is_live = true;
    for (size_t i = 0; i < p->site_count; i++)
        p->is_live &= str_eq_c(p->sites[i].was, p->m->sha256);
}

static bool gather(struct planning *g, const struct pg_options *options, const struct str *sites,
                   size_t count, struct err *err)
{
    const struct replay_reader reader = {on_live, on_row, on_page, g};
    int64_t began_ms = clock_mono_ms(&CLOCK_SYSTEM);

    bool good = store_replay(options, sites, count, g->plan->since_ms, &reader, err);
    for (size_t i = 0; good && i < g->plan->site_count; i++) {
        struct plan_site *s = &g->plan->sites[i];
        good = store_ungoverned(options, g->arena, s->name, g->plan->since_ms, s->types,
                                &s->type_count, err);
    }
    show_progress(g, true);
    g->plan->took_ms = clock_mono_ms(&CLOCK_SYSTEM) - began_ms;
    if (good)
        settle_live(g->plan);
    return good;
}

/* Beside the mapping: "mapping.yaml.plan-15.json". */
static const char *plan_path(struct arena *arena, const struct plan *p, const char *out)
{
    int64_t number = 0;

    for (size_t i = 0; i < p->site_count; i++)
        number = p->sites[i].number > number ? p->sites[i].number : number;
    return out ? out : arena_printf(arena, "%s.plan-%lld.json", p->file, (long long)number + 1).p;
}

struct plan_words {
    const char *file, *site, *since, *out;
    bool saves;
};

static int run(const struct cli *cli, const struct plan_words *w, const struct config *config,
               struct planning *g)
{
    struct str sites[CONFIG_SITES_MAX];
    struct pg_options options;
    struct err err = {0};
    struct str text;

    g->plan->file = w->file ? w->file : arena_cstr(g->arena, config->mapping_file);
    size_t count = sites_of(config, g->plan->file, w->site, sites);
    if (!count) {
        fprintf(stderr, "countersign mapping: for which site is %s? say --site SITE\n",
                g->plan->file);
        return EXIT_CODE_USAGE;
    }
    if (!file_read_input(g->arena, g->plan->file, LIMIT_YAML_BYTES, &text, &err))
        return cli_fail(&err);
    g->plan->m = plan_check(config, g->arena, g->plan->file, text, &g->plan->tests);
    if (!g->plan->m)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, g->arena, &options, &err) || !gather(g, &options, sites, count, &err))
        return cli_fail(&err);
    bool news = !g->plan->is_live || (g->plan->rebases && g->plan->open_count);
    if (w->saves && news && !plan_save(g->plan, plan_path(g->arena, g->plan, w->out), &err))
        return cli_fail(&err);
    if (cli->json)
        plan_print_json(g->plan);
    else
        plan_print(g->arena, g->plan);
    /* what only new requests would meet was not replayed: another mapping is a difference */
    return news ? EXIT_CODE_DIFFERENT : EXIT_CODE_OK;
}

static int replay(struct cli *cli, bool saves)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    AUTO(drop_arena) struct arena *site_arena = arena_new(LIMIT_ARENA_VISIT);
    AUTO(drop_arena) struct arena *row_arena = arena_new(REPLAY_ARENA_BYTES);
    AUTO(drop_arena) struct arena *page_arena = arena_new(REPLAY_ARENA_BYTES);
    struct plan *plan = ARENA_NEW(arena, struct plan);
    struct planning g = {.plan = plan,
                         .arena = arena,
                         .site_arena = site_arena,
                         .row_arena = row_arena,
                         .page_arena = page_arena,
                         .asking = arena_array(arena, STORE_REPLAY_ROWS, sizeof *g.asking),
                         .items = arena_array(arena, STORE_REPLAY_ROWS, sizeof *g.items),
                         .shows_progress = isatty(STDERR_FILENO) == 1};
    struct plan_words w = {.site = cli_option(cli, "site"),
                           .since = cli_option(cli, "since"),
                           .out = cli_option(cli, "out"),
                           .saves = saves};

    buf_init(&plan->rebase, PLAN_BYTES / 2);
    buf_init(&plan->changes, PLAN_BYTES / 2);
    plan->rebases = cli_flag(cli, "rebase");
    w.file = cli_word(cli);
    if (cli->argc || (w.out && !saves) ||
        !yaml_duration(w.since ? str_of(w.since) : STR("90d"), &plan->since_ms) ||
        plan->since_ms <= 0)
        return cli_usage(cli, USAGE);
    g.config = mapping_config(cli, arena);
    int code = g.config ? run(cli, &w, g.config, &g) : EXIT_CODE_CONFIG;
    buf_done(&plan->rebase);
    buf_done(&plan->changes);
    return code;
}

int mapping_plan(struct cli *cli)
{
    return replay(cli, true);
}

int mapping_backtest(struct cli *cli)
{
    return replay(cli, false);
}
