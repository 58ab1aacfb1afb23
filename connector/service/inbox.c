#include "service/inbox.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "jsm/jsm_hook.h"
#include "service/intake.h"
#include "service/worker.h"

enum {
    BATCH = 256,
    BATCH_BUSY = 64, /* while deliveries arrive: a turn of the loop keeps them waiting */
    LEASE_S = 30,
    YIELDS_MAX = 40, /* it gives way to storing so many times in a row, then takes its turn */
    GATHER_MS = 25,  /* deliveries come in bursts: one claim for many */
};

struct inbox {
    struct service *svc;
    struct io_timer *gather;
    int yields;
    bool busy;   /* a batch is in hand */
    bool again;  /* more may be there */
    bool full;   /* more is there: the last batch was full */
    size_t size; /* asked for of the batch in hand */
    bool gathering;
    struct arena *arena; /* of the batch in hand */
};

static void on_finished(void *arg, enum store_outcome outcome, const char *message)
{
    struct inbox *inbox = arg;

    if (outcome != STORE_OK) /* the lease runs out and the deliveries come again */
        log_warn("inbox", "hints not stored", LOG_C("why", message));
    inbox->busy = false;
    arena_clear(inbox->arena);
    if (outcome == STORE_OK)
        worker_kick(inbox->svc->worker);
    if (inbox->again && outcome == STORE_OK)
        inbox_kick(inbox);
}

static struct store_hint hint_of(struct inbox *inbox, const struct store_delivery *row)
{
    struct jsm_hook hook;
    struct err err = {0};
    struct store_hint hint = {.delivery_id = row->id, .site = arena_str(inbox->arena, row->site)};

    if (!jsm_hook_read(inbox->arena, row->body, &hook, &err)) {
        hint.poison = arena_cstr(inbox->arena, str_of(err.what));
        inbox->svc->metrics.webhook_poison++;
        log_warn("inbox", "a delivery that cannot be read is quarantined",
                 LOG_I("delivery", row->id), LOG_C("why", err.what));
        return hint;
    }
    hint.issue_id = arena_str(inbox->arena, hook.issue_id);
    hint.key = arena_str(inbox->arena, hook.key);
    return hint;
}

static void on_claimed(void *arg, enum store_outcome outcome, const struct store_delivery *rows,
                       size_t count)
{
    struct inbox *inbox = arg;
    struct store_hint hints[BATCH];

    if (outcome != STORE_OK || !count) {
        inbox->busy = false;
        return;
    }
    for (size_t i = 0; i < count; i++)
        hints[i] = hint_of(inbox, &rows[i]);
    inbox->full = count == inbox->size;
    inbox->again |= inbox->full;
    store_inbox_finish(&inbox->svc->store, hints, count, on_finished, inbox);
}

static void on_gathered(void *arg)
{
    struct inbox *inbox = arg;

    inbox->gathering = false;
    if (intake_is_busy(inbox->svc->intake) && inbox->yields++ < YIELDS_MAX) {
        inbox_kick(inbox);
        return;
    }
    inbox->yields = 0;
    if (inbox->busy || inbox->svc->draining)
        return;
    inbox->busy = true;
    inbox->again = inbox->full = false;
    inbox->size = intake_is_busy(inbox->svc->intake) ? BATCH_BUSY : BATCH;
    store_inbox_claim(&inbox->svc->store, LEASE_S, (int32_t)inbox->size, on_claimed, inbox);
}

void inbox_kick(struct inbox *inbox)
{
    inbox->again = true;
    if (inbox->gathering || inbox->svc->draining)
        return;
    inbox->gathering = true;
    bool at_once = inbox->full && !intake_is_busy(inbox->svc->intake);
    io_timer_start(inbox->gather, at_once ? 0 : GATHER_MS, 0);
}

bool inbox_is_busy(const struct inbox *inbox)
{
    return inbox->busy;
}

struct inbox *inbox_new(struct service *svc)
{
    struct inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox)
        abort();
    inbox->svc = svc;
    inbox->arena = arena_new(LIMIT_ARENA_VISIT);
    inbox->gather = io_timer_new(svc->loop, on_gathered, inbox);
    return inbox;
}

void inbox_stop(struct inbox *inbox)
{
    io_timer_free(inbox->gather);
    inbox->gather = NULL;
    inbox->gathering = true; /* later kicks find it so and do nothing */
}

void inbox_free(struct inbox *inbox)
{
    if (!inbox)
        return;
    arena_free(inbox->arena);
    free(inbox);
}
