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
};

/* One source's rows. */
struct scan_lane {
    struct scanning *scanning;
    const struct source_config *source;
    struct reader *reader;
    struct source_gate *gate;
    struct secret *secret;
    size_t at;      /* the next row to be read */
    size_t waiting; /* for an answer */
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

static void lane_next(struct scan_lane *lane);

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

    source_gate_close(lane->gate);
    lane->reader->kind->close(lane->reader, on_closed, lane);
}

static void on_observed(void *arg, const struct observation *obs)
{
    struct scan_ask *ask = arg;
    struct scan_lane *lane = ask->lane;
    struct scanning *s = lane->scanning;
    struct scan_row *row = ask->row;

    if (obs) {
        row->obs = *obs;
        row->obs.reason = arena_str(s->arena, obs->reason);
        row->obs.native_id = arena_str(s->arena, obs->native_id);
        row->obs.entitlement_id = arena_str(s->arena, obs->entitlement_id);
        row->obs.others = STR_NONE;
    } else {
        row->obs.reason = STR("Overloaded");
    }
    free(ask);
    lane->waiting--;
    if (++s->done % SAY_EVERY_READS == 0)
        fprintf(stderr, "countersign scan: %zu read so far\n", s->done);
    lane_next(lane);
}

static void lane_next(struct scan_lane *lane)
{
    static const struct source_ask PATIENT = {.waits = true};
    const struct scan *scan = lane->scanning->scan;

    for (; lane->at < scan->count && lane->waiting < LINE_MAX_READS; lane->at++) {
        struct scan_row *row = &scan->rows[lane->at];
        const struct item *item = &row->ticket->closed.item;
        if (!str_eq(item->source, lane->source->name))
            continue;
        struct scan_ask *ask = malloc(sizeof *ask);
        if (!ask)
            abort();
        *ask = (struct scan_ask){lane, row};
        lane->waiting++;
        source_gate_read(lane->gate, item, &PATIENT, on_observed, ask);
    }
    if (!lane->waiting)
        io_loop_defer(lane->scanning->loop, close_lane, lane);
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

/* How many rows are the source's; each says so far why it was not read. */
static size_t mark_rows(struct scan *scan, const struct source_config *source, struct str why)
{
    size_t n = 0;

    for (size_t i = 0; i < scan->count; i++)
        if (str_eq(scan->rows[i].ticket->closed.item.source, source->name)) {
            scan->rows[i].obs.reason = why;
            n++;
        }
    return n;
}

/* A source that does not open leaves its own rows unknown, and the others' alone. */
static void open_lanes(struct scanning *s, const struct config *config)
{
    for (size_t i = 0; i < config->source_count; i++) {
        struct scan_lane *lane = &s->lanes[s->lane_count];
        struct err err = {0};
        if (!mark_rows(s->scan, &config->sources[i], STR("SourceNotOpened")))
            continue;
        *lane = (struct scan_lane){.scanning = s, .source = &config->sources[i]};
        lane->reader = source_open(lane->source, s->loop, &lane->secret, &err);
        if (lane->reader) {
            open_gate(lane);
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
