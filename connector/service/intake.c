#include "service/intake.h"

#include "base/assert.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/list.h"
#include "base/log.h"
#include "jsm/jsm_hook.h"
#include "store/store_inbox.h"

enum { SITES_MAX = 64, KEYS_MAX = 2, COLUMNS = 4 };

/* One delivery between its arrival and its answer. Lives in the request's arena. */
struct delivery {
    struct list link; /* in intake.waiting, or in a batch */
    struct serve_request *request; /* NULL once answered */
    struct str site;
    struct str id;
    struct str body;
    char retry[4];
    int64_t arrived_ms;
};

struct batch {
    struct intake *intake;
    struct list deliveries;
    size_t count;
};

struct site_keys {
    struct str name;
    struct hmac *keys[KEYS_MAX];
    size_t key_count;
};

struct intake {
    struct io_loop *loop;
    struct intake_options options;
    struct site_keys sites[SITES_MAX];
    size_t site_count;
    struct list waiting;
    size_t waiting_count;
    struct io_timer *sweep;
};

static void answer(struct delivery *d, int status)
{
    static const struct http_header RETRY = {.name = {"Retry-After", 11}, .value = {"5", 1}};

    if (!d->request)
        return;
    bool later = status == 503;
    serve_reply(d->request, status, NULL, later ? &RETRY : NULL, later ? 1 : 0, STR_NONE);
    d->request = NULL;
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
        if (!d->request) /* answered 503 by the sweep while the commit was on its way: Jira sends again, we dedupe */
            continue;
        if (status == 200)
            metrics->webhook_stored++;
        else
            metrics->webhook_shed++;
        answer(d, status);
    }
}

static void send_batch(struct intake *intake, struct list *deliveries, size_t count, pg_done_fn *fn);

/* One row of a refused batch was refused again, alone: that one is poison for the database, the others were not. */
static void on_single(void *arg, const struct pg_reply *reply)
{
    struct batch *batch = arg;

    finish(&batch->deliveries, reply->outcome == PG_OK ? 200 : 503, batch->intake->options.metrics);
    free(batch);
}

static void on_batch(void *arg, const struct pg_reply *reply)
{
    struct batch *batch = arg;
    struct intake *intake = batch->intake;
    struct list *link;

    intake->options.metrics->ingest_batches++;
    if (reply->outcome == PG_REFUSED && batch->count > 1) {
        /* one failing row rolls the whole pipeline back: send the rows one by one */
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
    free(batch);
    intake_pump(intake);
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
    while ((link = list_shift(deliveries))) {
        struct delivery *d = container_of(link, struct delivery, link);
        rows[n++] = (struct store_delivery){.site = d->site, .delivery_id = d->id, .body = d->body};
        list_push(&batch->deliveries, link);
    }
    store_inbox_put(intake->options.pg, rows, n, fn, batch);
}
