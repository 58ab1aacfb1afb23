#include "cli/scan_work.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "cli/source_open.h"
#include "service/source_gate.h"

enum {
    LINE_MAX_READS = 256,       /* of a source in line or under way: what a reader asks together */
    LINE_MS = 24 * 3600 * 1000, /* nobody is turned away: as long as the limits make it */
    SAY_EVERY_READS = 500,
    TRIES_MAX = 10,           /* of a row, when the source wants to be asked less */
    LOOK_MS = 500,            /* so often it is looked at whether it may be asked again */
    WAIT_MAX_MS = 10 * 60000, /* nobody waits longer for one source */
};

/* One source's rows. */
struct scan_lane {
    struct scanning *scanning;
    const struct source_config *source;
    struct reader *reader;
    struct source_gate *gate;
    struct secret *secret;
    struct scan_row **pending, **again; /* rows to be read; and those put off */
    size_t count, again_count;
    size_t at;      /* the next of pending */
    size_t waiting; /* for an answer */
    struct io_timer *timer;
    int64_t waited_ms;
};

struct scanning {
    struct io_loop *loop;
    struct arena *arena;
    struct scan *scan;
    struct rng rng;
    struct scan_lane lanes[CONFIG_SOURCES_MAX];
    size_t lane_count, open, done;
};

/* Whose answer it is. */
struct scan_ask {
    struct scan_lane *lane;
    struct scan_row *row;
};

const char *scan_finding_name(enum scan_finding finding)
{
    static const char *const NAMES[] = {"as asked", "drift", "not as asked", "excepted", "unknown"};
    return NAMES[finding];
}

/* One read is enough to see that it is not so, and never enough to prove a removal: nothing is
 * proven here. */
static void judge(struct scan_row *row)
{
    const struct item *item = &row->ticket->closed.item;
    const char *why = item_why_not(item, &row->obs);
    bool told = row->obs.outcome != OUTCOME_UNKNOWN && !item_is_another(item, &row->obs);

    row->why = row->ticket->hold.len ? "NotUnderstood" : why ? why : "Ok";
    row->finding = !told                                ? SCAN_UNKNOWN
                   : !why                               ? SCAN_AS_ASKED
                   : item->excepted                     ? SCAN_EXCEPTED
                   : row->ticket->closed.request_id.len ? SCAN_DRIFT
                                                        : SCAN_OTHERWISE;
}

/* --- reading --- */

static void lane_next(void *arg);

static void on_closed(void *arg)
{
    struct scan_lane *lane = arg;

    if (--lane->scanning->open == 0)
        io_loop_stop(lane->scanning->loop);
}

/* Nothing of a gate is closed inside its own callback. */
static void close_lane(void *arg)
{
    struct scan_lane *lane = arg;

    io_timer_free(lane->timer);
    source_gate_close(lane->gate);
    lane->reader->kind->close(lane->reader, on_closed, lane);
}

static void keep(struct scan_row *row, struct arena *arena, const struct observation *obs)
{
    row->obs = *obs;
    row->obs.reason = arena_str(arena, obs->reason);
    row->obs.native_id = arena_str(arena, obs->native_id);
    row->obs.entitlement_id = arena_str(arena, obs->entitlement_id);
    row->obs.others = STR_NONE;
}

static void on_observed(void *arg, const struct observation *obs)
{
    struct scan_ask *ask = arg;
    struct scan_lane *lane = ask->lane;
    struct scanning *s = lane->scanning;
    struct scan_row *row = ask->row;
    bool limited = obs && str_eq_c(obs->reason, "RateLimited");

    free(ask);
    lane->waiting--;
    if (limited && row->tries++ < TRIES_MAX && lane->waited_ms < WAIT_MAX_MS) {
        lane->again[lane->again_count++] = row;
    } else {
        if (obs)
            keep(row, s->arena, obs);
        else
            row->obs.reason = STR("Overloaded");
        if (++s->done % SAY_EVERY_READS == 0)
            fprintf(stderr, "countersign scan: %zu read so far\n", s->done);
    }
    lane_next(lane);
}

