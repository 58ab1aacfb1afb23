/* countersign mapping validate|test: a mapping file by itself, without Jira; with --config its
 * applications are the sources there, and the database says how many tickets no rule is for. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/diag_view.h"
#include "cli/lock_work.h"
#include "cli/mapping_verbs.h"
#include "cli/view.h"
#include "io/io_file.h"
#include "lock/lock_check.h"
#include "store/store_mapping.h"

enum {
    FILES_MAX = 16,
    DAYS = 90,      /* tickets that no rule is for */
    ROUNDS_MAX = 8, /* a fix may uncover another fault: each round corrects something, or it ends */
};

struct checked {
    struct diag_list diags;
    struct diag_list of_lock; /* of what the mapping does not speak of, and of the lock itself */
    const struct mapping *m;  /* NULL: it has faults */
    bool tested;              /* what is wrong anyway is corrected first */
    size_t tests;
};

/* What it is checked against, beside itself. */
struct against {
    const struct config *config;        /* NULL: the file alone */
    const struct lock_tickets *tickets; /* NULL: not known */
};

/* Against the desk as its lock shows it, where there is one beside the file. */
static void check_desk(struct arena *arena, const struct against *by, struct checked *c)
{
    const char *path = lock_path(arena, c->diags.file);
    const struct lock_site *sites[LOCK_SITES_MAX];
    struct err err = {0};
    const struct lock *lock = lock_open(arena, path, &err);

    diag_init(&c->of_lock, path);
    if (lock) {
        size_t count = lock_sites_of(lock, lock_file_name(c->diags.file), sites);
        lock_check(c->m, sites, count, by->tickets, arena, &c->diags, &c->of_lock);
    } else if (err.kind != ERR_NONE) {
        diag_error(&c->of_lock, "M100", (struct diag_pos){0}, "the lock cannot be used: %s",
                   err.what);
        diag_help(&c->of_lock, "remove it, then countersign mapping lock");
    }
}

static bool check_file(struct arena *arena, const struct against *by, const char *file,
                       struct checked *c, struct err *err)
{
    struct str text;

    *c = (struct checked){0};
    diag_init(&c->diags, file);
    c->diags.fixed_by = "countersign mapping validate --fix";
    if (!file_read_input(arena, file, LIMIT_YAML_BYTES, &text, err))
        return false;
    const struct mapping *m = by->config ? config_mapping(by->config, arena, file, text, &c->diags)
                                         : mapping_load(arena, file, text, NULL, 0, &c->diags);
    c->m = m;
    if (m)
        check_desk(arena, by, c);
    c->tested = m && !c->diags.errors;
    c->tests = c->tested ? config_run_mapping_tests(m, arena, &c->diags) : 0;
    return true;
}

/* What stands at the place of a fix, for saying what was changed. */
static struct str stands_at(struct str text, struct diag_pos pos)
{
    struct str line = {0};
    size_t from = 0;

    for (int i = 0; i < pos.line; i++)
        line = str_cut(&text, '\n');
    for (int n = 1, end = pos.column + pos.width, i = 0; (size_t)i <= line.len; i++) {
        if ((size_t)i < line.len && ((unsigned char)line.p[i] & 0xC0) == 0x80)
            continue;
        if (n == pos.column)
            from = (size_t)i;
        if (n++ == end)
            return str_n(line.p + from, (size_t)i - from);
    }
    return STR("");
}

/* The fixes of one round, said and written; false with an error, or with none when nothing is left
 * to fix. */
static bool fix_round(const struct checked *c, bool dry_run, struct err *err)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, 2 * LIMIT_YAML_BYTES);
    if (!diag_apply(&c->diags, &b) || b.over)
        return false;
    for (size_t i = 0; i < c->diags.count && i < DIAG_MAX; i++) {
        const struct diag *d = &c->diags.items[i];
        if (d->fix_at.line)
            fprintf(stderr, "%s:%d:%d: %.*s -> %s [%s]%s\n", c->diags.file, d->fix_at.line,
                    d->fix_at.column, STR_ARG(stands_at(c->diags.text, d->fix_at)), d->fix, d->code,
                    dry_run ? ", not written" : "");
    }
    return !dry_run && file_replace(c->diags.file, buf_str(&b), err);
}

static bool check_and_fix(struct arena *arena, const struct against *by, const char *file, bool fix,
                          bool dry_run, struct checked *c, struct err *err)
{
    if (fix && file_is_stream(file))
        return FAIL(err, ERR_INPUT, "'%s' can be read and not corrected: put it into a file first",
                    file);
    if (!check_file(arena, by, file, c, err))
        return false;
    for (int round = 0; fix && round < ROUNDS_MAX && fix_round(c, dry_run, err); round++)
        if (!check_file(arena, by, file, c, err))
            return false;
    return !err->what[0];
}

