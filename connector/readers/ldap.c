/* ldap.c: entitlements that are group memberships in an LDAP directory. libldap blocks (TLS,
 * names), so every source has a worker thread of its own: a hung directory delays nobody else. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/list.h"
#include "io/io_work.h"
#include "readers/ldap_question.h"

enum { READS_MAX = 256, RUN_MAX = 64 };

extern const struct reader_kind READER_LDAP;

/* libldap and libcurl bring GnuTLS along, which would set itself up in every process; libldap does
 * it when it first needs TLS (gnutls.h, GNUTLS_SKIP_GLOBAL_INIT). Saves 0.8 MB. */
int _gnutls_global_init_skip(void);
int _gnutls_global_init_skip(void)
{
    return 1;
}

struct ldap_reader {
    struct reader base;
    struct reader_config config;
    struct arena *arena;
    struct ldap_place place;
    struct io_work *work;
    struct ldap_session session; /* of the thread while a run is on its way */
    struct ldap_dc dc;           /* as the last run found it */
    struct io_timer *idle;
    bool running, woken, closing, work_closed;
    struct list waiting; /* reads that no run has taken up yet */
    size_t open;         /* reads */
};

struct ldap_read {
    struct list link;
    struct ldap_reader *reader;
    struct arena *arena; /* keeps what is asked for */
    struct ldap_question question;
    int64_t began_ms;
    reader_done_fn *fn;
    void *arg;
};

/* Reads that are asked over one connection, some at a time; none: it is signed off. */
struct ldap_run {
    struct ldap_reader *reader;
    struct ldap_question *questions[RUN_MAX];
    struct ldap_read *reads[RUN_MAX];
    size_t count, answered;
};

static void run_next(struct ldap_reader *reader);

static void check_closed(struct ldap_reader *reader)
{
    struct reader base = reader->base;

    if (!reader->work_closed || reader->open || reader->woken) /* on_turn is on its way */
        return;
    ldap_session_end(&reader->session);
    arena_free(reader->arena);
    free(reader);
    base.closed_fn(base.closed_arg);
}

static void read_end(struct ldap_read *r)
{
    struct observation obs;

    answers_join(&r->question.item, &r->question.answers, r->began_ms,
                 clock_wall_ms(r->reader->config.clock), &obs);
    r->fn(r->arg, &obs);
    r->reader->open--;
    arena_free(r->arena);
    free(r);
}

static void read_fail(struct ldap_read *r, const char *reason)
{
    answers_fail(&r->question.answers, &r->question.item, reason);
    read_end(r);
}

/* --- one run for all that wait --- */

static void on_thread(void *arg)
{
    struct ldap_run *run = arg;
    struct ldap_reader *reader = run->reader;

    if (run->count)
        run->answered =
            ldap_ask(&reader->place, &reader->config, &reader->session, run->questions, run->count);
    else
        ldap_session_end(&reader->session);
}

static void on_run(void *arg)
{
    struct ldap_run *done = arg;
    struct ldap_reader *reader = done->reader;

    reader->running = false;
    if (done->count)
        reader->dc = reader->session.dc;
    for (size_t i = done->count; i-- > done->answered;) /* first in the next one */
        list_push(reader->waiting.next, &done->reads[i]->link);
    for (size_t i = 0; i < done->answered; i++)
        read_end(done->reads[i]);
    if (done->count && !reader->closing)
        io_timer_start(reader->idle, LDAP_SESSION_IDLE_MS, 0);
    free(done);
    run_next(reader);
    check_closed(reader);
}

static void start(struct ldap_reader *reader)
{
    struct ldap_run *run = calloc(1, sizeof *run);
    struct list *it;

    if (!run)
        abort();
    run->reader = reader;
    while (run->count < RUN_MAX && (it = list_shift(&reader->waiting)) != NULL) {
        struct ldap_read *r = container_of(it, struct ldap_read, link);
        run->questions[run->count] = &r->question;
        run->reads[run->count++] = r;
    }
    reader->running = true;
    if (!io_work_push(reader->work, on_thread, on_run, run))
        abort(); /* one at a time, and none once it closes */
}

static void run_next(struct ldap_reader *reader)
{
    struct list *it;

    while (reader->closing && !reader->running && (it = list_shift(&reader->waiting)) != NULL)
        read_fail(container_of(it, struct ldap_read, link), "Closing");
    if (!reader->running && !list_empty(&reader->waiting))
        start(reader);
}

/* Nobody asked for a while: a directory counts its connections. */
static void on_idle(void *arg)
{
    struct ldap_reader *reader = arg;

    if (!reader->running && reader->session.ld)
        start(reader);
}

static void on_turn(void *arg)
{
    struct ldap_reader *reader = arg;

    reader->woken = false;
    run_next(reader);
    check_closed(reader);
}

static void on_overloaded(void *arg)
{
    struct ldap_read *r = arg;
    struct ldap_reader *reader = r->reader;

    read_fail(r, reader->closing ? "Closing" : "Overloaded");
    check_closed(reader);
}

