/* csv.c: entitlements in a file that a target system writes every so often. The file is read on a
 * worker thread, once for all reads that wait. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/list.h"
#include "io/io_work.h"
#include "readers/csv_feed.h"
#include "yaml/yaml.h"

enum {
    READS_MAX = 1024,
    MAX_AGE_MS = 26 * 60 * 60 * 1000, /* a day's feed that is a little late */
    MAX_DROP_PERCENT = 10,
};

extern const struct reader_kind READER_CSV;

struct csv_reader {
    struct reader base;
    struct reader_config config;
    struct arena *arena;
    struct csv_place place;
    struct csv_past past; /* of the thread while a scan runs */
    struct io_work *work;
    atomic_bool stop;
    bool scanning, closing, work_closed;
    struct list waiting;
    size_t open; /* reads */
    char why[CSV_WHY_BYTES], feed[128], as_of[CLOCK_TEXT_SIZE];
};

struct csv_read {
    struct list link;
    struct csv_reader *reader;
    struct arena *arena;
    struct item item;
    int64_t began_ms;
    reader_done_fn *fn;
    void *arg;
};

struct csv_job {
    struct csv_reader *reader;
    struct csv_scan scan;
    struct csv_question questions[CSV_QUESTIONS_MAX];
    struct csv_read *reads[CSV_QUESTIONS_MAX]; /* [0] is the canary's: none */
};

static void check_closed(struct csv_reader *reader)
{
    struct reader base = reader->base;

    if (!reader->work_closed || reader->open)
        return;
    arena_free(reader->arena);
    free(reader);
    base.closed_fn(base.closed_arg);
}

/* A feed is looked through for names and ids at once. by_id: all of its accounts show their id. */
static void read_end(struct csv_read *r, const struct answer *answer, const struct answer *canary,
                     bool by_id)
{
    struct csv_reader *reader = r->reader;
    struct observation obs;
    struct answers all = {.tracing = by_id ? TRACES_BY_ID : TRACES_NOBODY};

    for (enum ask ask = ASK_ITEM; ask < ASKS; ask++)
        if (by_id || ask == ASK_ITEM || ask == ASK_CANARY)
            answers_take(&all, ask, ask < ASK_CANARY ? answer : canary);
    answers_join(&r->item, &all, r->began_ms, clock_wall_ms(reader->config.clock), &obs);
    r->fn(r->arg, &obs);
    arena_free(r->arena);
    free(r);
    reader->open--;
}

static void read_fail(struct csv_read *r, const char *reason)
{
    struct answer nothing = answer_unknown(reason);
    read_end(r, &nothing, &nothing, false);
}

/* --- one scan for all that wait --- */

static void on_thread(void *arg)
{
    struct csv_job *job = arg;
    csv_scan_run(&job->scan);
}

static void scan(struct csv_reader *reader);

/* For people: what was read last. */
static void keep_facts(struct csv_reader *reader, const struct csv_scan *s)
{
    (void)str_copy(reader->why, sizeof reader->why, str_of(s->why));
    if (s->reason)
        return;
    snprintf(reader->feed, sizeof reader->feed, "%lld rows, SHA-256 %s", (long long)s->rows,
             s->sha256);
    (void)clock_rfc3339(s->as_of_ms, reader->as_of);
}

static void on_scanned(void *arg)
{
    struct csv_job *job = arg;
    struct csv_reader *reader = job->reader;

    reader->scanning = false;
    if (!job->scan.reason && !job->scan.sha256[0]) { /* the worker closed before it ran */
        for (size_t i = 0; i < job->scan.count; i++)
            job->questions[i].answer = answer_unknown("Closing");
    } else {
        keep_facts(reader, &job->scan);
    }
    for (size_t i = 1; i < job->scan.count; i++)
        read_end(job->reads[i], &job->questions[i].answer, &job->questions[0].answer,
                 !job->scan.id_hidden);
    free(job);
    scan(reader);
    check_closed(reader);
}

static void scan(struct csv_reader *reader)
{
    struct list *it;

    while (reader->closing && (it = list_shift(&reader->waiting)) != NULL)
        read_fail(container_of(it, struct csv_read, link), "Closing");
    if (reader->scanning || list_empty(&reader->waiting))
        return;
    struct csv_job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    job->reader = reader;
    job->questions[0] = (struct csv_question){.account = reader->config.canary_account,
                                              .entitlement = reader->config.canary_entitlement};
    job->scan = (struct csv_scan){.place = &reader->place,
                                  .clock = reader->config.clock,
                                  .stop = &reader->stop,
                                  .past = &reader->past,
                                  .questions = job->questions,
                                  .count = 1,
                                  .deadline_mono_ms = clock_mono_ms(reader->config.clock) +
                                                      reader->config.timeout_ms};
    while (job->scan.count < CSV_QUESTIONS_MAX && (it = list_shift(&reader->waiting)) != NULL) {
        struct csv_read *r = container_of(it, struct csv_read, link);
        job->reads[job->scan.count] = r;
        job->questions[job->scan.count++] =
            (struct csv_question){.account = r->item.account,
                                  .account_id = r->item.account_id,
                                  .entitlement = r->item.entitlement};
        r->began_ms = clock_wall_ms(reader->config.clock);
    }
    reader->scanning = true;
    if (!io_work_push(reader->work, on_thread, on_scanned, job))
        abort(); /* one at a time, and none once it closes */
}

