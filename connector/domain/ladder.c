#include "domain/ladder.h"

#include "base/plant.h"
#include "domain/decide.h"
#include "domain/line.h"

static bool is_wanted(const struct dossier *d)
{
    bool proven =
        d->phase == PHASE_VERIFIED || d->phase == PHASE_EXCEPTION || d->phase == PHASE_CLOSED;

    return d->mode != GATE_OBSERVE && !proven && !phase_is_terminal(d->phase);
}

enum flow_event ladder_judge(const struct flow *flow, const struct dossier *d,
                             const struct policy *policy, int64_t now_ms)
{
    int64_t late_ms = policy->times.lease_ms + policy->times.lateness_ms;

    if (!is_wanted(d) && !PLANTED(PROVEN_IS_PRESSED))
        return EV_NOT_WANTED;
    bool may_come = flow->sent_at_ms && now_ms - flow->sent_at_ms < late_ms;
    if (flow->kind == FLOW_REMIND && may_come && !PLANTED(REMINDED_BLINDLY))
        return EV_WAIT;
    return EV_READY;
}

struct str ladder_line(const struct dossier *d, int64_t due_ms, bool passed,
                       char ret[LADDER_LINE_BYTES])
{
    struct line l = {.p = ret, .size = LADDER_LINE_BYTES};
    const char *what = d->kind == REQUEST_REMOVAL ? "This removal "
                       : d->kind == REQUEST_GRANT ? "This access "
                                                  : "This change ";

    line_add_c(&l, what);
    line_add_c(&l, passed ? "was to be proven by " : "is to be proven by ");
    line_add_day(&l, due_ms);
    line_add_c(&l, " ");
    line_add_time(&l, due_ms);
    line_add_c(&l, passed ? ", and is not. Please do it now, or say here what hinders you."
                          : ". Please do it, or say here what hinders you.");
    return (struct str){l.p, l.len};
}

static const char *deed_of(const struct dossier *d)
{
    return d->kind == REQUEST_REMOVAL ? "removal" : d->kind == REQUEST_GRANT ? "access" : "change";
}

struct str ladder_summary(const struct dossier *d, int64_t due_ms, bool passed,
                          char ret[LADDER_LINE_BYTES])
{
    struct line l = {.p = ret, .size = LADDER_LINE_BYTES};

    if (d->ticket.key.len) {
        line_add_name(&l, d->ticket.key);
        line_add_c(&l, ": ");
    }
    line_add_c(&l, d->privileged ? "privileged " : "");
    line_add_c(&l, deed_of(d));
    line_add_c(&l, passed ? " was to be proven by " : " is to be proven by ");
    line_add_day(&l, due_ms);
    line_add_c(&l, " ");
    line_add_time(&l, due_ms);
    return (struct str){l.p, l.len};
}

struct str ladder_text(const struct dossier *d, char ret[LADDER_LINE_BYTES])
{
    struct line l = {.p = ret, .size = LADDER_LINE_BYTES};

    if (d->ticket.key.len) {
        line_add_c(&l, "It is worked on in ");
        line_add_name(&l, d->ticket.key);
        line_add_c(&l, ", which closes by itself once the access is read as asked. ");
    } else {
        line_add_c(&l, "There is no ticket of it yet. ");
    }
    line_add_c(&l, "Please see to it that it is done; closing this ticket closes nothing else.");
    return (struct str){l.p, l.len};
}
