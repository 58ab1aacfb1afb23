#include "service/anchor_keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stamp.h"
#include "io/io_file.h"
#include "io/io_work.h"
#include "jsm/jsm_anchor.h"
#include "service/service.h"
#include "site/site.h"
#include "store/store_evidence.h"
#include "tlog/tlog_note.h"

enum {
    TICK_MAX_MS = 5 * 1000,
    LEASE_MS = 60 * 1000, /* much longer than a call may take */
    CALL_MS = 10 * 1000,
    CA_BYTES = 1024 * 1024,
    PATH_BYTES = 4096,
};

/* A stamp on its way, and what the worker does with it. */
struct stamping {
    struct anchor_keep *keep;
    uint8_t digest[SHA256_BYTES];
    uint64_t nonce;
    struct buf reply;
    bool done;
    int64_t at_ms;
    struct err err;
};

struct anchor_keep {
    struct service *svc;
    const struct evidence_config *config;
    struct io_timer *timer;
    struct http *http; /* to the authority; NULL: none is asked */
    struct io_work *work;
    struct stamp_trust *trust;
    struct arena *arena;
    char *directory;
    bool busy;
    /* the anchor that is being left */
    struct store_anchor anchor;
    enum anchor_kind kind;
    char note[TLOG_NOTE_BYTES + 1];
    struct stamping stamping;
    size_t closing;
    void (*closed)(void *arg);
    void *closed_arg;
};

static struct anchor_stats *stats_of(const struct anchor_keep *k)
{
    return &k->svc->anchor_stats;
}

/* --- the end of a turn --- */

static void end(struct anchor_keep *k)
{
    k->busy = false;
    arena_clear(k->arena);
}

static void on_given(void *arg, enum store_outcome outcome, const char *message)
{
    (void)outcome; /* it ends by itself */
    (void)message;
    end(arg);
}

static void give(struct anchor_keep *k)
{
    store_lease_give(&k->svc->store, STR("evidence anchors"), k->anchor.fence, 0, on_given, k);
}

static void on_left(void *arg, enum store_outcome outcome, const char *message)
{
    if (outcome != STORE_OK)
        log_warn("evidence", "what became of an anchor was not saved", LOG_C("why", message));
    give(arg);
}

/* why empty: it is there. */
static void left(struct anchor_keep *k, struct str why)
{
    char *said = stats_of(k)->said[k->kind];
    bool is_news = !why.len != !said[0];

    if (is_news && why.len)
        log_error("evidence", "a checkpoint could not be left outside the database",
                  LOG_S("anchor", k->anchor.kind), LOG_S("place", k->anchor.place),
                  LOG_S("why", why));
    if (is_news && !why.len)
        log_info("evidence", "checkpoints are left there again", LOG_S("anchor", k->anchor.kind));
    str_copy(said, sizeof stats_of(k)->said[k->kind], why);
    store_anchor_left(&k->svc->store, &k->anchor, why, on_left, k);
}

/* --- a property of a ticket --- */

static void on_issue(void *arg, const struct jsm_answer *answer)
{
    left(arg, answer->verdict == JSM_OK ? STR_NONE : str_of(answer->why));
}

static void leave_issue(struct anchor_keep *k)
{
    struct site *site = service_site(k->svc, k->config->issue_site);
    struct jsm_call call =
        jsm_call_anchor(k->arena, k->config->issue_key, k->anchor.seq, str_of(k->note));

    site_send(site, k->arena, &call, on_issue, k);
}

/* --- a time stamp --- */

static bool keep_file(const struct anchor_keep *k, const char *suffix, struct str text,
                      struct err *err)
{
    char path[PATH_BYTES];

    if (snprintf(path, sizeof path, "%s/%lld.%s", k->directory, (long long)k->anchor.seq, suffix) >=
        (int)sizeof path)
        return FAIL(err, ERR_CONFIG, "the path of '%s' is too long", k->directory);
    return file_replace(path, text, err);
}

