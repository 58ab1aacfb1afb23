#include "service/intake.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/list.h"
#include "jsm/jsm_hook.h"
#include "store/store.h"

enum { SITES_MAX = 64, SWEEP_MS = 100, ID_MAX = 200, RETRY_MAX = 1000 };

/* One delivery between its arrival and its answer. Lives in the request's arena. */
struct delivery {
    struct list link;              /* in intake.waiting, or in a batch */
    struct serve_request *request; /* NULL once answered */
    struct str site;
    struct str id;
    struct str body;
    int32_t retry;
    int64_t arrived_ms;
};

struct batch {
    struct list link; /* in intake.in_flight */
    struct intake *intake;
    struct list deliveries; /* those not answered yet */
    size_t count;
};

struct site_keys {
    struct str name;
    intake_keys_fn *keys;
    void *arg;
};

struct intake {
    struct io_loop *loop;
    struct intake_options options;
    struct site_keys sites[SITES_MAX];
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

static void finish(struct list *deliveries, int status, struct metrics *metrics)
{
    struct list *link;

    while ((link = list_shift(deliveries))) {
        struct delivery *d = container_of(link, struct delivery, link);
        if (status == 200)
            metrics->webhook_stored++;
        else
            metrics->webhook_shed++;
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
            .site = d->site, .delivery_id = d->id, .body = d->body, .retry = d->retry};
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

void intake_add_site(struct intake *intake, struct str name, intake_keys_fn *keys, void *arg)
{
    ASSERT(intake->site_count < SITES_MAX);
    intake->sites[intake->site_count++] = (struct site_keys){name, keys, arg};
}

static const struct site_keys *find_site(const struct intake *intake, struct str name)
{
    for (size_t i = 0; i < intake->site_count; i++)
        if (str_eq(intake->sites[i].name, name))
            return &intake->sites[i];
    return NULL;
}

/* Data Center sends no identifier: the same bytes are then the same delivery. */
static struct str delivery_id(struct serve_request *request)
{
    struct str id = serve_header(request, "x-atlassian-webhook-identifier");
    uint8_t digest[SHA256_BYTES];
    char *hex = arena_alloc(serve_arena(request), SHA256_HEX_SIZE);

    if (id.len && id.len <= ID_MAX)
        return id;
    digest_sha256(serve_body(request), digest);
    hex_encode(digest, sizeof digest, hex);
    return str_of(hex);
}

void intake_take(struct intake *intake, struct serve_request *request, struct str site_name)
{
    const struct site_keys *site = find_site(intake, site_name);
    bool one_signature = serve_header_count(request, "x-hub-signature") == 1;
    struct str signature = serve_header(request, "x-hub-signature");
    struct hmac *const *keys = NULL;
    size_t key_count = site ? site->keys(site->arg, &keys) : 0;

    if (!str_eq_c(serve_method(request), "POST")) {
        refuse(intake, request, 405);
        return;
    }
    if (!site || !one_signature ||
        !jsm_hook_is_signed(keys, key_count, signature, serve_body(request))) {
        refuse(intake, request, 401); /* no word about why */
        return;
    }
    if (intake->stopped || !pg_up(intake->options.pg) ||
        intake->waiting_count >= LIMIT_INGEST_QUEUE) {
        refuse(intake, request, 503);
        return;
    }
    struct delivery *d = ARENA_NEW(serve_arena(request), struct delivery);
    int64_t retry = 0;
    if (!d) {
        refuse(intake, request, 503);
        return;
    }
    if (!str_to_i64(serve_header(request, "x-atlassian-webhook-retry"), &retry) || retry < 0 ||
        retry > RETRY_MAX)
        retry = 0;
    *d = (struct delivery){.request = request,
                           .site = site->name,
                           .id = delivery_id(request),
                           .body = serve_body(request),
                           .retry = (int32_t)retry,
                           .arrived_ms = io_loop_now_ms(intake->loop)};
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
