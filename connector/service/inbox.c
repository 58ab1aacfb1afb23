#include "service/inbox.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/log_brief.h"
#include "jsm/jsm_hook.h"
#include "service/intake.h"
#include "service/worker.h"
#include "site/site.h"

enum {
    BATCH = 256,
    BATCH_BUSY = 64, /* while deliveries arrive: a turn of the loop keeps them waiting */
    LEASE_S = 30,
    YIELDS_MAX = 40, /* it gives way to storing so many times in a row, then takes its turn */
    GATHER_MS = 25,  /* deliveries come in bursts: one claim for many */
    HINTS_EACH = 2,  /* of one delivery: a link has two ends */
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
    struct log_brief unreadable;    /* whoever holds a secret may send us what he likes */
    struct arena *words;            /* what the hints of the batch in hand say */
    struct buf body;                /* a long one, which comes alone and piece by piece */
    struct store_delivery long_one; /* whose it is */
};

static void batch_end(struct inbox *inbox)
{
    inbox->busy = false;
    arena_clear(inbox->words);
}

static void on_finished(void *arg, enum store_outcome outcome, const char *message)
{
    struct inbox *inbox = arg;

    if (outcome != STORE_OK) /* the lease runs out and the deliveries come again */
        log_warn("inbox", "hints not stored", LOG_C("why", message));
    batch_end(inbox);
    if (outcome == STORE_OK)
        worker_kick(inbox->svc->worker);
    if (inbox->again && outcome == STORE_OK)
        inbox_kick(inbox);
}

static void quarantine(struct inbox *inbox, struct store_hint *hint, const char *why)
{
    hint->poison = arena_cstr(inbox->words, str_of(why));
    ASSERT(hint->poison && hint->poison[0]);
    inbox->svc->metrics.webhook_poison++;
    if (log_brief_take(&inbox->unreadable, hint->site, str_of(why),
                       io_loop_now_ms(inbox->svc->loop)))
        log_warn("inbox", "a delivery that cannot be read is quarantined",
                 LOG_S("site", hint->site), LOG_I("delivery", hint->delivery_id),
                 LOG_C("why", why));
}

/* Those of the minutes that are over. */
static void tell_unreadable(struct inbox *inbox)
{
    struct str site, why;
    uint64_t count;

    while (log_brief_due(&inbox->unreadable, io_loop_now_ms(inbox->svc->loop), &site, &why, &count))
        log_warn("inbox", "more deliveries that cannot be read were quarantined",
                 LOG_S("site", site), LOG_I("deliveries", (int64_t)count), LOG_S("why", why));
}

static void count_delay(struct inbox *inbox, const struct store_delivery *row,
                        const struct jsm_hook *hook)
{
    const struct config *c = inbox->svc->config;

    for (size_t i = 0; hook->event_ms && i < c->site_count; i++)
        if (str_eq(c->sites[i].name, row->site))
            hook_stats_delay(&inbox->svc->hook_stats[i], row->received_ms - hook->event_ms);
}

static struct str our_account(struct inbox *inbox, const struct store_delivery *row)
{
    const struct site *site = service_site(inbox->svc, row->site);
    return site ? site->view.our_account : STR_NONE;
}

/* Every delivery becomes something: a ticket or two to look at, poison with a reason, or an event
 * that is about no ticket. It is parsed in memory of its own: a heavy body takes nothing from the
 * others. Returns how many hints it became. */
static size_t hints_of(struct inbox *inbox, const struct store_delivery *row,
                       struct store_hint hints[HINTS_EACH])
{
    AUTO(drop_arena) struct arena *parsing = arena_new(LIMIT_ARENA_VISIT);
    struct jsm_hook hook;
    struct err err = {0};
    size_t count = 1;

