#include "service/evidence_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/codecs.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/publish.h"
#include "io/io_file.h"
#include "io/io_work.h"
#include "json/json_read.h"
#include "service/log_files.h"
#include "service/service.h"
#include "store/store_evidence.h"

enum {
    LEASE_MS = 60 * 1000, /* much longer than a turn: pages are few, and one that takes too long
                             records nothing (the fence), so shows nothing */
    PAGES_MAX = 20,       /* of one turn; then what there is is signed, and the next one begins */
    SOON_MS = 100,
    PAGE_BYTES = 64 * 1024 * 1024,
    TEXT_BYTES = 256,
    HEX = SHA256_HEX_SIZE,
};

/* What the worker does, while nobody else touches it or the files. */
struct page_job {
    struct evidence_keep *keep;
    struct arena *arena;
    struct str *bodies;
    size_t count;
    bool sign, show; /* behind them */
    bool done, differs;
    struct str note;
    struct err err;
};

struct evidence_keep {
    struct service *svc;
    const struct evidence_config *config;
    struct io_timer *timer;
    struct io_work *work;
    struct sign_key *key;
    char *directory, *anchor;
    struct log_files *files; /* while a turn lasts: another replica may have gone on meanwhile */
    struct page_job job;
    bool busy;
    /* the turn */
    int64_t fence;
    int pages;
    struct publish_state state;
    int64_t retained; /* the last entry that the database has no more */
    char root[HEX];   /* of the last checkpoint that was recorded; empty: none was */
    void (*closed)(void *arg);
    void *closed_arg;
};

static struct evidence_stats *stats_of(struct evidence_keep *k)
{
    return &k->svc->evidence_stats;
}

static void root_of(const struct evidence_keep *k, char hex[HEX])
{
    struct tlog_hash now = log_files_root(k->files);
    hex_encode(now.bytes, sizeof now.bytes, hex);
}

/* --- the end of a turn --- */

static void on_given(void *arg, enum store_outcome outcome, const char *message)
{
    struct evidence_keep *k = arg;
    int64_t every = k->config->every_ms;

    (void)outcome; /* it ends by itself */
    (void)message;
    k->busy = false;
    arena_clear(k->job.arena);
    if (k->timer)
        io_timer_start(k->timer, k->pages >= PAGES_MAX ? SOON_MS : every, every);
}

static void give(struct evidence_keep *k)
{
    log_files_close(k->files);
    k->files = NULL;
    store_lease_give(&k->svc->store, STR("evidence log"), k->fence, 0, on_given, k);
}

static void failed(struct evidence_keep *k, const char *why)
{
    struct evidence_stats *s = stats_of(k);

    if (!s->failed || strcmp(s->said, why) != 0)
        log_error("evidence", "the log of evidence is not published", LOG_C("why", why));
    if (!s->failed)
        s->failing_since_ms = clock_wall_ms(&CLOCK_SYSTEM);
    s->failed = true;
    snprintf(s->said, sizeof s->said, "%s", why);
    give(k);
}

static void on_recorded(void *arg, enum store_outcome outcome, const char *message)
{
    struct evidence_keep *k = arg;

    if (outcome != STORE_OK)
        log_warn("evidence", "the fork could not be recorded", LOG_C("why", message));
    give(k);
}

static void say_forked(struct evidence_keep *k, const char *why, const char *text)
{
    struct evidence_stats *s = stats_of(k);

    if (!s->forked)
        log_error("evidence",
                  "the chain of evidence is not what was published of it: nothing is "
                  "signed any more",
                  LOG_C("why", why), LOG_C("what", text), LOG_I("entries", k->state.head));
    s->forked = s->failed = true;
    snprintf(s->said, sizeof s->said, "%s: %s", why, text);
}

static void forked(struct evidence_keep *k, enum publish_fork fork)
{
    const struct publish_state *s = &k->state;

    say_forked(k, publish_fork_name(fork), publish_fork_text(fork));
    store_evidence_forked(&k->svc->store, k->config->origin,
                          s->size > s->recorded ? s->size : s->recorded, s->head,
                          str_of(publish_fork_name(fork)), on_recorded, k);
}