static void run_stamp(void *arg)
{
    struct stamping *s = arg;
    const struct anchor_keep *k = s->keep;

    if (mkdir(k->directory, 0777) != 0 && errno != EEXIST) {
        (void)FAIL(&s->err, ERR_TEMPORARY, "cannot make '%s': %s", k->directory, strerror(errno));
        return;
    }
    s->done = stamp_check(buf_str(&s->reply), s->digest, s->nonce, k->trust, &s->at_ms, &s->err) &&
              keep_file(k, "note", str_of(k->note), &s->err) &&
              keep_file(k, "tsr", buf_str(&s->reply), &s->err);
}

static void on_stamped(void *arg)
{
    struct stamping *s = arg;
    struct anchor_keep *k = s->keep;

    buf_done(&s->reply);
    left(k, s->done ? STR_NONE : s->err.what[0] ? str_of(s->err.what) : STR("the service stops"));
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct anchor_keep *k = arg;

    if (reply->outcome != HTTP_REPLIED) {
        left(k, reply->why);
        return;
    }
    if (reply->status != 200) {
        left(k, arena_printf(k->arena, "the authority answers %d", reply->status));
        return;
    }
    buf_init(&k->stamping.reply, STAMP_BYTES_MAX);
    if (!buf_add_str(&k->stamping.reply, reply->body) ||
        !io_work_push(k->work, run_stamp, on_stamped, &k->stamping)) {
        buf_done(&k->stamping.reply);
        left(k, STR("the answer is too long"));
    }
}

static void leave_stamp(struct anchor_keep *k)
{
    struct http_header headers[] = {{STR("Content-Type"), STR("application/timestamp-query")},
                                    {STR("Accept"), STR("application/timestamp-reply")}};
    AUTO(drop_buf) struct buf body;

    k->stamping = (struct stamping){.keep = k, .nonce = rng_next(&k->svc->rng) | 1};
    digest_sha256(str_of(k->note), k->stamping.digest);
    buf_init(&body, STAMP_BYTES_MAX);
    bool made = stamp_ask(k->stamping.digest, k->stamping.nonce, &body);
    ASSERT(made);
    struct http_call call = {.method = STR("POST"),
                             .url = k->config->stamp_url,
                             .headers = headers,
                             .header_count = 2,
                             .body = buf_str(&body),
                             .timeout_ms = CALL_MS,
                             .connect_timeout_ms = CALL_MS,
                             .reply_max = STAMP_BYTES_MAX};
    http_send(k->http, &call, on_reply, k);
}

/* --- a turn --- */

static void on_meant(void *arg, enum store_outcome outcome, int64_t seq, const char *message)
{
    struct anchor_keep *k = arg;

    (void)message;
    if (outcome != STORE_OK || seq <= 0) /* nothing is done before it is known that it will be */
        give(k);
    else if (k->kind == ANCHOR_ISSUE)
        leave_issue(k);
    else
        leave_stamp(k);
}

static void on_turn(void *arg, enum store_outcome outcome, const struct store_lease *lease)
{
    struct anchor_keep *k = arg;

    if (outcome != STORE_OK) { /* another replica does it */
        end(k);
        return;
    }
    k->anchor.fence = lease->fence;
    store_anchor_meant(&k->svc->store, &k->anchor, on_meant, k);
}

static int64_t number(const struct json *v, const char *member, int64_t otherwise)
{
    int64_t n;
    return json_i64(json_member(v, member), &n) ? n : otherwise;
}

/* One that is left by a call of its own. */
static void read_anchor(struct anchor_stats *stats, const struct json *state, enum anchor_kind kind,
                        struct str place, int64_t every_ms)
{
    const struct json *v = json_member(json_member(state, "anchors"), anchor_name(kind));
    struct anchor *a = &stats->of[kind];
    bool is_same = v && str_eq(json_path_str(v, "place"), place);

