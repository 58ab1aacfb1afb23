/* source_gate.h: the way to one target system. Reads stand in line for it, removals first: so many
 * at once, so many a minute, none while it rests (domain/schedule.h decides); those that ask the
 * same share one read. Each source has a gate, a line and a reader of its own, so that one that
 * hangs delays no other. A resting source is asked for its canary until it answers again. */
#ifndef COUNTERSIGN_SERVICE_SOURCE_GATE_H
#define COUNTERSIGN_SERVICE_SOURCE_GATE_H

#include "base/buf.h"
#include "base/rng.h"
#include "domain/schedule.h"
#include "readers/reader.h"

struct source_gate;

struct source_gate_options {
    struct str source;
    struct io_loop *loop;
    struct reader *reader;     /* the gate's alone; closed by whoever opened it, the gate first */
    const struct clock *clock; /* the reader's */
    struct str canary_account, canary_entitlement;
    struct schedule_limits limits;
    int64_t line_ms; /* the longest stay in line; 0 = SCHEDULE_LINE_MS */
    struct rng *rng;
    void (*on_back)(void *arg, struct str source); /* it answers again after a rest */
    void *arg;
};
struct source_gate *source_gate_new(const struct source_gate_options *options);

/* obs NULL: not read, too many stand in line; come again later. Else borrowed until it returns. */
typedef void source_gate_fn(void *arg, const struct observation *obs);

/* On whose behalf is read. */
struct source_ask {
    int64_t claimed_ms, last_read_ms; /* of the request, by the gate's clock */
    enum schedule_rank rank;
    bool waits; /* it stays in line however long that is; where there is no end to it the answer is
                 * unknown */
};
/* item: its names are copied. Calls back once, never from inside. */
void source_gate_read(struct source_gate *gate, const struct item *item,
                      const struct source_ask *ask, source_gate_fn *fn, void *arg);

/* Nothing is begun any more; those in line are told, from inside. Before the reader is closed. */
void source_gate_close(struct source_gate *gate);
/* After the loop has ended. NULL allowed. */
void source_gate_free(struct source_gate *gate);

/* Counted since the start, and how it stands now. */
struct source_gate_stats {
    uint64_t reads, shared, turned_away, unasked; /* shared: answered by another's read */
    size_t running, waiting;
    bool resting;
};
struct source_gate_stats source_gate_stats(const struct source_gate *gate);
/* Append them for all sources, with HELP and TYPE lines; NULL gates are left out. */
void source_gates_render(struct source_gate *const *gates, size_t count, struct buf *out);

#endif