static void on_turn(void *arg)
{
    struct csv_read *r = arg;
    struct csv_reader *reader = r->reader;

    if (reader->closing || reader->open > READS_MAX) {
        read_fail(r, reader->closing ? "Closing" : "Overloaded");
        check_closed(reader);
        return;
    }
    list_push(&reader->waiting, &r->link);
    scan(reader);
}

static void csv_read_item(struct reader *base, const struct item *item, reader_done_fn *fn,
                          void *arg)
{
    struct csv_reader *reader = container_of(base, struct csv_reader, base);
    struct csv_read *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct csv_read){.reader = reader,
                           .arena = arena_new(LIMIT_ARENA_SMALL),
                           .began_ms = clock_wall_ms(reader->config.clock),
                           .fn = fn,
                           .arg = arg};
    r->item = item_kept(r->arena, item);
    r->item.account = str_trim(r->item.account);
    r->item.entitlement = str_trim(r->item.entitlement);
    reader->open++;
    io_loop_defer(reader->config.loop, on_turn, r);
}

/* --- settings --- */

static bool is_on(const struct reader_config *config, const char *name)
{
    return str_eq_c(setting(config, name, "false"), "true");
}

static char delimiter_of(struct str text)
{
    if (str_eq_c(text, "tab"))
        return '\t';
    return text.len == 1 && text.p[0] > ' ' && text.p[0] < 0x7f && text.p[0] != '"' ? text.p[0]
                                                                                    : '\0';
}

static bool number_of(const struct reader_config *config, const char *name, int64_t otherwise,
                      int64_t max, int64_t *ret)
{
    struct str text = setting(config, name, NULL);

    *ret = otherwise;
    return !text.len || (str_to_i64(text, ret) && *ret >= 0 && *ret <= max);
}

/* The three ways to know that a file is whole: exactly one of them. */
static bool check_whole(const struct reader_config *config, const char **ret_setting,
                        struct err *err)
{
    bool manifest = setting(config, "manifest", NULL).len > 0;
    bool trailer = setting(config, "trailer", NULL).len > 0, renamed = is_on(config, "renamed");

    *ret_setting = manifest ? "manifest" : "file";
    if (manifest + trailer + renamed != 1)
        return FAIL(
            err, ERR_CONFIG,
            "say how a half-written file is told: manifest: /path (best), trailer: WORD, or "
            "renamed: true when it is written elsewhere and moved here; one of them");
    if (!manifest && !setting(config, "file", NULL).len)
        return FAIL(err, ERR_CONFIG, "name the file: file: /path/feed.csv");
    return true;
}

static bool check_paths(const struct reader_config *config, const char **ret_setting,
                        struct err *err)
{
    static const char *const PATHS[] = {"file", "manifest", "state_file"};

    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        struct str path = setting(config, PATHS[i], NULL);
        *ret_setting = PATHS[i];
        if (path.len && (path.p[0] != '/' || path.len > 1024))
            return FAIL(err, ERR_CONFIG, "write a whole path, such as /var/lib/feeds/people.csv");
    }
    return true;
}

static bool csv_check(const struct reader_config *config, const char **ret_setting, struct err *err)
{
    static const char *const CASES[] = {"exact", "ignore"};
    struct str names = setting(config, "case", NULL),
               separator = setting(config, "separator", NULL);
    struct str max_age = setting(config, "max_age", "26h");
    char delimiter = delimiter_of(setting(config, "delimiter", ","));
    int64_t n;

    if (!check_whole(config, ret_setting, err) || !check_paths(config, ret_setting, err))
        return false;
    *ret_setting = "delimiter";
    if (!delimiter)
        return FAIL(err, ERR_CONFIG, "write one character, or tab");
    *ret_setting = "separator";
    if (separator.len && (!delimiter_of(separator) || delimiter_of(separator) == delimiter))
        return FAIL(err, ERR_CONFIG, "write one character that is not the delimiter");
    *ret_setting = "case";
    if (names.len && str_index(names, CASES, 2) < 0)
        return FAIL(err, ERR_CONFIG,
                    "write exact where upper and lower case make other names, ignore where not");
    *ret_setting = "max_age";
    if (!yaml_duration(max_age, &n) || n == 0)
        return FAIL(err, ERR_CONFIG, "write how old the feed may be, such as 26h");
    *ret_setting = "max_drop";
    if (!number_of(config, "max_drop", 0, 100, &n))
        return FAIL(err, ERR_CONFIG, "write how many percent of the rows may go at once: 0 to 100");
    *ret_setting = "min_rows";
    if (!number_of(config, "min_rows", 0, INT64_MAX, &n))
        return FAIL(err, ERR_CONFIG, "write how many rows there are at least");
    *ret_setting = "entitlement";
    if (str_eq(setting(config, "account", NULL), setting(config, "entitlement", NULL)))
        return FAIL(err, ERR_CONFIG, "name another column than that of the account");
    return true;
}