    *a = (struct anchor){.every_ms = place.len ? every_ms : 0,
                         .seq = is_same ? number(v, "seq", 0) : 0,
                         .left_ms = is_same ? number(v, "left_ms", -1) : -1,
                         .tried_ms = is_same ? number(v, "tried_ms", -1) : -1,
                         .failures = is_same ? number(v, "failures", 0) : 0,
                         .behind_ms =
                             is_same ? number(v, "behind_ms", 0) : number(state, "first_ms", 0)};
    str_copy(stats->said[kind], sizeof stats->said[kind],
             is_same ? json_path_str(v, "said") : STR_NONE);
}

static void read_state(struct anchor_keep *k, const struct json *state)
{
    const struct evidence_config *c = k->config;
    struct anchor_stats *stats = stats_of(k);
    /* the checkpoint itself, with which both are left; what has forked is told already */
    bool forked = json_is_true(json_member(state, "forked"));
    struct anchor own = {.every_ms = c->every_ms,
                         .seq = number(state, "published", 0),
                         .left_ms = number(state, "published_ms", -1),
                         .tried_ms = -1,
                         .behind_ms = forked ? 0 : number(state, "unpublished_ms", 0)};

    stats->known = true;
    stats->of[ANCHOR_FILE] = stats->of[ANCHOR_JOURNAL] = own;
    stats->of[ANCHOR_FILE].lost = stats->lost;
    if (!c->anchor_file.len)
        stats->of[ANCHOR_FILE].every_ms = 0;
    read_anchor(stats, state, ANCHOR_ISSUE, c->issue_key, c->issue_every_ms);
    read_anchor(stats, state, ANCHOR_STAMP, c->stamp_url, c->stamp_every_ms);
}

/* The one that is due, of two the one that waits longer. */
static bool choose(struct anchor_keep *k)
{
    const struct anchor_stats *stats = stats_of(k);
    int64_t published = stats->of[ANCHOR_JOURNAL].seq;
    bool found = false;

    for (enum anchor_kind kind = ANCHOR_ISSUE; kind < ANCHOR_COUNT; kind++) {
        const struct anchor *a = &stats->of[kind];
        if (!anchor_is_due(a, published) || (found && a->behind_ms <= stats->of[k->kind].behind_ms))
            continue;
        found = true;
        k->kind = kind;
    }
    k->anchor = (struct store_anchor){.origin = k->config->origin,
                                      .kind = str_of(anchor_name(k->kind)),
                                      .place = k->kind == ANCHOR_ISSUE ? k->config->issue_key
                                                                       : k->config->stamp_url,
                                      .seq = published};
    return found;
}

static void on_state(void *arg, enum store_outcome outcome, struct str text)
{
    struct anchor_keep *k = arg;
    const struct json *state;
    struct err err;

    if (outcome != STORE_OK || !json_parse(k->arena, text, &state, &err)) {
        end(k);
        return;
    }
    read_state(k, state);
    if (k->svc->draining || !choose(k) ||
        !str_copy(k->note, sizeof k->note, json_path_str(state, "note")) || !k->note[0]) {
        end(k);
        return;
    }
    store_lease_take(&k->svc->store, STR("evidence anchors"), LEASE_MS, on_turn, k);
}

static void on_timer(void *arg)
{
    struct anchor_keep *k = arg;

    if (k->busy || !k->svc->ready || k->svc->draining)
        return;
    k->busy = true;
    store_evidence_anchors(&k->svc->store, k->config->origin, on_state, k);
}

/* --- life --- */

static bool read_trust(const struct evidence_config *c, struct stamp_trust **ret, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * CA_BYTES);
    struct str pem;

    if (!c->stamp_url.len)
        return true;
    return (file_read(arena, arena_cstr(arena, c->stamp_ca), CA_BYTES, &pem, err) &&
            stamp_trust_read(pem, ret, err)) ||
           err_while(err, "reading the certificates of the time stamping authority");
}

