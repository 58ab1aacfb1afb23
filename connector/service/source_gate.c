#include "service/source_gate.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/list.h"
#include "base/log.h"

struct source_gate {
    struct source_gate_options o;
    struct schedule_source state;
    struct io_timer *timer;
    struct list line;    /* of gate_read, by rank, of one rank oldest first */
    struct list running; /* of gate_read, oldest first */
    size_t waiting[SCHEDULE_RANK_COUNT];
    bool woken, closed;
    const char *why; /* it rests, as it last answered */
    struct source_gate_stats stats;
};

/* One read of the source, for all who want it. */
struct gate_read {
    struct list link;
    struct source_gate *gate;
    struct arena *arena;
    struct item item;
    struct list askers;
    size_t asker_count;
    enum schedule_rank rank; /* of who ranks first among them */
    int64_t lined_up_ms;     /* monotonic */
    int64_t began_ms;        /* by the gate's clock; 0: not yet */
};

struct gate_asker {
    struct list link;
    int64_t item_id;
    bool waits;
    source_gate_fn *fn;
    void *arg;
};

static void wake(struct source_gate *gate);
static void on_woken(void *arg);

static int64_t now_ms(const struct source_gate *gate)
{
    return io_loop_now_ms(gate->o.loop);
}

/* --- who stands in line --- */

static void stand_in_line(struct gate_read *r, enum schedule_rank rank)
{
    struct list *it = r->gate->line.next;

    while (it != &r->gate->line && container_of(it, struct gate_read, link)->rank <= rank)
        it = it->next;
    r->rank = rank;
    list_push(it, &r->link); /* before the first that ranks below it */
    r->gate->waiting[rank]++;
    r->gate->stats.waiting++;
}

static void leave_line(struct gate_read *r)
{
    list_remove(&r->link);
    r->gate->waiting[r->rank]--;
    r->gate->stats.waiting--;
}

/* --- the answer, to all who asked --- */

static void read_free(struct gate_read *r)
{
    ASSERT(list_empty(&r->askers));
    arena_free(r->arena);
    free(r);
}

static void tell(struct gate_asker *asker, const struct observation *obs)
{
    struct observation own;

    list_remove(&asker->link);
    if (obs) {
        own = *obs;
        own.item_id = asker->item_id;
    }
    asker->fn(asker->arg, obs ? &own : NULL);
    free(asker);
}

static void tell_all(struct gate_read *r, const struct observation *obs)
{
    while (!list_empty(&r->askers))
        tell(container_of(r->askers.next, struct gate_asker, link), obs);
}

/* Not asked: nothing is known, and why. */
static void answer_unasked(struct gate_read *r, const char *reason)
{
    struct observation obs = {.as_of_ms = clock_wall_ms(r->gate->o.clock),
                              .reason = str_of(reason)};
    struct list *it = r->askers.next;

    for (; it != &r->askers; it = it->next)
        r->gate->stats.unasked++;
    tell_all(r, &obs);
    read_free(r);
}

/* It stood in line too long. Those who may come again do. */
static void turn_away(struct gate_read *r)
{
    struct list *next;

    for (struct list *it = r->askers.next; it != &r->askers; it = next) {
        struct gate_asker *asker = container_of(it, struct gate_asker, link);
        next = it->next;
        if (asker->waits)
            continue;
        r->gate->stats.turned_away++;
        tell(asker, NULL);
    }
    answer_unasked(r, "Overloaded");
}

/* --- reading --- */

static int64_t told_ms(const struct source_gate *gate)
{
    const struct reader_kind *kind = gate->o.reader->kind;
    return kind->held_ms ? kind->held_ms(gate->o.reader) : 0;
}

/* What one read says about the source itself. */
static bool judge(struct source_gate *gate, const struct observation *obs)
{
    bool silent = obs->outcome == OUTCOME_UNKNOWN && schedule_is_silence(obs->reason);

    if (silent)
        gate->why = str_eq_c(obs->reason, "RateLimited") ? "RateLimited" : "SourceResting";
    return silent;
}

static void on_read(void *arg, const struct observation *obs)
{
    struct gate_read *r = arg;
    struct source_gate *gate = r->gate;
    bool rested = gate->state.resting;

    schedule_ended(&gate->state, &gate->o.limits, judge(gate, obs),
                   gate->closed ? 0 : told_ms(gate), now_ms(gate), rng_next(gate->o.rng));
    if (gate->state.resting && !rested)
        log_warn("source", "does not answer: it is left alone, and tried every now and then",
                 LOG_S("source", gate->o.source), LOG_S("reason", obs->reason));
    gate->stats.running--;
    list_remove(&r->link);
    tell_all(r, obs);
    read_free(r);
    wake(gate);
}

static void begin(struct gate_read *r)
{
    struct source_gate *gate = r->gate;

    leave_line(r);
    list_push(&gate->running, &r->link);
    gate->stats.running++;
    gate->stats.reads++;
    schedule_began(&gate->state, &gate->o.limits, now_ms(gate));
    r->began_ms = clock_wall_ms(gate->o.clock);
    gate->o.reader->kind->read(gate->o.reader, &r->item, on_read, r);
}