static const char *path_of(struct csv_reader *reader, const char *name)
{
    struct str path = setting(&reader->config, name, NULL);
    return path.len ? arena_cstr(reader->arena, path) : NULL;
}

static void read_place(struct csv_reader *reader)
{
    const struct reader_config *config = &reader->config;
    struct csv_place *place = &reader->place;
    struct str names = setting(config, "case", NULL);

    *place = (struct csv_place){
        .file = path_of(reader, "file"),
        .manifest = path_of(reader, "manifest"),
        .state = path_of(reader, "state_file"),
        .trailer = setting(config, "trailer", NULL),
        .account = setting(config, "account", NULL),
        .entitlement = setting(config, "entitlement", NULL),
        .native_id = setting(config, "native_id", NULL),
        .active = setting(config, "active", NULL),
        .active_is = setting(config, "active_is", NULL),
        .delimiter = delimiter_of(setting(config, "delimiter", ",")),
        .separator = delimiter_of(setting(config, "separator", NULL)),
        .names = str_eq_c(names, "exact")    ? CSV_CASE_EXACT
                 : str_eq_c(names, "ignore") ? CSV_CASE_IGNORE
                                             : CSV_CASE_UNSURE,
        .all_accounts = is_on(config, "all_accounts"),
        .max_age_ms = MAX_AGE_MS,
    };
    (void)!yaml_duration(setting(config, "max_age", "26h"), &place->max_age_ms);
    (void)!number_of(config, "max_drop", MAX_DROP_PERCENT, 100, &place->max_drop_percent);
    (void)!number_of(config, "min_rows", 1, INT64_MAX, &place->min_rows);
}

static struct reader *csv_open(const struct reader_config *config, struct err *err)
{
    struct csv_reader *reader;
    const char *about;

    if (!csv_check(config, &about, err)) {
        err_while(err, "opening source '%.*s', setting '%s'", STR_ARG(config->source), about);
        return NULL;
    }
    reader = calloc(1, sizeof *reader);
    if (!reader)
        abort();
    reader->base.kind = &READER_CSV;
    reader->config = *config;
    reader->arena = arena_new(LIMIT_ARENA_SMALL);
    list_init(&reader->waiting);
    read_place(reader);
    reader->base.tracing = reader->place.native_id.len ? TRACES_BY_ID : TRACES_NOBODY;
    reader->work = io_work_new(config->loop, 1);
    return &reader->base;
}

static void on_work_closed(void *arg)
{
    struct csv_reader *reader = arg;

    reader->work_closed = true;
    check_closed(reader);
}

static void csv_close(struct reader *base, void (*fn)(void *arg), void *arg)
{
    struct csv_reader *reader = container_of(base, struct csv_reader, base);

    base->closed_fn = fn;
    base->closed_arg = arg;
    reader->closing = true;
    atomic_store(&reader->stop, true);
    scan(reader); /* those that wait are told */
    io_work_close(reader->work, on_work_closed, reader);
}

static size_t csv_facts(struct reader *base, struct reader_fact *ret)
{
    struct csv_reader *reader = container_of(base, struct csv_reader, base);
    size_t n = 0;

    if (reader->feed[0]) {
        ret[n++] = (struct reader_fact){"feed", str_of(reader->feed)};
        ret[n++] = (struct reader_fact){"feed as of", str_of(reader->as_of)};
    }
    if (reader->why[0])
        ret[n++] = (struct reader_fact){"last trouble", str_of(reader->why)};
    return n;
}

static const char *const SETTINGS[] = {
    "file",         "manifest", "trailer",   "renamed",   "state_file",   "!account",
    "!entitlement", "active",   "active_is", "native_id", "all_accounts", "delimiter",
    "separator",    "case",     "max_age",   "max_drop",  "min_rows",     NULL};
static const char *const PROVES[] = {
    "the feed gives an account an entitlement, or does not, as of the feed's own time",
    "an account is gone: no row has it, where all_accounts says that each has one", NULL};
static const char *const BLIND[] = {
    "what changed since the feed was written: a claim after that waits for the next feed",
    "what whoever writes the feed leaves out of all rows",
    "an entitlement that nobody holds, unless a row without an account or the manifest names it",
    "whether an account is disabled, where no column says so", NULL};
const struct reader_kind READER_CSV = {.name = "csv",
                                       .check = csv_check,
                                       .open = csv_open,
                                       .read = csv_read_item,
                                       .close = csv_close,
                                       .at_once = 64,
                                       .settings = SETTINGS,
                                       .facts = csv_facts,
                                       .proves = PROVES,
                                       .blind = BLIND};
