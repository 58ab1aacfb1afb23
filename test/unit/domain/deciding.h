/* deciding.h: asking decide() and reading its answer. */
#ifndef COUNTERSIGN_TEST_DECIDING_H
#define COUNTERSIGN_TEST_DECIDING_H

#include <string.h>

#include "domain/words.h"
#include "dossiers.h"
#include "unit.h"

static inline struct decision decided(const struct dossier *d)
{
    struct decision r;
    decide(d, &POLICY_DEFAULT, &r);
    /* whatever it says must be legal, whatever the dossier */
    if (r.move)
        assert_true(phase_move_allowed(d->phase, r.to));
    else
        assert_int_equal(r.to, d->phase);
    return r;
}

static inline bool orders(const struct decision *r, enum flow_kind kind)
{
    for (size_t i = 0; i < r->flow_count; i++)
        if (r->flows[i].kind == kind)
            return true;
    return false;
}

static inline enum notice_state says(const struct decision *r)
{
    for (size_t i = 0; i < r->flow_count; i++)
        if (r->flows[i].kind == FLOW_FIELDS)
            return r->flows[i].notice;
    return NOTICE_NONE;
}

/* How the comment it orders tells people (struct enqueue); -1: it orders none. */
static inline int32_t told(const struct decision *r)
{
    for (size_t i = 0; i < r->flow_count; i++)
        if (r->flows[i].kind == FLOW_COMMENT)
            return r->flows[i].tell;
    return -1;
}

static inline bool escalates(const struct decision *r, const char *reason)
{
    for (size_t i = 0; i < r->escalation_count; i++)
        if (strcmp(r->escalations[i].reason, reason) == 0)
            return true;
    return false;
}

/* Jira refused that move of the ticket's present cycle, a second ago. */
static inline void refuse(struct dossier *d, enum flow_kind kind)
{
    d->flow_open[kind] = d->flow_parked[kind] = true;
    d->flow_cycle[kind] = d->ticket.cycle;
    d->flow_refused_ms[kind] = d->now_ms - SECOND;
    d->flow_attempts[kind] = 1;
}

#define MOVES(r, phase_, reason_)                 \
    do {                                          \
        assert_true((r).move);                    \
        assert_int_equal((r).to, phase_);         \
        assert_string_equal((r).reason, reason_); \
    } while (0)

/* The words that stand on the ticket already are not said again. */
static inline void have_said(struct dossier *d, enum notice_state state)
{
    struct notice n;
    words_for(d, 0, state, &n);
    d->notice_shown_key = n.key;
}

static const struct item NOTHING_READ = {
    .id = 1,
    .source = {"sap", 3},
    .account = {"M. Okafor", 9},
    .entitlement = {"fin-ledger-admin", 16},
    .desired = DESIRED_ABSENT,
    .rule = {.settle_ms = MINUTE, .confirmations = 2, .max_age_ms = 15 * MINUTE}};

#endif
