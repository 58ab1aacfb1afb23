/* advice.h: which mode a request type is ready for, from what was seen of it. Pure. */
#ifndef COUNTERSIGN_DOMAIN_ADVICE_H
#define COUNTERSIGN_DOMAIN_ADVICE_H

#include "domain/refusal.h"
#include "domain/request.h"

/* Tickets of one request type that people closed where nobody was held. */
struct close_tally {
    enum gate_mode mode;            /* now */
    int64_t closed;                 /* all of them: */
    int64_t as_asked;               /* proven without ado */
    int64_t refused[REFUSAL_COUNT]; /* would have been, by why */
    int64_t checking;               /* neither yet */
    int64_t unchecked;              /* nor ever: opened again, ended or lost before that */
    int64_t unproven;               /* refused, and not proven to this day */
    int64_t waited;                 /* proven sooner or later; from close to proof, in seconds: */
    int64_t wait_p50_s, wait_p90_s;
    int64_t standing; /* closed without proof now, whenever that was */
    int64_t held;     /* beside them: by the workflow, whatever the mode */
};
/* Of which the gate could say something. */
int64_t tally_judged(const struct close_tally *t);
int64_t tally_refused(const struct close_tally *t);
/* Refused because nobody could tell. */
int64_t tally_unknown(const struct close_tally *t);

enum advice_why {
    ADVICE_ENFORCED = 0, /* it is where it should be */
    ADVICE_TOO_FEW,      /* fewer closes than ADVICE_CLOSES_MIN */
    ADVICE_CANNOT_TELL,  /* more than one close in ADVICE_UNKNOWN_ONE_IN could not be judged */
    ADVICE_CHECKING,     /* or is still being checked */
    ADVICE_NONE_PROVEN,  /* no close was ever proven: enforced, none would be closed */
    ADVICE_WAITS_LONG,   /* enforced, nine of ten would not be closed within ADVICE_WAIT_S */
    ADVICE_READY,
    ADVICE_WHY_COUNT
};
enum {
    ADVICE_CLOSES_MIN = 10,
    ADVICE_UNKNOWN_ONE_IN = 20,
    ADVICE_WAIT_S = 3600,
};
struct advice {
    enum gate_mode next; /* the present one: stay */
    enum advice_why why;
};
/* One step at a time, and never back: who watches decides that. */
struct advice advice_on(const struct close_tally *t);
/* "TooFewCloses", ...: CamelCase, static. */
const char *advice_why_name(enum advice_why why);

#endif
