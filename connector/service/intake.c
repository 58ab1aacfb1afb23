#include "service/intake.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/list.h"
#include "jsm/jsm_hook.h"
#include "store/store.h"

enum { SITES_MAX = 64, SWEEP_MS = 100, ID_MAX = 200, RETRY_MAX = 1000 };
/* Within so long the same bytes without an identifier are one delivery told twice; after it they
 * may tell of a new event. */
enum { SAME_MS = 1000 };

/* One delivery between its arrival and its answer. Lives in the request's arena. */
struct delivery {
    struct list link;              /* in intake.waiting, or in a batch */
    struct serve_request *request; /* NULL once answered */
    const struct intake_site *site;
    struct str id;
    struct str body;
    int32_t retry;
    bool primary, secondary;
    int64_t arrived_ms;
};

struct batch {
    struct list link; /* in intake.in_flight */
    struct intake *intake;
    struct list deliveries; /* those not answered yet */
    size_t count;
};

struct intake {
    struct io_loop *loop;
    struct intake_options options;
    struct intake_site sites[SITES_MAX];
    size_t site_count;
    struct list waiting;
    size_t waiting_count;
    struct list in_flight; /* batches on their way */
    struct io_timer *sweep;
    bool stopped;
};

static void intake_pump(struct intake *intake);

/* The delivery lives in its request's arena: it is gone after this. */
static void answer(struct delivery *d, int status)
{
    static const struct http_header RETRY = {.name = {"Retry-After", 11}, .value = {"5", 1}};
    bool later = status == 503;

    serve_reply(d->request, status, NULL, later ? &RETRY : NULL, later ? 1 : 0, STR_NONE);
}

static void refuse(struct intake *intake, struct serve_request *request, int status)
{
    if (status == 401)
        intake->options.metrics->webhook_forged++;
    if (status == 503)
        intake->options.metrics->webhook_shed++;
    serve_reply(request, status, NULL, NULL, 0, STR_NONE);
}

static void count_stored(const struct delivery *d)
{
    struct hook_stats *stats = d->site->stats;

    stats->stored++;
    stats->retried += d->retry > 0;
    stats->primary += d->primary;
    stats->secondary += d->secondary;
}

static void finish(struct list *deliveries, int status, struct metrics *metrics)
{
    struct list *link;

    while ((link = list_shift(deliveries))) {
        struct delivery *d = container_of(link, struct delivery, link);
        if (status == 200) {
            metrics->webhook_stored++;
            count_stored(d);
        } else {
            metrics->webhook_shed++;
        }
        answer(d, status);
    }
}

static void batch_free(struct batch *batch)
{
    list_remove(&batch->link);
    free(batch);
}

/* One row of a refused batch, alone: refused again it is poison for the database, the others are
 * not. */
static void on_single(void *arg, const struct pg_reply *reply)
{
    struct batch *batch = arg;

    finish(&batch->deliveries, reply->outcome == PG_OK ? 200 : 503, batch->intake->options.metrics);
    batch_free(batch);
}

static void send_batch(struct intake *intake, struct list *deliveries, size_t count,
                       pg_done_fn *fn);

static void on_batch(void *arg, const struct pg_reply *reply)
{
    struct batch *batch = arg;
    struct intake *intake = batch->intake;
    struct list *link;

    intake->options.metrics->ingest_batches++;
    intake_pump(intake); /* the connection is idle again: the next group first, then the answers of
                            this one */
    if (reply->outcome == PG_REFUSED && !pg_try_later(reply) && batch->count > 1) {
        /* one failing row refuses the whole statement: send the rows one by one */
        while ((link = list_shift(&batch->deliveries))) {
            struct list one;
            list_init(&one);
            list_push(&one, link);
            send_batch(intake, &one, 1, on_single);
        }
    } else {
        finish(&batch->deliveries, reply->outcome == PG_OK ? 200 : 503, intake->options.metrics);
        if (reply->outcome == PG_OK)
            intake->options.on_stored(intake->options.arg);
    }
    batch_free(batch);
}