static int64_t tick_ms(const struct evidence_config *c)
{
    int64_t least = TICK_MAX_MS;

    if (c->issue_key.len && c->issue_every_ms < least)
        least = c->issue_every_ms;
    if (c->stamp_url.len && c->stamp_every_ms < least)
        least = c->stamp_every_ms;
    return least;
}

bool anchor_keep_new(struct service *svc, struct anchor_keep **ret, struct err *err)
{
    const struct evidence_config *c = &svc->config->evidence;
    struct stamp_trust *trust = NULL;

    if (!read_trust(c, &trust, err))
        return false;
    struct anchor_keep *k = calloc(1, sizeof *k);
    if (!k)
        abort();
    k->svc = svc;
    k->config = c;
    k->trust = trust;
    k->directory = str_keep(c->stamp_directory);
    k->arena = arena_new(LIMIT_ARENA_VISIT);
    k->work = io_work_new(svc->loop, 1);
    if (c->stamp_url.len) {
        /* what is asked is a hash, and what is answered is signed: the way need not be secret */
        struct http_options http = {
            .per_host_max = 1, .in_flight_max = 1, .allow_plain_http = true};
        k->http = http_new(svc->loop, &http);
    }
    k->timer = io_timer_new(svc->loop, on_timer, k);
    io_timer_start(k->timer, 1, tick_ms(c));
    *ret = k;
    return true;
}

bool anchor_keep_is_busy(const struct anchor_keep *k)
{
    return k && k->busy;
}

static void on_part_closed(void *arg)
{
    struct anchor_keep *k = arg;
    void (*fn)(void *arg) = k->closed;
    void *fn_arg = k->closed_arg;

    if (--k->closing)
        return;
    stamp_trust_free(k->trust);
    arena_free(k->arena);
    free(k->directory);
    free(k);
    fn(fn_arg);
}

void anchor_keep_close(struct anchor_keep *k, void (*fn)(void *arg), void *arg)
{
    if (!k)
        return;
    io_timer_free(k->timer);
    k->closed = fn;
    k->closed_arg = arg;
    k->closing = k->http ? 2 : 1;
    io_work_close(k->work, on_part_closed, k);
    if (k->http)
        http_close(k->http, on_part_closed, k);
}

/* --- telling --- */

struct str anchor_stats_line(const struct anchor_stats *stats, struct arena *arena)
{
    for (enum anchor_kind kind = ANCHOR_FILE; kind < ANCHOR_COUNT; kind++)
        if (anchor_is_late(&stats->of[kind]))
            return arena_printf(arena, "anchor '%s' %s: %s", anchor_name(kind),
                                stats->of[kind].lost ? "lost what was left there" : "is late",
                                stats->said[kind][0] ? stats->said[kind]
                                                     : "nothing came there for a while");
    return STR_NONE;
}

static void render(const struct anchor_stats *stats, const char *name, const char *help,
                   int64_t (*value)(const struct anchor *a), struct buf *out)
{
    buf_printf(out, "# HELP countersign_evidence_anchor_%s %s\n", name, help);
    buf_printf(out, "# TYPE countersign_evidence_anchor_%s gauge\n", name);
    for (enum anchor_kind kind = ANCHOR_FILE; kind < ANCHOR_COUNT; kind++)
        if (stats->of[kind].every_ms)
            buf_printf(out, "countersign_evidence_anchor_%s{anchor=\"%s\"} %lld\n", name,
                       anchor_name(kind), (long long)value(&stats->of[kind]));
}

static int64_t entries_of(const struct anchor *a)
{
    return a->seq;
}

static int64_t behind_of(const struct anchor *a)
{
    return a->behind_ms / 1000;
}

static int64_t late_of(const struct anchor *a)
{
    return anchor_is_late(a);
}

void anchor_stats_render(const struct anchor_stats *stats, struct buf *out)
{
    render(stats, "entries", "Entries of the checkpoint that was left there last", entries_of, out);
    render(stats, "behind_seconds", "How long the oldest newer one has waited", behind_of, out);
    render(stats, "late", "It waits longer than it should, or lost what was left there", late_of,
           out);
}