static void sum_up(const struct checked *c)
{
    size_t errors = c->diags.errors + c->of_lock.errors;
    size_t warnings = c->diags.count + c->of_lock.count - errors;

    fprintf(stderr, "%s: %zu error%s", c->diags.file, errors, view_plural(errors));
    if (warnings)
        fprintf(stderr, ", %zu warning%s", warnings, view_plural(warnings));
    if (c->tested)
        fprintf(stderr, ", %zu rule%s, %zu test%s run\n", c->m->rule_count,
                view_plural(c->m->rule_count), c->tests, view_plural(c->tests));
    else
        fprintf(stderr, "; tests are run when these are corrected\n");
    if (c->diags.count || c->of_lock.count)
        fprintf(stderr, "more about a fault: countersign mapping explain %s\n",
                c->diags.count ? c->diags.items[0].code : c->of_lock.items[0].code);
}

static bool is_before(struct diag_pos a, struct diag_pos b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* A fault of a test stands inside it. */
static bool has_fault(const struct diag_list *diags, const struct yaml *test)
{
    for (size_t i = 0; i < diags->count && i < DIAG_MAX; i++) {
        struct diag_pos at = diags->items[i].pos;
        if (!is_before(at, test->pos) && (!test->next || is_before(at, test->next->pos)))
            return true;
    }
    return false;
}

static void list_tests(struct arena *arena, const struct checked *c)
{
    YAML_EACH(test, c->tested ? c->m->tests : NULL)
    {
        const struct yaml *name = yaml_member(test, "name");
        printf("%s  %.*s\n", has_fault(&c->diags, test) ? "FAIL" : "ok  ",
               STR_ARG(view_plain(arena, name ? name->scalar : STR("without a name"))));
    }
}

/* NULL, and said why: then it goes without saying how many. */
static const struct lock_tickets *count_tickets(const struct config *config, struct arena *arena)
{
    struct store_ungoverned *found = arena_array(arena, STORE_UNGOVERNED_MAX, sizeof *found);
    struct lock_tickets *tickets = ARENA_NEW(arena, struct lock_tickets);
    struct lock_tickets_of *of =
        arena_array(arena, config->site_count * STORE_UNGOVERNED_MAX + 1, sizeof *of);
    struct pg_options options;
    struct err err = {0};
    size_t count = 0, n = 0;
    bool good = cli_database(config, arena, &options, &err);

    for (size_t i = 0; good && i < config->site_count; i++) {
        good = store_ungoverned(&options, arena, config->sites[i].name, DAYS * 86400000LL, found,
                                &count, &err);
        for (size_t k = 0; good && k < count; k++)
            of[n++] = (struct lock_tickets_of){config->sites[i].name, found[k].request_type,
                                               found[k].count};
    }
    if (!good) {
        fprintf(stderr, "countersign mapping: how many tickets no rule is for is not known: %s\n",
                err.what);
        return NULL;
    }
    *tickets = (struct lock_tickets){DAYS, of, n};
    return tickets;
}

static int validate(struct cli *cli, bool listed)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    bool fix = cli_flag(cli, "fix"), dry_run = cli_flag(cli, "dry-run");
    struct checked *checked = arena_array(arena, FILES_MAX, sizeof *checked);
    const struct diag_list *lists[2 * FILES_MAX];
    enum diag_format format;
    size_t n = 0, errors = 0;
    struct against by = {0};
    struct err err = {0};
    const char *file;

    if (cli->config_named) {
        by.config = mapping_config(cli, arena);
        if (!by.config)
            return EXIT_CODE_CONFIG;
        by.tickets = count_tickets(by.config, arena);
    }

    bool known_format = diag_format_option(cli, &format);
    while (known_format && n < FILES_MAX && (file = cli_word(cli)) != NULL) {
        if (!check_and_fix(arena, &by, file, fix, dry_run, &checked[n], &err))
            return cli_fail(&err);
        lists[2 * n] = &checked[n].diags;
        lists[2 * n + 1] = &checked[n].of_lock;
        errors += checked[n].diags.errors + checked[n].of_lock.errors;
        n++;
    }
    if (!n || !known_format || cli->argc)
        return cli_usage(cli, "validate|test [--config CONFIG] [--fix [--dry-run]] [--format "
                              "text|json|sarif|github] FILE...");
    for (size_t i = 0; listed && format == DIAG_TEXT && i < n; i++)
        list_tests(arena, &checked[i]);
    (void)fflush(stdout); /* before what is said about them */
    diag_print(lists, 2 * n, format);
    for (size_t i = 0; format == DIAG_TEXT && i < n; i++)
        sum_up(&checked[i]);
    return errors ? EXIT_CODE_CONFIG : EXIT_CODE_OK;
}

int mapping_validate(struct cli *cli)
{
    return validate(cli, false);
}

int mapping_test(struct cli *cli)
{
    return validate(cli, true);
}
