#include "domain/advice.h"

int64_t tally_judged(const struct close_tally *t)
{
    return t->closed - t->unchecked;
}

int64_t tally_refused(const struct close_tally *t)
{
    int64_t n = 0;

    for (int i = 0; i < REFUSAL_COUNT; i++)
        n += t->refused[i];
    return n;
}

int64_t tally_unknown(const struct close_tally *t)
{
    int64_t n = 0;

    for (int i = 0; i < REFUSAL_COUNT; i++)
        n += refusal_is_unknown((enum refusal)i) ? t->refused[i] : 0;
    return n;
}

struct advice advice_on(const struct close_tally *t)
{
    struct advice stay = {t->mode, ADVICE_ENFORCED};
    int64_t judged = tally_judged(t);

    if (t->mode == GATE_ENFORCE)
        return stay;
    if (judged < ADVICE_CLOSES_MIN)
        stay.why = ADVICE_TOO_FEW;
    else if (tally_unknown(t) * ADVICE_UNKNOWN_ONE_IN > judged)
        stay.why = ADVICE_CANNOT_TELL;
    else if ((tally_unknown(t) + t->checking) * ADVICE_UNKNOWN_ONE_IN > judged)
        stay.why = ADVICE_CHECKING;
    else if (t->mode == GATE_WARN && !t->as_asked && !t->waited)
        stay.why = ADVICE_NONE_PROVEN;
    else if (t->mode == GATE_WARN && t->wait_p90_s > ADVICE_WAIT_S)
        stay.why = ADVICE_WAITS_LONG;
    else
        return (struct advice){t->mode == GATE_OBSERVE ? GATE_WARN : GATE_ENFORCE, ADVICE_READY};
    return stay;
}

const char *advice_why_name(enum advice_why why)
{
    static const char *const NAMES[] = {[ADVICE_ENFORCED] = "Enforced",
                                        [ADVICE_TOO_FEW] = "TooFewCloses",
                                        [ADVICE_CANNOT_TELL] = "CannotTell",
                                        [ADVICE_CHECKING] = "StillChecking",
                                        [ADVICE_NONE_PROVEN] = "NoneProven",
                                        [ADVICE_WAITS_LONG] = "WaitsTooLong",
                                        [ADVICE_READY] = "Ready"};
    return NAMES[why];
}
