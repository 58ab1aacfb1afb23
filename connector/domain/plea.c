#include "domain/plea.h"

static bool same(struct str a, struct str b)
{
    return a.len > 0 && str_eq_nocase(str_trim(a), str_trim(b));
}

static bool gains(const struct dossier *d, const struct plea *p)
{
    return p->by_worker || same(p->decided_by, p->asked_by) || same(p->decided_by, d->requester) ||
           same(p->decided_by, d->beneficiary);
}

/* Is there anything that an exception would cover? */
static bool is_needed(const struct dossier *d)
{
    bool open =
        d->phase == PHASE_FULFILLING || d->phase == PHASE_CLAIMED || d->phase == PHASE_VERIFYING;

    for (size_t i = 0; open && i < d->item_count; i++) {
        struct finding f = verdict_judge(&d->items[i], d->claimed_ms, d->now_ms);
        if (f.verdict != VERDICT_VERIFIED && f.verdict != VERDICT_EXCEPTED)
            return true;
    }
    return false;
}

/* Changelog ids grow. */
static bool is_later(struct str edit, struct str than)
{
    int64_t a = 0, b = 0;
    return str_to_i64(edit, &a) && str_to_i64(than, &b) && a > b;
}

bool plea_is_taken_back(const struct dossier *d)
{
    return d->ticket.presence == TICKET_HERE && is_later(d->ticket.plea.edit, d->plea_covers);
}

bool plea_undid(const struct dossier *d)
{
    return is_later(d->ticket.plea.edit, d->plea_done) && plea_is_refused(plea_judge(d));
}

static const char *const WHYS[] = {
    [PLEA_NONE] = "",
    [PLEA_WAITS] = "",
    [PLEA_GRANTED] = "",
    [PLEA_SPENT] = "", /* it was granted */
    [PLEA_DECLINED] = "declined",
    [PLEA_TAKEN_BACK] = "taken_back",
    [PLEA_STRANGER] = "stranger",
    [PLEA_OWN] = "own",
    [PLEA_UNCLEAR] = "unclear",
    [PLEA_NO_END] = "end",
    [PLEA_NO_OWNER] = "owner",
    [PLEA_NO_CONTROL] = "control",
    [PLEA_LEFT] = "left",
};

const char *plea_why(enum plea_verdict v)
{
    return WHYS[v];
}

/* Carried out already: what the database said to it. */
static enum plea_verdict carried_out(const struct dossier *d)
{
    if (str_empty(d->plea_refused))
        return PLEA_SPENT;
    for (enum plea_verdict v = PLEA_OWN; v <= PLEA_LEFT; v++)
        if (str_eq_c(d->plea_refused, WHYS[v]))
            return v;
    return PLEA_NO_END;
}

enum plea_verdict plea_judge(const struct dossier *d)
{
    const int64_t longest_ms = INT64_C(86400000) * PLEA_DAYS_MAX;
    const struct plea *p = &d->ticket.plea;
    bool ends = p->until_ms > d->now_ms && p->until_ms <= d->now_ms + longest_ms;

    if (d->ticket.presence != TICKET_HERE || str_empty(p->reason) || !is_needed(d))
        return PLEA_NONE;
    if (p->answer == PLEA_UNANSWERED)
        return is_later(p->edit, d->plea_done) ? PLEA_TAKEN_BACK : PLEA_WAITS;
    if (!p->by_approver)
        return PLEA_STRANGER;
    if (gains(d, p))
        return PLEA_OWN;
    if (p->answer == PLEA_NO)
        return PLEA_DECLINED;
    if (!ends)
        return PLEA_NO_END;
    if (str_empty(p->owner) || same(p->owner, p->decided_by))
        return PLEA_NO_OWNER;
    if (str_empty(str_trim(p->control)))
        return PLEA_NO_CONTROL;
    if (str_eq(d->plea_done, p->edit))
        return carried_out(d);
    /* an older answer comes up again when the newer ones are not there any more: that is no new one
     */
    return str_empty(d->plea_done) || is_later(p->edit, d->plea_done) ? PLEA_GRANTED : PLEA_SPENT;
}

bool plea_is_refused(enum plea_verdict v)
{
    return v > PLEA_GRANTED;
}