static void send_batch(struct intake *intake, struct list *deliveries, size_t count, pg_done_fn *fn)
{
    struct store_delivery rows[LIMIT_INGEST_BATCH];
    struct batch *batch = calloc(1, sizeof *batch);
    struct list *link;
    size_t n = 0;

    if (!batch)
        abort();
    batch->intake = intake;
    batch->count = count;
    list_init(&batch->deliveries);
    list_push(&intake->in_flight, &batch->link);
    while ((link = list_shift(deliveries))) {
        struct delivery *d = container_of(link, struct delivery, link);
        rows[n++] = (struct store_delivery){
            .site = d->site->name, .delivery_id = d->id, .body = d->body, .retry = d->retry};
        list_push(&batch->deliveries, link);
    }
    store_inbox_put(intake->options.pg, rows, n, fn, batch);
}

/* Group commit without a timer: whatever has queued when the connection is idle goes out as one
 * statement, one commit. */
static void intake_pump(struct intake *intake)
{
    while (!intake->stopped && intake->waiting_count && pg_idle(intake->options.pg)) {
        struct list batch;
        struct list *link;
        size_t count = 0, bytes = 0;

        list_init(&batch);
        while (count < LIMIT_INGEST_BATCH && bytes < LIMIT_INGEST_BATCH_BYTES &&
               (link = list_shift(&intake->waiting))) {
            intake->waiting_count--;
            list_push(&batch, link);
            bytes += container_of(link, struct delivery, link)->body.len;
            count++;
        }
        if (count)
            send_batch(intake, &batch, count, on_batch);
    }
}

/* Answer 503 to what is older than `since_ms`; returns how many. Jira sends them again, and a
 * commit that was on its way after all makes the second one a duplicate. */
static size_t shed(struct intake *intake, struct list *deliveries, int64_t since_ms)
{
    struct list *link = deliveries->next;
    size_t count = 0;

    while (link != deliveries) {
        struct delivery *d = container_of(link, struct delivery, link);
        link = link->next;
        if (d->arrived_ms > since_ms)
            continue;
        list_remove(&d->link);
        intake->options.metrics->webhook_shed++;
        answer(d, 503);
        count++;
    }
    return count;
}

/* Nobody waits for a database that is away or does not answer. */
static void on_sweep(void *arg)
{
    struct intake *intake = arg;
    int64_t now = io_loop_now_ms(intake->loop);
    int64_t since = pg_up(intake->options.pg) ? now - intake->options.answer_within_ms : now;
    struct list *link = intake->in_flight.next;

    intake->waiting_count -= shed(intake, &intake->waiting, since);
    while (link != &intake->in_flight) {
        struct batch *batch = container_of(link, struct batch, link);
        link = link->next;
        shed(intake, &batch->deliveries, now - intake->options.answer_within_ms);
    }
}

/* A connection became idle, or was lost. */
static void on_idle(void *arg)
{
    struct intake *intake = arg;

    if (pg_up(intake->options.pg))
        intake_pump(intake);
    else
        on_sweep(intake);
}

struct intake *intake_new(struct io_loop *loop, const struct intake_options *options)
{
    struct intake *intake = calloc(1, sizeof *intake);

    if (!intake)
        abort();
    intake->loop = loop;
    intake->options = *options;
    list_init(&intake->waiting);
    list_init(&intake->in_flight);
    intake->sweep = io_timer_new(loop, on_sweep, intake);
    io_timer_start(intake->sweep, SWEEP_MS, SWEEP_MS);
    pg_on_idle(options->pg, on_idle, intake);
    return intake;
}

void intake_add_site(struct intake *intake, const struct intake_site *site)
{
    ASSERT(intake->site_count < SITES_MAX);
    intake->sites[intake->site_count++] = *site;
}

static const struct intake_site *find_site(const struct intake *intake, struct str name)
{
    for (size_t i = 0; i < intake->site_count; i++)
        if (str_eq(intake->sites[i].name, name))
            return &intake->sites[i];
    return NULL;
}

/* What is stored: the body. A delivery without one says what it is about in its address, if
 * anywhere: then that is kept, "?issue=10042". */
static struct str bytes_of(struct serve_request *request)
{
    struct str body = serve_body(request), query = serve_query(request);

    if (body.len || !query.len)
        return body;
    return arena_printf(serve_arena(request), "?%.*s", STR_ARG(query));
}

/* Data Center and automation send no identifier: the same bytes are then the same delivery. An
 * event of Jira's tells its time, so that no two are alike; what a rule sends, and what has no
 * body, may be alike word for word when it happens again: those are the same only for a moment. */