/* --- pages, and what is signed of them --- */

static void go_on(struct evidence_keep *k);

static void run_job(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;
    char root[HEX];

    if (!k->files && !log_files_open(k->directory, k->config->origin, k->key, &k->files, &j->err))
        return;
    for (size_t i = 0; i < j->count && !j->differs; i++) {
        if (!log_files_add(k->files, j->bodies[i], &j->err))
            return;
        if (log_files_size(k->files) != k->state.recorded || !k->root[0])
            continue;
        root_of(k, root); /* the one that was signed of so many */
        j->differs = strcmp(root, k->root) != 0;
    }
    j->done = j->differs || ((!j->sign || log_files_sign(k->files, &j->note, &j->err)) &&
                             (!j->show || log_files_show(k->files, k->anchor, &j->err)));
}

static void push(struct evidence_keep *k, void (*done)(void *job))
{
    bool queued = io_work_push(k->work, run_job, done, &k->job);
    ASSERT(queued); /* one at a time, and none while it closes */
}

static const char *why_of(const struct page_job *j)
{
    return j->err.what[0] ? j->err.what : "the service stops";
}

static void on_shown(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;
    struct evidence_stats *s = stats_of(k);
    char root[HEX];

    if (!j->done) { /* recorded and not shown: the next turn catches up */
        failed(k, why_of(j));
        return;
    }
    root_of(k, root);
    log_info("evidence", "checkpoint", LOG_I("entries", log_files_size(k->files)),
             LOG_C("root", root)); /* in the journal, too: a place outside the database */
    if (s->failed)
        log_info("evidence", "the log of evidence is published again");
    *s = (struct evidence_stats){.published = true,
                                 .entries = log_files_size(k->files),
                                 .published_ms = clock_wall_ms(&CLOCK_SYSTEM)};
    give(k);
}

static void on_put_down(void *arg, enum store_outcome outcome, int64_t seq, const char *message)
{
    struct evidence_keep *k = arg;

    if (outcome != STORE_OK) {
        failed(k, message);
    } else if (seq < 0) {
        forked(k, PUBLISH_ROOT);
    } else if (seq == 0) {
        give(k); /* it took too long: another one goes on from what is recorded */
    } else {
        k->job.count = 0;
        k->job.sign = false;
        k->job.show = true;
        k->job.done = false;
        push(k, on_shown);
    }
}

static void on_signed(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;
    char root[HEX];

    if (!j->done) {
        failed(k, why_of(j));
        return;
    }
    root_of(k, root);
    struct store_checkpoint c = {.fence = k->fence,
                                 .origin = k->config->origin,
                                 .root_hex = str_of(root),
                                 .note = j->note,
                                 .seq = log_files_size(k->files),
                                 .anchor = str_of(k->anchor)};
    store_evidence_publish(&k->svc->store, &c, on_put_down, k);
}

static void sign(struct evidence_keep *k)
{
    k->job = (struct page_job){.keep = k, .arena = k->job.arena, .sign = true};
    push(k, on_signed);
}

static void on_page_done(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;

    if (!j->done)
        failed(k, why_of(j));
    else if (j->differs)
        forked(k, PUBLISH_ROOT);
    else if (k->svc->draining)
        give(k);
    else
        go_on(k);
}

/* Do the entries follow from one another? */
static bool follows(const struct store_evidence *rows, size_t count)
{
    struct evidence_chain chain;

    evidence_start(&chain);
    for (size_t i = 0; i < count; i++) {
        if (i == 0) {
            chain.seq = rows[0].seq - 1;
            memcpy(chain.hash, rows[0].prev, sizeof chain.hash);
        }
        if (evidence_check(&chain, rows[i].seq, rows[i].prev, rows[i].body, rows[i].hash) !=
            EVIDENCE_OK)
            return false;
    }
    return true;
}

