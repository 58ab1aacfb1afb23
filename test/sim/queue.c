/* queue.c: virtual time: a heap of events; equal times run in the order they were made. Also dice
 * and the trace. */
#include <stdarg.h>
#include <stdio.h>

#include "sim.h"

uint64_t sim_fault_count[COUNTED_MAX], sim_rule_count[COUNTED_MAX], sim_phase_count[COUNTED_MAX];
const char *const SIM_FAULT_NAMES[] = {
#define X(name) #name,
    FAULTS(X)
#undef X
};

static bool before(const struct event *a, const struct event *b)
{
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

void sim_at(struct sim *s, int64_t at_ms, event_fn *fn, void *arg, int64_t number)
{
    struct event e = {at_ms > s->now_ms ? at_ms : s->now_ms, s->order++, fn, arg, number};

    if (s->heap_count == EVENTS_MAX)
        sim_violate(s, "INV18 bounded", "more than %d events wait", EVENTS_MAX);
    size_t i = s->heap_count++;
    while (i && before(&e, &s->heap[(i - 1) / 2])) {
        s->heap[i] = s->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    s->heap[i] = e;
}

static struct event pop(struct sim *s)
{
    struct event first = s->heap[0], last = s->heap[--s->heap_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= s->heap_count)
            break;
        if (child + 1 < s->heap_count && before(&s->heap[child + 1], &s->heap[child]))
            child++;
        if (!before(&s->heap[child], &last))
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    return first;
}

bool sim_step(struct sim *s)
{
    if (!s->heap_count)
        return false;
    struct event e = pop(s);
    s->now_ms = e.at_ms;
    s->events++;
    e.fn(s, e.arg, e.number);
    return true;
}

void sim_end(struct sim *s)
{
    s->ending = s->calm = true;
    for (struct boot *b = s->all_boots; b; b = b->next)
        b->alive = false;
    if (setjmp(s->stop))
        return; /* cannot be: nothing is checked any more */
    while (s->heap_count) {
        struct event e = pop(s);
        s->now_ms = e.at_ms;
        if (e.number == AT_THE_SEAM)
            e.fn(s, e.arg, e.number);
    }
}

bool sim_fault(struct sim *s, uint32_t rate, int which)
{
    bool hit = rng_chance(&s->rng, rate) && !s->calm;
    sim_fault_count[which] += hit;
    return hit;
}

void sim_trace(struct sim *s, const char *what, int64_t a, int64_t b)
{
    uint64_t h = s->trace_hash ^ (uint64_t)(a * 31 + b) ^ (uint64_t)s->now_ms;
    s->trace_hash = (h ^ str_hash(str_of(what))) * 0x100000001b3u;
    if (s->trace)
        printf("%9.3f  %-28s %lld %lld\n", (double)s->now_ms / 1000.0, what, (long long)a,
               (long long)b);
}

void sim_violate(struct sim *s, const char *invariant, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(s->detail, sizeof s->detail, fmt, args);
    va_end(args);
    s->violated = invariant;
    longjmp(s->stop, 1);
}
