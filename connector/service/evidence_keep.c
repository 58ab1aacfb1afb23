#include "service/evidence_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/codecs.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/evidence.h"
#include "io/io_file.h"
#include "io/io_work.h"
#include "json/json_read.h"
#include "service/log_files.h"
#include "service/service.h"
#include "store/store_evidence.h"

enum {
    LEASE_MS = 60 * 1000, /* of one page; prolonged by none: a slow disk loses it, harmlessly */
    PAGE_BYTES = 64 * 1024 * 1024,
    HEX = SHA256_HEX_SIZE,
};

/* What the worker does with a page, while nobody else touches it or the files. */
struct page_job {
    struct evidence_keep *keep;
    struct arena *arena;
    struct str *bodies;
    size_t count;
    int64_t checked_at;     /* the size of the last recorded checkpoint, to compare its root */
    char checked_root[HEX]; /* empty: there is none to compare */
    bool publish;           /* behind them */
    bool done, differs;
    struct str note;
    struct err err;
};

struct evidence_keep {
    struct service *svc;
    struct io_timer *timer;
    struct io_work *work;
    struct sign_key *key;
    char *directory, *anchor;
    struct log_files *files; /* NULL: to be opened */
    struct page_job job;
    bool busy, closing;
    int64_t fence;
    int64_t head, published; /* as the database said at this turn */
    char root[HEX];
    void (*closed)(void *arg);
    void *closed_arg;
};

static struct evidence_stats *stats_of(struct evidence_keep *k)
{
    return &k->svc->evidence_stats;
}

/* --- the end of a turn --- */

static void on_given(void *arg, enum store_outcome outcome, const char *message)
{
    struct evidence_keep *k = arg;

    (void)outcome; /* it ends by itself */
    (void)message;
    k->busy = false;
    arena_clear(k->job.arena);
}

static void give(struct evidence_keep *k)
{
    store_lease_give(&k->svc->store, STR("evidence log"), k->fence, 0, on_given, k);
}

static void failed(struct evidence_keep *k, const char *why)
{
    struct evidence_stats *s = stats_of(k);

    if (!s->failed || strcmp(s->said, why) != 0)
        log_error("evidence", "the log of evidence is not published", LOG_C("why", why));
    s->failed = true;
    snprintf(s->said, sizeof s->said, "%s", why);
    log_files_close(k->files);
    k->files = NULL;
    give(k);
}

static void on_recorded(void *arg, enum store_outcome outcome, const char *message)
{
    struct evidence_keep *k = arg;

    if (outcome != STORE_OK)
        log_warn("evidence", "the fork could not be recorded", LOG_C("why", message));
    give(k);
}

static void forked(struct evidence_keep *k, const char *why, const char *what)
{
    struct evidence_stats *s = stats_of(k);

    if (!s->forked)
        log_error("evidence", "the chain of evidence is not what was published of it",
                  LOG_C("why", why), LOG_I("published", log_files_size(k->files)),
                  LOG_I("entries", k->head));
    s->forked = s->failed = true;
    snprintf(s->said, sizeof s->said, "%s", what);
    store_evidence_forked(&k->svc->store, log_files_size(k->files), k->head, str_of(why),
                          on_recorded, k);
}

/* --- one page --- */

static void next_page(struct evidence_keep *k);

static void run_job(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;
    struct str origin = k->svc->config->evidence.origin;
    char root[HEX];

    if (!k->files && !log_files_open(k->directory, origin, k->key, &k->files, &j->err))
        return;
    for (size_t i = 0; i < j->count; i++) {
        if (!log_files_add(k->files, j->bodies[i], &j->err))
            return;
        if (log_files_size(k->files) != j->checked_at || !j->checked_root[0])
            continue;
        struct tlog_hash now = log_files_root(k->files);
        hex_encode(now.bytes, sizeof now.bytes, root);
        j->differs = strcmp(root, j->checked_root) != 0;
        if (j->differs)
            break;
    }
    j->done =
        j->differs || !j->publish || log_files_publish(k->files, k->anchor, &j->note, &j->err);
}

static void push(struct evidence_keep *k, void (*done)(void *job))
{
    bool queued = io_work_push(k->work, run_job, done, &k->job);
    ASSERT(queued); /* one at a time, and none while it closes */
}

static void on_published(void *arg, enum store_outcome outcome, const char *message)
{
    struct evidence_keep *k = arg;
    struct evidence_stats *s = stats_of(k);

    if (outcome == STORE_LOST) {
        forked(k, "RootDiffers",
               "another replica has published another log: name one directory "
               "for one origin, on one of them");
        return;
    }
    if (outcome != STORE_OK) { /* it is published; what follows is recorded with the next one */
        failed(k, message);
        return;
    }
    if (s->failed)
        log_info("evidence", "the log of evidence is published again");
    *s = (struct evidence_stats){.published = true,
                                 .entries = log_files_size(k->files),
                                 .published_ms = clock_wall_ms(&CLOCK_SYSTEM)};
    give(k);
}