/* --- the probe of a resting source --- */

static void on_probed(void *arg, const struct observation *obs)
{
    struct source_gate *gate = arg;
    bool back =
        schedule_probe_ended(&gate->state, &gate->o.limits, judge(gate, obs),
                             gate->closed ? 0 : told_ms(gate), now_ms(gate), rng_next(gate->o.rng));
    gate->stats.running--;
    if (back && !gate->closed) {
        log_info("source", "answers again", LOG_S("source", gate->o.source));
        gate->o.on_back(gate->o.arg, gate->o.source);
    }
    wake(gate);
}

static void probe(struct source_gate *gate)
{
    struct item canary = {.source = gate->o.source,
                          .account = gate->o.canary_account,
                          .entitlement = gate->o.canary_entitlement};

    gate->stats.running++;
    gate->stats.reads++;
    schedule_probe_began(&gate->state, &gate->o.limits, now_ms(gate));
    gate->o.reader->kind->read(gate->o.reader, &canary, on_probed, gate);
}

/* --- the line --- */

/* Who stands in line longest: what goes first may have come last. */
static struct gate_read *longest_in_line(const struct source_gate *gate)
{
    struct gate_read *found = NULL;

    LIST_EACH (it, &gate->line) {
        struct gate_read *r = container_of(it, struct gate_read, link);
        if (!found || r->lined_up_ms < found->lined_up_ms)
            found = r;
    }
    return found;
}

/* When the line is to be looked at again though nothing ended; 0: not. */
static int64_t serve_line(struct source_gate *gate)
{
    int64_t wait_ms = 0;

    while (!list_empty(&gate->line)) {
        struct gate_read *r = container_of(gate->line.next, struct gate_read, link);
        enum schedule_turn turn =
            schedule_turn(&gate->state, &gate->o.limits, now_ms(gate), &wait_ms);

        if (turn == SCHEDULE_NOW) {
            begin(r);
            continue;
        }
        if (turn == SCHEDULE_RESTS) {
            leave_line(r);
            answer_unasked(r, gate->why);
            continue;
        }
        r = longest_in_line(gate);
        int64_t left_ms = r->lined_up_ms + gate->o.line_ms - now_ms(gate);
        if (left_ms > 0)
            return wait_ms && wait_ms < left_ms ? wait_ms : left_ms;
        leave_line(r);
        turn_away(r);
    }
    return 0;
}

static void on_woken(void *arg)
{
    struct source_gate *gate = arg;

    gate->woken = false;
    if (gate->closed)
        return;
    int64_t line_ms = serve_line(gate);
    int64_t probe_ms = schedule_probe_ms(&gate->state, now_ms(gate));
    if (probe_ms == 0) {
        probe(gate);
        probe_ms = -1;
    }
    if (probe_ms > 0 && (!line_ms || probe_ms < line_ms))
        line_ms = probe_ms;
    if (line_ms)
        io_timer_start(gate->timer, line_ms, 0);
    else
        io_timer_stop(gate->timer);
}

static void wake(struct source_gate *gate)
{
    if (gate->woken || gate->closed)
        return;
    gate->woken = true;
    io_loop_defer(gate->o.loop, on_woken, gate);
}

/* --- asking --- */

static bool is_same(const struct item *a, const struct item *b)
{
    return str_eq(a->account, b->account) && str_eq(a->entitlement, b->entitlement) &&
           str_eq(a->account_id, b->account_id) && str_eq(a->entitlement_id, b->entitlement_id) &&
           a->asks_within == b->asks_within;
}

/* One in line, or under way and begun late enough, that asks the same; NULL: there is none. */
static struct gate_read *find_shared(struct source_gate *gate, const struct item *item,
                                     const struct source_ask *ask)
{
    struct list *lists[] = {&gate->line, &gate->running};

    for (size_t i = 0; i < 2; i++)
        LIST_EACH (it, lists[i]) {
            struct gate_read *r = container_of(it, struct gate_read, link);
            if (is_same(&r->item, item) && r->asker_count < SCHEDULE_SHARE_MAX &&
                schedule_serves(r->began_ms, ask->claimed_ms, ask->last_read_ms))
                return r;
        }
    return NULL;
}

static struct gate_read *line_up(struct source_gate *gate, const struct item *item,
                                 enum schedule_rank rank)
{
    struct gate_read *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct gate_read){
        .gate = gate, .arena = arena_new(LIMIT_ARENA_SMALL), .lined_up_ms = now_ms(gate)};
    list_init(&r->askers);
    r->item = (struct item){.source = gate->o.source,
                            .account = arena_str(r->arena, item->account),
                            .entitlement = arena_str(r->arena, item->entitlement),
                            .account_id = arena_str(r->arena, item->account_id),
                            .entitlement_id = arena_str(r->arena, item->entitlement_id),
                            .asks_within = item->asks_within};
    stand_in_line(r, rank);
    return r;
}

static void on_refused(void *arg)
{
    struct gate_asker *asker = arg;
    tell(asker, NULL);
}