static void ldap_read_item(struct reader *base, const struct item *item, reader_done_fn *fn,
                           void *arg)
{
    struct ldap_reader *reader = container_of(base, struct ldap_reader, base);
    struct ldap_read *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct ldap_read){
        .reader = reader, .arena = arena_new(LIMIT_ARENA_SMALL), .fn = fn, .arg = arg};
    r->question.answers.tracing = base->tracing;
    r->question.item = item_kept(r->arena, item);
    r->began_ms = clock_wall_ms(reader->config.clock);
    if (++reader->open > READS_MAX) { /* too much waits for this source already */
        io_loop_defer(reader->config.loop, on_overloaded, r);
        return;
    }
    list_push(&reader->waiting, &r->link);
    if (reader->woken)
        return;
    reader->woken = true; /* whoever asks in this turn comes along */
    io_loop_defer(reader->config.loop, on_turn, reader);
}

static bool ldap_check(const struct reader_config *config, const char **ret_setting,
                       struct err *err)
{
    struct str uri = setting(config, "uri", "");
    bool starttls = str_eq_c(setting(config, "starttls", "false"), "true");
    bool insecure = str_eq_c(setting(config, "insecure", "false"), "true");

    *ret_setting = "uri";
    if (str_starts(uri, STR("ldaps://")) || starttls || insecure)
        return true;
    return FAIL(
        err, ERR_CONFIG,
        "source '%.*s' would send its password in the clear: use ldaps:// or starttls: true",
        STR_ARG(config->source));
}

static struct reader *ldap_open(const struct reader_config *config, struct err *err)
{
    struct ldap_reader *reader;
    const char *about;

    if (!ldap_check(config, &about, err))
        return NULL;
    reader = calloc(1, sizeof *reader);
    if (!reader)
        abort();
    reader->base.kind = &READER_LDAP;
    reader->base.tracing = TRACES_BY_ID;
    reader->config = *config;
    reader->arena = arena_new(LIMIT_ARENA_SMALL);
    struct arena *a = reader->arena;
    const char *base = arena_cstr(a, setting(config, "base", ""));
    reader->place = (struct ldap_place){
        .uri = arena_cstr(a, setting(config, "uri", "")),
        .bind_dn = arena_cstr(a, setting(config, "bind_dn", "")),
        .base = base,
        .people_base = arena_cstr(a, setting(config, "people_base", base)),
        .people_filter = arena_cstr(a, setting(config, "people_filter", "(uid=%s)")),
        .group_base = arena_cstr(a, setting(config, "group_base", base)),
        .group_filter = arena_cstr(a, setting(config, "group_filter", "(cn=%s)")),
        .member = arena_cstr(a, setting(config, "member", "member")),
        .ca_file = arena_cstr(a, setting(config, "ca_file", "")),
        .starttls = str_eq_c(setting(config, "starttls", "false"), "true"),
        .nested = !str_eq_c(setting(config, "nested", "true"), "false"),
        .others = str_eq_c(setting(config, "others", "false"), "true"),
        .timeout_ms = config->timeout_ms,
    };
    list_init(&reader->waiting);
    reader->idle = io_timer_new(config->loop, on_idle, reader);
    reader->work = io_work_new(config->loop, 1);
    return &reader->base;
}

static void on_work_closed(void *arg)
{
    struct ldap_reader *reader = arg;

    reader->work_closed = true;
    check_closed(reader);
}

static void ldap_close_reader(struct reader *base, void (*fn)(void *arg), void *arg)
{
    struct ldap_reader *reader = container_of(base, struct ldap_reader, base);

    base->closed_fn = fn;
    base->closed_arg = arg;
    reader->closing = true;
    io_timer_free(reader->idle);
    reader->idle = NULL;
    io_work_close(reader->work, on_work_closed, reader);
    run_next(reader); /* those that no run has taken up are told */
}

static size_t ldap_facts(struct reader *base, struct reader_fact *ret)
{
    return ldap_dc_facts(&container_of(base, struct ldap_reader, base)->dc, ret);
}

static const char *const SETTINGS[] = {
    "!uri",   "!base",   "bind_dn",  "people_base", "people_filter", "group_base", "group_filter",
    "member", "ca_file", "starttls", "insecure",    "nested",        "others",     NULL};
static const char *const PROVES[] = {
    "an account is a member of a group, itself or through other groups, or is not",
    "a group is an account's primary group in Active Directory, which has no such member",
    "an account is gone: from its base by its name, and by its id",
    "an account is disabled: userAccountControl, or locked for ever by a password policy", NULL};
static const char *const BLIND[] = {
    "membership through a group that the credential may not see or, but in Active Directory, that "
    "is not below base; with nested: false through any other",
    "whether another replica has heard of it: the moment of the read counts, at the one that "
    "answers; where access is changed at another domain controller let uri name that one, or "
    "settle be as long as replication takes",
    "members of an empty group in Active Directory, where hidden and none look the same", NULL};
const struct reader_kind READER_LDAP = {.name = "ldap",
                                        .check = ldap_check,
                                        .open = ldap_open,
                                        .read = ldap_read_item,
                                        .close = ldap_close_reader,
                                        .at_once = RUN_MAX,
                                        .settings = SETTINGS,
                                        .facts = ldap_facts,
                                        .proves = PROVES,
                                        .blind = BLIND};