    hints[0] = (struct store_hint){.delivery_id = row->id, .site = row->site};
    if (!jsm_hook_read(parsing, row->body, &hook, &err)) {
        quarantine(inbox, &hints[0], err.what);
    } else if (jsm_hook_is_replayed(&hook, row->received_ms)) {
        quarantine(inbox, &hints[0], "its event is more than seven days from its arrival");
    } else if (jsm_hook_is_idle(&hook, our_account(inbox, row))) {
        count_delay(inbox, row, &hook);
    } else {
        bool about_a_ticket = hook.issue_id.len > 0;
        count_delay(inbox, row, &hook);
        hints[0].announced_ms = hook.announced_ms;
        hints[0].echo = jsm_hook_is_echo(&hook, our_account(inbox, row));
        hints[0].over = jsm_hook_is_over(&hook, our_account(inbox, row));
        hints[0].issue_id = arena_str(inbox->words, hook.issue_id);
        if (hook.key.len <= LIMIT_KEY_CHARS) /* it is only a label: the id finds the ticket */
            hints[0].key = arena_str(inbox->words, hook.key);
        ASSERT(!about_a_ticket || hints[0].issue_id.len);
    }
    if (!hints[0].poison && hook.other_id.len) {
        hints[count] = hints[0];
        hints[count].key = STR_NONE;
        hints[count++].issue_id = arena_str(inbox->words, hook.other_id);
    }
    return count;
}

static void on_body(void *arg, enum store_outcome outcome)
{
    struct inbox *inbox = arg;
    struct store_delivery row = inbox->long_one;

    if (outcome == STORE_OK) {
        row.body = buf_str(&inbox->body);
        struct store_hint hints[HINTS_EACH];
        size_t count = hints_of(inbox, &row, hints);
        store_inbox_finish(&inbox->svc->store, hints, count, on_finished, inbox);
    } else { /* the lease runs out and it comes again */
        log_warn("inbox", "a long delivery could not be read yet", LOG_I("delivery", row.id));
        batch_end(inbox);
    }
    buf_done(&inbox->body);
    malloc_trim(0); /* long ones are rare: no memory is kept for the next */
}

static void on_claimed(void *arg, enum store_outcome outcome, const struct store_delivery *rows,
                       size_t count)
{
    struct inbox *inbox = arg;
    struct store_hint hints[HINTS_EACH * BATCH];
    size_t hint_count = 0;
    int64_t bytes = 0;

    if (outcome != STORE_OK || !count) {
        inbox->busy = false;
        return;
    }
    for (size_t i = 0; i < count; i++)
        bytes += rows[i].size;
    inbox->full = count == inbox->size || bytes > LIMIT_INBOX_BATCH_BYTES / 2;
    inbox->again = true; /* what did not fit the budget is still there */
    if (rows[0].size > (int64_t)rows[0].body.len) {
        ASSERT(count == 1);
        inbox->long_one = (struct store_delivery){.id = rows[0].id,
                                                  .site = arena_str(inbox->words, rows[0].site),
                                                  .received_ms = rows[0].received_ms};
        store_inbox_body(&inbox->svc->store, rows[0].id, rows[0].size, &inbox->body, on_body,
                         inbox);
        return;
    }
    for (size_t i = 0; i < count; i++)
        hint_count += hints_of(inbox, &rows[i], &hints[hint_count]);
    store_inbox_finish(&inbox->svc->store, hints, hint_count, on_finished, inbox);
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
    tell_unreadable(inbox);
    if (inbox->busy || inbox->svc->draining)
        return;
    inbox->busy = true;
    inbox->again = inbox->full = false;
    inbox->size = intake_is_busy(inbox->svc->intake) ? BATCH_BUSY : BATCH;
    store_inbox_claim(&inbox->svc->store, LEASE_S, (int32_t)inbox->size, LIMIT_INBOX_BATCH_BYTES,
                      on_claimed, inbox);
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
    inbox->words = arena_new(LIMIT_ARENA_SMALL);
    buf_init(&inbox->body, LIMIT_HTTP_BODY_BYTES);
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
    arena_free(inbox->words);
    buf_done(&inbox->body);
    free(inbox);
}