/* There is no room for it in line. */
static void refuse(struct source_gate *gate, struct gate_asker *asker)
{
    list_remove(&asker->link);
    gate->stats.turned_away++;
    io_loop_defer(gate->o.loop, on_refused, asker);
}

static bool may_be_refused(const struct gate_read *r)
{
    LIST_EACH (it, &r->askers)
        if (container_of(it, struct gate_asker, link)->waits)
            return false;
    return true;
}

/* The newest of those that rank last leaves, for one that ranks before it. Where all of them were
 * promised to stay the line is longer by that. */
static void make_room(struct source_gate *gate, enum schedule_rank rank)
{
    for (struct list *it = gate->line.prev; it != &gate->line; it = it->prev) {
        struct gate_read *r = container_of(it, struct gate_read, link);
        if (r->rank <= rank)
            return;
        if (!may_be_refused(r))
            continue;
        leave_line(r);
        while (!list_empty(&r->askers))
            refuse(gate, container_of(r->askers.next, struct gate_asker, link));
        read_free(r);
        return;
    }
}

/* Whoever is promised to stay, or hears at once that the source rests, needs none. */
static bool has_room(struct source_gate *gate, const struct source_ask *ask)
{
    enum schedule_room room = schedule_room(gate->waiting, ask->rank);

    if (ask->waits || gate->state.resting)
        return true;
    if (room == SCHEDULE_ROOM_OF_ANOTHER)
        make_room(gate, ask->rank);
    return room != SCHEDULE_FULL;
}

void source_gate_read(struct source_gate *gate, const struct item *item,
                      const struct source_ask *ask, source_gate_fn *fn, void *arg)
{
    struct gate_asker *asker = calloc(1, sizeof *asker);

    if (!asker)
        abort();
    *asker = (struct gate_asker){.item_id = item->id, .waits = ask->waits, .fn = fn, .arg = arg};
    list_init(&asker->link);
    struct gate_read *r = find_shared(gate, item, ask);
    if (!r && !has_room(gate, ask)) {
        refuse(gate, asker);
        return;
    }
    gate->stats.shared += r != NULL;
    if (!r) {
        r = line_up(gate, item, ask->rank);
    } else if (!r->began_ms && ask->rank < r->rank) { /* it goes forward with who joins it */
        leave_line(r);
        stand_in_line(r, ask->rank);
    }
    list_push(&r->askers, &asker->link);
    r->asker_count++;
    wake(gate);
}

/* --- the gate --- */

struct source_gate *source_gate_new(const struct source_gate_options *options)
{
    struct source_gate *gate = calloc(1, sizeof *gate);

    if (!gate)
        abort();
    gate->o = *options;
    gate->o.line_ms = options->line_ms ? options->line_ms : SCHEDULE_LINE_MS;
    gate->timer = io_timer_new(options->loop, on_woken, gate);
    list_init(&gate->line);
    list_init(&gate->running);
    return gate;
}

void source_gate_close(struct source_gate *gate)
{
    struct list *it;

    gate->closed = true;
    io_timer_free(gate->timer);
    gate->timer = NULL;
    while ((it = list_shift(&gate->line)) != NULL) {
        gate->stats.waiting--;
        answer_unasked(container_of(it, struct gate_read, link), "Closing");
    }
}

void source_gate_free(struct source_gate *gate)
{
    free(gate);
}

struct source_gate_stats source_gate_stats(const struct source_gate *gate)
{
    struct source_gate_stats stats = gate->stats;

    stats.resting = gate->state.resting;
    return stats;
}

void source_gates_render(struct source_gate *const *gates, size_t count, struct buf *out)
{
    static const struct {
        const char *name, *type, *help;
    } ROWS[] = {
        {"source_asked_total", "counter", "Reads that a source was asked for"},
        {"source_shared_total", "counter", "Reads spared: another's answered them, too"},
        {"source_turned_away_total", "counter", "Reads put off, so many stood in line"},
        {"source_unasked_total", "counter", "Reads answered unknown because the source rests"},
        {"source_reads_running", "gauge", "Reads under way"},
        {"source_reads_waiting", "gauge", "Reads in line"},
        {"source_resting", "gauge", "It does not answer, or told us to wait: it is left alone"},
    };

    for (size_t row = 0; row < sizeof ROWS / sizeof ROWS[0]; row++) {
        buf_printf(out, "# HELP countersign_%s %s\n# TYPE countersign_%s %s\n", ROWS[row].name,
                   ROWS[row].help, ROWS[row].name, ROWS[row].type);
        for (size_t i = 0; i < count; i++) {
            if (!gates[i])
                continue;
            struct source_gate_stats s = source_gate_stats(gates[i]);
            const uint64_t values[] = {s.reads,   s.shared,  s.turned_away, s.unasked,
                                       s.running, s.waiting, s.resting};
            buf_printf(out, "countersign_%s{source=\"%.*s\"} %" PRIu64 "\n", ROWS[row].name,
                       STR_ARG(gates[i]->o.source), values[row]);
        }
    }
}