/* Those behind the first `known` ones, as they are published. */
static bool copy_page(struct page_job *j, const struct store_evidence *rows, size_t count,
                      size_t known)
{
    AUTO(drop_buf) struct buf room;

    buf_init(&room, TEXT_BYTES);
    arena_clear(j->arena);
    j->count = 0;
    j->bodies = arena_alloc(j->arena, (count + 1) * sizeof *j->bodies);
    for (size_t i = known; j->bodies && i < count; i++) {
        struct str text = publish_text(rows[i].body, rows[i].seq, &room);
        j->bodies[j->count] = arena_str(j->arena, text);
        if (text.len && !j->bodies[j->count++].p)
            return false;
    }
    return j->bodies != NULL;
}

static void on_page(void *arg, enum store_outcome outcome, const struct store_evidence *rows,
                    size_t count)
{
    struct evidence_keep *k = arg;
    const struct publish_state *s = &k->state;
    AUTO(drop_buf) struct buf room;

    if (outcome != STORE_OK) {
        failed(k, "the database does not tell its entries");
        return;
    }
    buf_init(&room, TEXT_BYTES);
    struct publish_page page = {.count = count, .follows = follows(rows, count)};
    if (count)
        page.first_fits =
            rows[0].seq == (s->size ? s->size : 1) &&
            (!s->size || log_files_ends_with(k->files, publish_text(rows[0].body, s->size, &room)));
    enum publish_fork fork = publish_page_judge(s, &page);
    if (fork) {
        forked(k, fork);
        return;
    }
    k->job = (struct page_job){.keep = k, .arena = k->job.arena};
    if (!copy_page(&k->job, rows, count, s->size ? 1 : 0)) {
        failed(k, "a page of entries is too large");
        return;
    }
    if (rows[count - 1].seq > k->state.head) /* more have come since we asked */
        k->state.head = rows[count - 1].seq;
    k->pages++;
    push(k, on_page_done);
}

/* --- a turn --- */

/* The files are open: what next? */
static void go_on(struct evidence_keep *k)
{
    enum publish_fork fork;
    char root[HEX];

    root_of(k, root);
    k->state.size = log_files_size(k->files);
    k->state.root_fits = strcmp(root, k->root) == 0;
    if (k->state.size < k->retained) { /* no other place has them as they were published */
        failed(k, "the directory lacks entries that were retained away: put its files back from "
                  "their backup");
        return;
    }
    switch (publish_judge(&k->state, &fork)) {
    case PUBLISH_REST:
        if (stats_of(k)->failed)
            *stats_of(k) = (struct evidence_stats){.published = true, .entries = k->state.size};
        give(k);
        break;
    case PUBLISH_PAGE:
        if (k->pages >= PAGES_MAX && k->state.size > k->state.recorded)
            sign(k);
        else
            store_evidence_page(&k->svc->store, k->state.size ? k->state.size - 1 : 0, on_page, k);
        break;
    case PUBLISH_SIGN:
        sign(k);
        break;
    case PUBLISH_FORKED:
        forked(k, fork);
        break;
    }
}

static void on_opened(void *arg)
{
    struct page_job *j = arg;

    if (j->done)
        go_on(j->keep);
    else
        failed(j->keep, why_of(j));
}

static void on_state(void *arg, enum store_outcome outcome, struct str text)
{
    struct evidence_keep *k = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const struct json *state;
    struct err err = {0};

    k->state = (struct publish_state){0};
    if (outcome != STORE_OK || !json_parse(arena, text, &state, &err) ||
        !json_i64(json_member(state, "head"), &k->state.head) ||
        !json_i64(json_member(state, "published"), &k->state.recorded) ||
        !json_i64(json_member(state, "retained"), &k->retained) ||
        !str_copy(k->root, sizeof k->root, json_path_str(state, "root"))) {
        failed(k, "the database does not tell how far the chain goes");
        return;
    }
    struct str why = json_path_str(state, "forked");
    if (why.len) {
        say_forked(k, arena_cstr(arena, why), "governance.evidence_fork has it");
        give(k);
        return;
    }
    k->job = (struct page_job){.keep = k, .arena = k->job.arena};
    push(k, on_opened);
}

static void on_turn(void *arg, enum store_outcome outcome, const struct store_lease *lease)
{
    struct evidence_keep *k = arg;

    if (outcome != STORE_OK) { /* another replica does it, or the database is away */
        k->busy = false;
        return;
    }
    k->fence = lease->fence;
    k->pages = 0;
    store_evidence_state(&k->svc->store, k->config->origin, on_state, k);
}

