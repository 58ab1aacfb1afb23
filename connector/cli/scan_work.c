#include "cli/scan_work.h"

#include <stdio.h>

#include "cli/source_open.h"

/* One source's rows, read one after the other. */
struct scan_lane {
    struct scanning *scanning;
    const struct source_config *source;
    struct reader *reader;
    struct secret *secret;
    size_t at; /* the row being read */
};

struct scanning {
    struct io_loop *loop;
    struct arena *arena;
    struct scan *scan;
    struct scan_lane lanes[CONFIG_SOURCES_MAX];
    size_t lane_count, open;
};

static void lane_next(struct scan_lane *lane);

const char *scan_finding_name(enum scan_finding finding)
{
    static const char *const NAMES[] = {"as asked", "drift", "excepted", "unknown"};
    return NAMES[finding];
}

/* One read is enough to see a drift, and never enough to prove a removal: nothing is proven here.
 */
static void judge(struct scan_row *row)
{
    const struct item *item = &row->closed->item;
    const char *why = item_why_not(item, &row->obs);

    bool told = row->obs.outcome != OUTCOME_UNKNOWN && !item_is_another(item, &row->obs);

    row->why = why ? why : "Ok";
    row->finding = !told            ? SCAN_UNKNOWN
                   : !why           ? SCAN_AS_ASKED
                   : item->excepted ? SCAN_EXCEPTED
                                    : SCAN_DRIFT;
}

static void on_closed(void *arg)
{
    struct scan_lane *lane = arg;

    if (--lane->scanning->open == 0)
        io_loop_stop(lane->scanning->loop);
}

static void on_observed(void *arg, const struct observation *obs)
{
    struct scan_lane *lane = arg;
    struct scan_row *row = &lane->scanning->scan->rows[lane->at++];

    row->obs = *obs;
    row->obs.reason = arena_str(lane->scanning->arena, obs->reason);
    row->obs.native_id = arena_str(lane->scanning->arena, obs->native_id);
    row->obs.entitlement_id = arena_str(lane->scanning->arena, obs->entitlement_id);
    lane_next(lane);
}

static void lane_next(struct scan_lane *lane)
{
    const struct scan *scan = lane->scanning->scan;

    while (lane->at < scan->count &&
           !str_eq(scan->rows[lane->at].closed->item.source, lane->source->name))
        lane->at++;
    if (lane->at < scan->count)
        lane->reader->kind->read(lane->reader, &scan->rows[lane->at].closed->item, on_observed,
                                 lane);
    else
        lane->reader->kind->close(lane->reader, on_closed, lane);
}

/* How many rows are the source's; each says so far why it was not read. */
static size_t mark_rows(struct scan *scan, const struct source_config *source, struct str why)
{
    size_t n = 0;

    for (size_t i = 0; i < scan->count; i++)
        if (str_eq(scan->rows[i].closed->item.source, source->name)) {
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
    for (size_t i = 0; i < s->lane_count; i++)
        secret_free(s->lanes[i].secret);
}

bool scan_read(const struct config *config, struct arena *arena, const struct closed_item *items,
               size_t count, struct scan *ret, struct err *err)
{
    struct scanning *s = ARENA_NEW(arena, struct scanning);

    *ret = (struct scan){.rows = arena_array(arena, count + 1, sizeof *ret->rows)};
    if (!s || !ret->rows)
        return FAIL(err, ERR_INPUT, "more was closed than can be looked at in one run");
    for (size_t i = 0; i < count; i++) /* a source that is no longer configured shows nothing */
        ret->rows[ret->count++] =
            (struct scan_row){.closed = &items[i], .obs = {.reason = STR("NotConfigured")}};
    *s = (struct scanning){.loop = io_loop_new(), .arena = arena, .scan = ret};
    open_lanes(s, config);
    run(s);
    for (size_t i = 0; i < count; i++) {
        judge(&ret->rows[i]);
        ret->found[ret->rows[i].finding]++;
    }
    return true;
}

enum exit_code scan_code(const struct scan *scan)
{
    if (scan->found[SCAN_DRIFT])
        return EXIT_CODE_DIFFERENT;
    return scan->found[SCAN_UNKNOWN] ? EXIT_CODE_TRY_AGAIN : EXIT_CODE_OK;
}