static void on_page_done(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;
    char root[HEX];

    if (!j->done) {
        failed(k, j->err.what[0] ? j->err.what : "the service stops");
        return;
    }
    if (j->differs) {
        forked(k, "RootDiffers", "an earlier checkpoint is not of the entries that are there");
        return;
    }
    if (!j->publish) {
        next_page(k);
        return;
    }
    struct tlog_hash now = log_files_root(k->files);
    hex_encode(now.bytes, sizeof now.bytes, root);
    log_info("evidence", "checkpoint", LOG_I("entries", log_files_size(k->files)),
             LOG_C("root", root)); /* in the journal, too: a place outside the database */
    store_evidence_publish(&k->svc->store, log_files_size(k->files), str_of(root), j->note,
                           str_of(k->anchor), on_published, k);
}

/* Do the entries follow from one another? The number of the first that does not; 0: all do. */
static int64_t broken_at(const struct store_evidence *rows, size_t count)
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
            return rows[i].seq;
    }
    return 0;
}

static void on_page(void *arg, enum store_outcome outcome, const struct store_evidence *rows,
                    size_t count)
{
    struct evidence_keep *k = arg;
    struct page_job *j = &k->job;
    int64_t size = log_files_size(k->files), broken = broken_at(rows, count);
    size_t known = size ? 1 : 0; /* the last one that was published comes again, to be compared */
    char why[96];

    if (outcome != STORE_OK) {
        failed(k, "the database does not tell its entries");
        return;
    }
    if (count < known ||
        (known && (rows[0].seq != size || !log_files_ends_with(k->files, rows[0].body)))) {
        forked(k, "EntriesDiffer", "the last entry that was published is another one now");
        return;
    }
    if (broken || (count > known && rows[known].seq != size + 1)) {
        snprintf(why, sizeof why, "entry %lld does not follow from the one before it",
                 (long long)(broken ? broken : size + 1));
        failed(k, why);
        return;
    }
    arena_clear(j->arena);
    j->bodies = arena_alloc(j->arena, (count + 1) * sizeof *j->bodies);
    j->count = 0;
    for (size_t i = known; j->bodies && i < count; i++) {
        j->bodies[j->count] = arena_str(j->arena, rows[i].body);
        if (rows[i].body.len && !j->bodies[j->count].p)
            j->bodies = NULL;
        else
            j->count++;
    }
    if (!j->bodies) {
        failed(k, "a page of entries is too large");
        return;
    }
    j->publish = size + (int64_t)j->count >= k->head;
    push(k, on_page_done);
}

static void next_page(struct evidence_keep *k)
{
    struct page_job *j = &k->job;
    int64_t size = log_files_size(k->files);

    *j = (struct page_job){.keep = k, .arena = j->arena, .checked_at = k->published};
    memcpy(j->checked_root, k->root, sizeof j->checked_root);
    store_evidence_page(&k->svc->store, size ? size - 1 : 0, on_page, k);
}

/* --- a turn --- */

/* The files are open: does what the database says follow from them? */
static void compare(struct evidence_keep *k)
{
    int64_t size = log_files_size(k->files);
    struct tlog_hash now = log_files_root(k->files);
    char root[HEX];

    hex_encode(now.bytes, sizeof now.bytes, root);
    if (k->head < size)
        forked(k, "EntriesMissing", "the database has fewer entries than were published");
    else if (size == k->published && size && strcmp(root, k->root) != 0)
        forked(k, "RootDiffers", "the last checkpoint in the database is of another log");
    else if (k->head == size && size == k->published && !stats_of(k)->failed)
        give(k); /* nothing new */
    else
        next_page(k);
}

static void on_opened(void *arg)
{
    struct page_job *j = arg;

    if (j->done)
        compare(j->keep);
    else
        failed(j->keep, j->err.what[0] ? j->err.what : "the service stops");
}

static void on_state(void *arg, enum store_outcome outcome, struct str text)
{
    struct evidence_keep *k = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const struct json *state;
    struct err err = {0};

    if (outcome != STORE_OK || !json_parse(arena, text, &state, &err) ||
        !json_i64(json_member(state, "head"), &k->head) ||
        !json_i64(json_member(state, "published"), &k->published) ||
        !str_copy(k->root, sizeof k->root, json_path_str(state, "root"))) {
        failed(k, "the database does not tell how far the chain goes");
        return;
    }
    if (k->files) {
        compare(k);
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
    store_evidence_state(&k->svc->store, on_state, k);
}

static void on_timer(void *arg)
{
    struct evidence_keep *k = arg;

    if (k->busy || !k->svc->ready || k->svc->draining || stats_of(k)->forked)
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
               "countersign_evidence_forked %d\n",
               (long long)s->entries, (long long)s->published_ms / 1000, s->forked);
}
