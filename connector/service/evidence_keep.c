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
    bool done, differs;
    struct str note;
    struct err err;
};

struct evidence_keep {
    struct service *svc;
    const struct evidence_config *config;
    struct io_timer *timer;
    struct io_work *work;
    struct sign_key *keys[LOG_SIGNERS_MAX];
    char *directory, *anchor;
    struct log_place place;
    struct log_files *files; /* while a turn lasts: another replica may have gone on meanwhile */
    struct page_job job;
    bool busy;
    bool left;        /* the last checkpoint that was recorded was for the anchor's file */
    int64_t anchored; /* the most entries that a checkpoint in that file was seen to have */
    struct anchor_keep *anchors; /* where else checkpoints are left */
    struct publish_turn turn;
    int64_t fence;
    char root[HEX]; /* of the last checkpoint that was recorded; empty: none was */
    char hash[HEX]; /* of the chain at the last entry that was read in this turn; empty: none was */
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

/* --- what is told of it --- */

static void say_failed(struct evidence_keep *k, const char *why)
{
    struct evidence_stats *s = stats_of(k);

    if (!s->failed || strcmp(s->said, why) != 0)
        log_error("evidence", "the log of evidence is not published", LOG_C("why", why));
    if (!s->failed)
        s->failing_since_ms = clock_wall_ms(&CLOCK_SYSTEM);
    s->failed = true;
    snprintf(s->said, sizeof s->said, "%s", why);
}

static void say_forked(struct evidence_keep *k, const char *why, const char *text)
{
    struct evidence_stats *s = stats_of(k);

    if (!s->forked)
        log_error("evidence",
                  "the chain of evidence is not what was published of it: nothing is "
                  "signed any more",
                  LOG_C("why", why), LOG_C("what", text), LOG_I("entries", k->turn.state.head));
    s->forked = s->failed = true;
    snprintf(s->said, sizeof s->said, "%s: %s", why, text);
}

/* A checkpoint is in its place only after it was appended: the file that does not end with it, or
 * with a later one, was deleted, cut, or put back from before. A file that was configured since is
 * not meant: that checkpoint was for another place. A directory that lags (of a replica that did
 * not publish last, or one that was lost too) says nothing of it; what was in the file once does.
 */
static void look_for_lost(struct evidence_keep *k, const struct publish_state *opened)
{
    struct anchor_stats *s = &k->svc->anchor_stats;
    int64_t recorded = k->turn.state.recorded, had = k->anchored;

    if (k->left && opened->size == recorded && recorded > had)
        had = recorded;
    if (opened->anchored > k->anchored)
        k->anchored = opened->anchored;
    if (opened->anchored >= had || s->lost)
        return;
    s->lost = s->of[ANCHOR_FILE].lost = true;
    snprintf(s->said[ANCHOR_FILE], sizeof s->said[ANCHOR_FILE],
             "it ends at entry %lld and had %lld: put it back (deploy/verify-evidence.md)",
             (long long)opened->anchored, (long long)had);
    log_error("evidence",
              "the anchor file does not end with the last checkpoint that was appended to it: it "
              "was deleted, cut or replaced; find out by whom, and put its lines back "
              "(deploy/verify-evidence.md); new checkpoints are appended all the same",
              LOG_C("file", k->anchor), LOG_I("ends_at", opened->anchored), LOG_I("had", had));
}

static void say_shown(struct evidence_keep *k)
{
    struct evidence_stats *s = stats_of(k);
    char root[HEX];

    root_of(k, root);
    log_info("evidence", "checkpoint", LOG_I("entries", log_files_size(k->files)),
             LOG_C("root", root)); /* in the journal, too: a place outside the database */
    if (s->failed)
        log_info("evidence", "the log of evidence is published again");
    *s = (struct evidence_stats){.published = true,
                                 .entries = log_files_size(k->files),
                                 .published_ms = clock_wall_ms(&CLOCK_SYSTEM)};
}

/* --- the acts of a turn; domain/publish.h says which comes when --- */

static void act(struct evidence_keep *k);

static void next(struct evidence_keep *k, const struct publish_done *done)
{
    k->turn.stops = k->svc->draining;
    enum publish_act was = k->turn.doing;
    enum publish_act now = publish_go_on(&k->turn, done);
    if (now == PUBLISH_GIVE && was == PUBLISH_OPEN && done->ok && k->turn.failed)
        say_failed(k, k->turn.state.size || k->turn.state.recorded || k->turn.state.anchored
                          ? "the directory lacks entries that were retained away: put its files "
                            "back from their backup"
                          : "nothing was published under this origin yet, and its log needs all "
                            "entries: some were retained away and are in their files only "
                            "(deploy/evidence-fork.md)");
    else if (now == PUBLISH_GIVE && (was == PUBLISH_READ || was == PUBLISH_TAKE) && done->ok &&
             k->turn.failed)
        say_failed(k, k->turn.suspects ? "the chain counts more entries than are there, or others"
                                       : "the chain was changed while it was read");
    act(k);
}

static void on_given(void *arg, enum store_outcome outcome, const char *message)
{
    struct evidence_keep *k = arg;
    int64_t every = k->config->every_ms;

    (void)outcome; /* it ends by itself */
    (void)message;
    k->busy = false;
    arena_clear(k->job.arena);
    if (k->timer)
        io_timer_start(k->timer, k->turn.pages >= PUBLISH_PAGES_MAX ? SOON_MS : every, every);
}

static void give(struct evidence_keep *k)
{
    struct evidence_stats *s = stats_of(k);

    if (!k->turn.failed && !k->turn.shown && s->failed && k->files)
        *s = (struct evidence_stats){.published = true, .entries = k->turn.state.size};
    log_files_close(k->files);
    k->files = NULL;
    store_lease_give(&k->svc->store, STR("evidence log"), k->fence, 0, on_given, k);
}

static void on_recorded_fork(void *arg, enum store_outcome outcome, int64_t stands,
                             const char *message)
{
    struct evidence_keep *k = arg;
    struct publish_done done = {.ok = outcome == STORE_OK && stands};

    if (done.ok)
        say_forked(k, publish_fork_name(k->turn.fork), publish_fork_text(k->turn.fork));
    else if (outcome != STORE_OK)
        say_failed(k, message);
    next(k, &done);
}

static void tell_fork(struct evidence_keep *k)
{
    const struct publish_state *s = &k->turn.state;
    int64_t known = s->size > s->recorded ? s->size : s->recorded;

    struct store_fork fork = {.fence = k->fence,
                              .origin = k->config->origin,
                              .why = str_of(publish_fork_name(k->turn.fork)),
                              .published = known > s->anchored ? known : s->anchored,
                              .head = s->head};
    store_evidence_forked(&k->svc->store, &fork, on_recorded_fork, k);
}

/* --- on the worker --- */

/* Do the files, where they hold just as many, have the root that was signed of so many? */
static bool root_fits(const struct evidence_keep *k)
{
    struct tlog_hash anchored, now = log_files_root(k->files);
    int64_t size = log_files_size(k->files);
    char root[HEX];

    hex_encode(now.bytes, sizeof now.bytes, root);
    if (size == k->turn.state.recorded && k->root[0] && strcmp(root, k->root) != 0)
        return false;
    return size != log_files_anchored(k->files, &anchored) || !size || tlog_same(&now, &anchored);
}

static void run_open(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;

    j->done = log_files_open(&k->place, &k->files, &j->err);
}

static void run_take(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;
    struct tlog_hash root;
    int64_t anchored = log_files_anchored(k->files, &root);

    for (size_t i = 0; i < j->count && !j->differs; i++) {
        if (!log_files_add(k->files, j->bodies[i], &j->err))
            return;
        int64_t size = log_files_size(k->files);
        if (size == k->turn.state.recorded || size == anchored)
            j->differs = !root_fits(k);
    }
    j->done = true;
}

static void run_make(void *arg)
{
    struct page_job *j = arg;
    j->done = log_files_sign(j->keep->files, &j->note, &j->err);
}

static void run_show(void *arg)
{
    struct page_job *j = arg;
    j->done = log_files_show(j->keep->files, &j->err);
}

static void on_job(void *arg)
{
    struct page_job *j = arg;
    struct evidence_keep *k = j->keep;
    struct publish_done done = {.ok = j->done, .differs = j->differs};
    struct tlog_hash root;

    if (!j->done)
        say_failed(k, j->err.what[0] ? j->err.what : "the service stops");
    else
        done.state = (struct publish_state){.size = log_files_size(k->files),
                                            .anchored = log_files_anchored(k->files, &root),
                                            .root_fits = root_fits(k)};
    if (j->done && k->turn.doing == PUBLISH_OPEN)
        look_for_lost(k, &done.state);
    if (j->done && k->turn.doing == PUBLISH_SHOW) {
        if (k->anchor[0] && done.state.size > k->anchored)
            k->anchored = done.state.size;
        say_shown(k);
    }
    next(k, &done);
}

static void work(struct evidence_keep *k, void (*run)(void *job))
{
    k->job.done = false;
    bool queued = io_work_push(k->work, run, on_job, &k->job);
    ASSERT(queued); /* one at a time, and none while it closes */
}

/* --- the database --- */

static void on_turn(void *arg, enum store_outcome outcome, const struct store_lease *lease)
{
    struct evidence_keep *k = arg;
    struct publish_done done = {.ok = outcome == STORE_OK};

    k->fence = lease->fence;
    next(k, &done);
}

static void on_state(void *arg, enum store_outcome outcome, struct str text)
{
    struct evidence_keep *k = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const struct json *state;
    struct publish_done done = {0};
    struct err err = {0};

    done.ok = outcome == STORE_OK && json_parse(arena, text, &state, &err) &&
              json_i64(json_member(state, "head"), &done.state.head) &&
              json_i64(json_member(state, "published"), &done.state.recorded) &&
              str_copy(k->root, sizeof k->root, json_path_str(state, "root"));
    if (!done.ok)
        say_failed(k, "the database does not tell how far the chain goes");
    k->left = done.ok && k->anchor[0] && str_eq_c(json_path_str(state, "anchored_to"), k->anchor);
    if (!done.ok || !json_i64(json_member(state, "retained"), &done.state.retained))
        done.state.retained = 0;
    struct str why = done.ok ? json_path_str(state, "forked") : STR_NONE;
    done.forked = why.len;
    if (why.len)
        say_forked(k, arena_cstr(arena, why), "governance.evidence_fork has it");
    next(k, &done);
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
    int64_t size = k->turn.state.size;
    struct publish_done done = {.page = {.count = count}};
    AUTO(drop_buf) struct buf room;

    buf_init(&room, TEXT_BYTES);
    k->job = (struct page_job){.keep = k, .arena = k->job.arena};
    done.ok = outcome == STORE_OK && copy_page(&k->job, rows, count, size ? 1 : 0);
    if (!done.ok)
        say_failed(k, outcome == STORE_OK ? "a page of entries is too large"
                                          : "the database does not tell its entries");
    if (done.ok && count) {
        done.page.first_fits =
            rows[0].seq == (size ? size : 1) &&
            (!size || log_files_ends_with(k->files, publish_text(rows[0].body, size, &room)));
        done.last = rows[count - 1].seq;
        hex_encode(rows[count - 1].hash, SHA256_BYTES, k->hash);
    }
    done.page.follows = done.ok && follows(rows, count);
    next(k, &done);
}

static void on_put_down(void *arg, enum store_outcome outcome, int64_t seq, const char *message)
{
    struct evidence_keep *k = arg;
    struct publish_done done = {.ok = outcome == STORE_OK, .recorded = seq > 0 ? 1 : seq};

    if (!done.ok)
        say_failed(k, message);
    next(k, &done);
}

static void record(struct evidence_keep *k)
{
    char root[HEX];

    root_of(k, root);
    struct store_checkpoint c = {.fence = k->fence,
                                 .origin = k->config->origin,
                                 .root_hex = str_of(root),
                                 .note = k->job.note,
                                 .seq = log_files_size(k->files),
                                 .hash_hex = str_of(k->hash),
                                 .anchor = str_of(k->anchor)};
    store_evidence_publish(&k->svc->store, &c, on_put_down, k);
}

static void act(struct evidence_keep *k)
{
    const struct publish_state *s = &k->turn.state;

    switch (k->turn.doing) {
    case PUBLISH_LEASE:
        store_lease_take(&k->svc->store, STR("evidence log"), LEASE_MS, on_turn, k);
        break;
    case PUBLISH_ASK:
        store_evidence_state(&k->svc->store, k->config->origin, on_state, k);
        break;
    case PUBLISH_OPEN:
        k->job = (struct page_job){.keep = k, .arena = k->job.arena};
        work(k, run_open);
        break;
    case PUBLISH_READ:
        store_evidence_page(&k->svc->store, s->size ? s->size - 1 : 0, on_page, k);
        break;
    case PUBLISH_TAKE:
        work(k, run_take);
        break;
    case PUBLISH_MAKE:
        work(k, run_make);
        break;
    case PUBLISH_RECORD:
        record(k);
        break;
    case PUBLISH_SHOW:
        work(k, run_show);
        break;
    case PUBLISH_TELL:
        tell_fork(k);
        break;
    case PUBLISH_GIVE:
        give(k);
        break;
    case PUBLISH_WAIT: /* another replica has the turn, or the database is away */
        k->busy = false;
        break;
    }
}

static void on_timer(void *arg)
{
    struct evidence_keep *k = arg;

    if (k->busy || !k->svc->ready || k->svc->draining)
        return;
    k->busy = true;
    k->turn = (struct publish_turn){.doing = PUBLISH_LEASE, .suspects = k->turn.suspects};
    k->hash[0] = '\0';
    act(k);
}

/* --- life --- */

/* NULL where none is configured. */
static bool read_key(struct str reference, struct sign_key **ret, struct err *err)
{
    struct secret *pem = NULL;

    if (!reference.len)
        return true;
    bool good = file_secret(reference, &pem, err) && sign_key_read(secret_reveal(pem), ret, err);
    secret_free(pem);
    return good;
}

bool evidence_keep_new(struct service *svc, struct evidence_keep **ret, struct err *err)
{
    const struct evidence_config *c = &svc->config->evidence;
    struct sign_key *key = NULL, *previous = NULL;

    *ret = NULL;
    if (!c->directory.len)
        return true;
    if (!read_key(c->key, &key, err) || !read_key(c->previous_key, &previous, err)) {
        sign_key_free(key);
        return err_while(err, "reading the key of the log of evidence");
    }
    struct evidence_keep *k = calloc(1, sizeof *k);
    if (!k)
        abort();
    k->svc = svc;
    k->config = c;
    k->keys[0] = key;
    k->keys[1] = previous;
    k->directory = str_keep(c->directory);
    k->anchor = str_keep(c->anchor_file);
    k->place = (struct log_place){.dir = k->directory,
                                  .anchor = k->anchor,
                                  .origin = c->origin,
                                  .keys = {key, previous},
                                  .key_count = previous ? 2 : 1};
    k->job.arena = arena_new(PAGE_BYTES);
    k->work = io_work_new(svc->loop, 1);
    k->timer = io_timer_new(svc->loop, on_timer, k);
    io_timer_start(k->timer, c->every_ms, c->every_ms);
    *ret = k;
    return anchor_keep_new(svc, &k->anchors, err);
}

bool evidence_keep_is_busy(const struct evidence_keep *k)
{
    return k && (k->busy || anchor_keep_is_busy(k->anchors));
}

static void on_work_closed(void *arg)
{
    struct evidence_keep *k = arg;
    void (*fn)(void *arg) = k->closed;
    void *fn_arg = k->closed_arg;

    log_files_close(k->files);
    for (size_t i = 0; i < LOG_SIGNERS_MAX; i++)
        sign_key_free(k->keys[i]);
    arena_free(k->job.arena);
    free(k->directory);
    free(k->anchor);
    free(k);
    fn(fn_arg);
}

static void on_anchors_closed(void *arg)
{
    struct evidence_keep *k = arg;
    io_work_close(k->work, on_work_closed, k);
}

void evidence_keep_close(struct evidence_keep *k, void (*fn)(void *arg), void *arg)
{
    if (!k)
        return;
    io_timer_free(k->timer);
    k->timer = NULL;
    k->closed = fn;
    k->closed_arg = arg;
    if (k->anchors)
        anchor_keep_close(k->anchors, on_anchors_closed, k);
    else
        on_anchors_closed(k);
}

/* --- telling --- */

struct str evidence_stats_line(const struct evidence_stats *s, const struct anchor_stats *anchors,
                               bool configured, struct arena *arena)
{
    if (!configured)
        return STR("not published by this replica");
    if (s->failed)
        return arena_printf(arena, "%s: %s", s->forked ? "forked" : "not published", s->said);
    struct str late = anchor_stats_line(anchors, arena);
    if (late.len)
        return late;
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