static void ask_row(struct scan_lane *lane, struct scan_row *row)
{
    static const struct source_ask PATIENT = {.waits = true};
    struct scan_ask *ask = malloc(sizeof *ask);

    if (!ask)
        abort();
    *ask = (struct scan_ask){lane, row};
    lane->waiting++;
    source_gate_read(lane->gate, &row->ticket->closed.item, &PATIENT, on_observed, ask);
}

/* All that could be asked was. While the source rests nothing else is; then those put off are. */
static void look_again(void *arg)
{
    struct scan_lane *lane = arg;
    struct scan_row **done = lane->pending;
    bool rests = source_gate_stats(lane->gate).resting;

    lane->waited_ms += LOOK_MS;
    if (rests && lane->waited_ms < WAIT_MAX_MS) {
        io_timer_start(lane->timer, LOOK_MS, 0);
        return;
    }
    lane->pending = lane->again;
    lane->count = lane->again_count;
    lane->again = done;
    lane->at = lane->again_count = 0;
    lane_next(lane);
}

static void lane_next(void *arg)
{
    struct scan_lane *lane = arg;

    while (lane->at < lane->count && lane->waiting < LINE_MAX_READS)
        ask_row(lane, lane->pending[lane->at++]);
    if (lane->waiting)
        return;
    if (!lane->again_count) {
        io_loop_defer(lane->scanning->loop, close_lane, lane);
        return;
    }
    if (!lane->waited_ms)
        fprintf(stderr, "countersign scan: source %.*s wants to be asked less: waiting\n",
                STR_ARG(lane->source->name));
    io_timer_start(lane->timer, LOOK_MS, 0);
}

static void on_back(void *arg, struct str source)
{
    (void)arg;
    (void)source;
}

static void open_gate(struct scan_lane *lane)
{
    struct scanning *s = lane->scanning;
    struct source_gate_options options = {.source = lane->source->name,
                                          .loop = s->loop,
                                          .reader = lane->reader,
                                          .clock = &CLOCK_SYSTEM,
                                          .canary_account = lane->source->canary_account,
                                          .canary_entitlement = lane->source->canary_entitlement,
                                          .limits = lane->source->limits,
                                          .line_ms = LINE_MS,
                                          .rng = &s->rng,
                                          .on_back = on_back};
    lane->gate = source_gate_new(&options);
}

/* The rows of its source, into a list; each says so far why it was not read. False: it has none. */
static bool take_rows(struct scan_lane *lane)
{
    struct scan *scan = lane->scanning->scan;
    struct arena *arena = lane->scanning->arena;

    lane->pending = arena_array(arena, scan->count, sizeof(struct scan_row *));
    lane->again = arena_array(arena, scan->count, sizeof(struct scan_row *));
    for (size_t i = 0; lane->again && i < scan->count; i++)
        if (str_eq(scan->rows[i].ticket->closed.item.source, lane->source->name)) {
            scan->rows[i].obs.reason = STR("SourceNotOpened");
            lane->pending[lane->count++] = &scan->rows[i];
        }
    return lane->count > 0;
}

/* A source that does not open leaves its own rows unknown, and the others' alone. */
static void open_lanes(struct scanning *s, const struct config *config)
{
    for (size_t i = 0; i < config->source_count; i++) {
        struct scan_lane *lane = &s->lanes[s->lane_count];
        struct err err = {0};
        *lane = (struct scan_lane){.scanning = s, .source = &config->sources[i]};
        if (!take_rows(lane))
            continue;
        lane->reader = source_open(lane->source, s->loop, &lane->secret, &err);
        if (lane->reader) {
            open_gate(lane);
            lane->timer = io_timer_new(s->loop, look_again, lane);
            s->lane_count++;
            continue;
        }
        secret_free(lane->secret);
        fprintf(stderr, "countersign: source %.*s is not read: %s%s%s\n",
                STR_ARG(lane->source->name), err.what, err.trail[0] ? ", " : "", err.trail);
    }
}