static struct str delivery_id(struct intake *intake, struct serve_request *request,
                              enum jsm_hook_sender sender, struct str bytes)
{
    struct str id = serve_header(request, "x-atlassian-webhook-identifier");
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    bool alike = sender == JSM_HOOK_AUTOMATION || !serve_body(request).len;
    int64_t moment = alike ? clock_wall_ms(intake->options.clock) / SAME_MS : 0;

    if (id.len && id.len <= ID_MAX)
        return id;
    digest_sha256(bytes, digest);
    hex_encode(digest, sizeof digest, hex);
    if (!alike)
        return arena_str(serve_arena(request), str_of(hex));
    return arena_printf(serve_arena(request), "%s-%" PRId64, hex, moment);
}

static enum jsm_hook_sender sender_of(struct intake *intake, struct serve_request *request,
                                      const struct intake_site *site)
{
    struct jsm_hook_proof proof = {
        .signature = serve_header(request, "x-hub-signature"),
        .signatures = serve_header_count(request, "x-hub-signature"),
        .authorization = serve_header(request, "authorization"),
        .authorizations = serve_header_count(request, "authorization"),
        .shared = serve_header(request, site->header),
        .shareds = serve_header_count(request, site->header),
        .path = serve_path(request),
        .query = serve_query(request),
        .body = serve_body(request),
        .now_ms = clock_wall_ms(intake->options.clock),
    };
    enum jsm_hook_sender sender = jsm_hook_sender_of(site->keys(site->arg), &proof);
    if (sender == JSM_HOOK_NOBODY && site->renew(site->arg))
        sender = jsm_hook_sender_of(site->keys(site->arg), &proof);
    return sender;
}

static struct delivery *delivery_of(struct intake *intake, struct serve_request *request,
                                    const struct intake_site *site, enum jsm_hook_sender sender)
{
    struct delivery *d = ARENA_NEW(serve_arena(request), struct delivery);
    struct str flow = serve_header(request, "x-atlassian-webhook-flow");
    struct str bytes = bytes_of(request);
    int64_t retry = 0;

    if (!d)
        return NULL;
    if (!str_to_i64(serve_header(request, "x-atlassian-webhook-retry"), &retry) || retry < 0 ||
        retry > RETRY_MAX)
        retry = 0;
    *d = (struct delivery){.request = request,
                           .site = site,
                           .id = delivery_id(intake, request, sender, bytes),
                           .body = bytes,
                           .retry = (int32_t)retry,
                           .primary = str_eq_nocase(flow, STR("primary")),
                           .secondary = str_eq_nocase(flow, STR("secondary")),
                           .arrived_ms = io_loop_now_ms(intake->loop)};
    return d->id.len ? d : NULL; /* the arena of the request is full */
}

void intake_take(struct intake *intake, struct serve_request *request, struct str site_name)
{
    const struct intake_site *site = find_site(intake, site_name);
    enum jsm_hook_sender sender = JSM_HOOK_NOBODY;

    if (!str_eq_c(serve_method(request), "POST")) {
        refuse(intake, request, 405);
        return;
    }
    if (site)
        sender = sender_of(intake, request, site);
    if (sender == JSM_HOOK_NOBODY) {
        if (site)
            site->stats->refused++;
        refuse(intake, request, 401); /* no word about why */
        return;
    }
    if (intake->stopped || !pg_up(intake->options.pg) ||
        intake->waiting_count >= LIMIT_INGEST_QUEUE) {
        refuse(intake, request, 503);
        return;
    }
    struct delivery *d = delivery_of(intake, request, site, sender);
    if (!d) {
        refuse(intake, request, 503);
        return;
    }
    list_push(&intake->waiting, &d->link);
    intake->waiting_count++;
    intake_pump(intake);
}

bool intake_is_busy(const struct intake *intake)
{
    return intake->waiting_count || !list_empty(&intake->in_flight);
}

void intake_stop(struct intake *intake)
{
    intake->stopped = true;
    intake->waiting_count -= shed(intake, &intake->waiting, INT64_MAX);
    pg_on_idle(intake->options.pg, NULL, NULL);
    io_timer_free(intake->sweep);
    intake->sweep = NULL;
}

void intake_free(struct intake *intake)
{
    if (!intake)
        return;
    ASSERT(list_empty(&intake->in_flight));
    free(intake);
}