static void on_timer(void *arg)
{
    struct evidence_keep *k = arg;

    if (k->busy || !k->svc->ready || k->svc->draining)
        return;
    k->busy = true;
    store_lease_take(&k->svc->store, STR("evidence log"), LEASE_MS, on_turn, k);
}

/* --- life --- */

static char *copy(struct str s)
{
    char *c = calloc(1, s.len + 1);

    if (!c)
        abort();
    if (s.len)
        memcpy(c, s.p, s.len);
    return c;
}

bool evidence_keep_new(struct service *svc, struct evidence_keep **ret, struct err *err)
{
    const struct evidence_config *c = &svc->config->evidence;
    struct secret *pem = NULL;
    struct sign_key *key = NULL;

    *ret = NULL;
    if (!c->directory.len)
        return true;
    bool good = file_secret(c->key, &pem, err) && sign_key_read(secret_reveal(pem), &key, err);
    secret_free(pem);
    if (!good)
        return err_while(err, "reading the key of the log of evidence");
    struct evidence_keep *k = calloc(1, sizeof *k);
    if (!k)
        abort();
    k->svc = svc;
    k->config = c;
    k->key = key;
    k->directory = copy(c->directory);
    k->anchor = copy(c->anchor_file);
    k->job.arena = arena_new(PAGE_BYTES);
    k->work = io_work_new(svc->loop, 1);
    k->timer = io_timer_new(svc->loop, on_timer, k);
    io_timer_start(k->timer, c->every_ms, c->every_ms);
    *ret = k;
    return true;
}

bool evidence_keep_is_busy(const struct evidence_keep *k)
{
    return k && k->busy;
}

static void on_work_closed(void *arg)
{
    struct evidence_keep *k = arg;
    void (*fn)(void *arg) = k->closed;
    void *fn_arg = k->closed_arg;

    log_files_close(k->files);
    sign_key_free(k->key);
    arena_free(k->job.arena);
    free(k->directory);
    free(k->anchor);
    free(k);
    fn(fn_arg);
}

void evidence_keep_close(struct evidence_keep *k, void (*fn)(void *arg), void *arg)
{
    if (!k)
        return;
    io_timer_free(k->timer);
    k->timer = NULL;
    k->closed = fn;
    k->closed_arg = arg;
    io_work_close(k->work, on_work_closed, k);
}

/* --- telling --- */

struct str evidence_stats_line(const struct evidence_stats *s, bool configured, struct arena *arena)
{
    if (!configured)
        return STR("not published by this replica");
    if (s->failed)
        return arena_printf(arena, "%s: %s", s->forked ? "forked" : "not published", s->said);
    if (!s->published)
        return STR("nothing published by this replica yet");
    return arena_printf(arena, "%lld entries published", (long long)s->entries);
}

void evidence_stats_render(const struct evidence_stats *s, struct buf *out)
{
    buf_printf(out,
               "# HELP countersign_evidence_published_entries Entries in the last checkpoint that "
               "this replica signed\n"
               "# TYPE countersign_evidence_published_entries gauge\n"
               "countersign_evidence_published_entries %lld\n"
               "# HELP countersign_evidence_published_timestamp_seconds When that was\n"
               "# TYPE countersign_evidence_published_timestamp_seconds gauge\n"
               "countersign_evidence_published_timestamp_seconds %lld\n"
               "# HELP countersign_evidence_forked The chain is not what was published of it\n"
               "# TYPE countersign_evidence_forked gauge\n"
               "countersign_evidence_forked %d\n"
               "# HELP countersign_evidence_failing_seconds How long it has not been published\n"
               "# TYPE countersign_evidence_failing_seconds gauge\n"
               "countersign_evidence_failing_seconds %lld\n",
               (long long)s->entries, (long long)s->published_ms / 1000, s->forked,
               s->failing_since_ms
                   ? (long long)(clock_wall_ms(&CLOCK_SYSTEM) - s->failing_since_ms) / 1000
                   : 0);
}