static void run(struct scanning *s)
{
    s->open = s->lane_count;
    for (size_t i = 0; i < s->lane_count; i++)
        lane_next(&s->lanes[i]);
    if (s->lane_count)
        (void)!io_loop_run(s->loop);
    io_loop_free(s->loop);
    for (size_t i = 0; i < s->lane_count; i++) {
        source_gate_free(s->lanes[i].gate);
        secret_free(s->lanes[i].secret);
    }
}

/* --- two names of one --- */

static bool has_ids(const struct scan_row *row)
{
    return row->obs.native_id.len && row->obs.entitlement_id.len;
}

static int by_ids(const void *a, const void *b)
{
    const struct scan_row *x = *(const struct scan_row *const *)a,
                          *y = *(const struct scan_row *const *)b;
    int order = str_cmp(x->ticket->closed.item.source, y->ticket->closed.item.source);

    if (!order)
        order = str_cmp(x->obs.native_id, y->obs.native_id);
    if (!order)
        order = str_cmp(x->obs.entitlement_id, y->obs.entitlement_id);
    if (!order)
        order = (x->ticket->closed.closed_ms < y->ticket->closed.closed_ms) -
                (x->ticket->closed.closed_ms > y->ticket->closed.closed_ms);
    return order ? order : (x > y) - (x < y);
}

/* An account or an entitlement had another name when the earlier ticket was closed. */
static bool same_ids(const struct scan_row *x, const struct scan_row *y)
{
    return str_eq(x->ticket->closed.item.source, y->ticket->closed.item.source) &&
           str_eq(x->obs.native_id, y->obs.native_id) &&
           str_eq(x->obs.entitlement_id, y->obs.entitlement_id);
}

static void leave_out_overtaken(struct scan *scan, struct arena *arena)
{
    struct scan_row **known = arena_array(arena, scan->count + 1, sizeof(struct scan_row *));
    size_t count = 0, kept = 0;

    for (size_t i = 0; known && i < scan->count; i++)
        if (has_ids(&scan->rows[i]))
            known[count++] = &scan->rows[i];
    if (count)
        qsort(known, count, sizeof *known, by_ids);
    for (size_t i = 1; i < count; i++)
        if (same_ids(known[i - 1], known[i]))
            known[i]->why = NULL; /* the mark: the others are judged */
    for (size_t i = 0; i < scan->count; i++)
        if (scan->rows[i].why)
            scan->rows[kept++] = scan->rows[i];
    scan->overtaken += scan->count - kept;
    scan->count = kept;
}

bool scan_read(const struct config *config, const struct scan_list *list, struct scan *ret,
               struct err *err)
{
    struct arena *arena = list->arena;
    struct scanning *s = ARENA_NEW(arena, struct scanning);

    *ret = (struct scan){.rows = arena_array(arena, list->count + 1, sizeof *ret->rows),
                         .overtaken = list->overtaken};
    if (!s || !ret->rows)
        return FAIL(err, ERR_INPUT, "more was closed than can be looked at in one run");
    for (size_t i = 0; i < list->count;
         i++) { /* a source that is no longer configured shows nothing */
        bool held = list->tickets[i]->hold.len > 0;
        ret->rows[ret->count++] = (struct scan_row){
            .ticket = list->tickets[i],
            .obs = {.reason = held ? list->tickets[i]->hold : STR("NotConfigured")}};
    }
    *s = (struct scanning){.loop = io_loop_new(), .arena = arena, .scan = ret};
    rng_seed_system(&s->rng);
    open_lanes(s, config);
    run(s);
    for (size_t i = 0; i < ret->count; i++)
        judge(&ret->rows[i]);
    leave_out_overtaken(ret, arena);
    for (size_t i = 0; i < ret->count; i++)
        ret->found[ret->rows[i].finding]++;
    return true;
}

enum exit_code scan_code(const struct scan *scan)
{
    if (scan->found[SCAN_DRIFT] || scan->found[SCAN_OTHERWISE])
        return EXIT_CODE_DIFFERENT;
    return scan->found[SCAN_UNKNOWN] ? EXIT_CODE_TRY_AGAIN : EXIT_CODE_OK;
}
