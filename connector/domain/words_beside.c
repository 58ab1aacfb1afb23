#include "domain/words_beside.h"

#include "domain/ahead.h"
#include "domain/emergency.h"
#include "domain/extra.h"

/* A later request asks for the opposite: that one sees to how it shall be. */
void words_superseded(struct line *l, struct line *next, const struct dossier *d)
{
    const struct item *i = d->superseded;
    struct str by = d->superseded_count ? i->superseded_by : STR("another request");

    line_add_c(l, "Superseded: ");
    line_add_name(l, by);
    line_add_c(l, " was approved later and asks for the opposite. Change nothing");
    if (d->superseded_count) {
        line_add_c(l, " in ");
        line_add_name(l, str_empty(i->source_label) ? i->source : i->source_label);
    }
    line_add_c(next, "If the change was made already, leave it: ");
    line_add_name(next, by);
    line_add_c(next, d->mode == GATE_ENFORCE
                         ? " sees to it. This ticket is cancelled; closed as done, it is reopened."
                         : " sees to it. Cancel this ticket.");
}

/* What is not asked for any more, while the rest is. */
static void say_left_out(struct line *next, const struct dossier *d)
{
    const struct item *i = d->superseded;

    if (!d->superseded_count || !d->item_count)
        return;
    line_add_c(next, next->len ? " Leave " : "Leave ");
    line_add_name(next, i->entitlement);
    if (d->superseded_count > 1) {
        line_add_c(next, " and ");
        line_add_number(next, (int64_t)d->superseded_count - 1);
        line_add_c(next, " more");
    }
    line_add_c(next, " of ");
    line_add_name(next, i->account);
    line_add_c(next, " as it is: ");
    line_add_name(next, i->superseded_by);
    line_add_c(next, " was approved later and asks for the opposite.");
}

void words_extra(struct line *l, const struct item *item)
{
    struct str rest = item->others_extra;
    struct str first = str_cut(&rest, '\n');
    size_t more = 0;

    for (; rest.len; more++)
        (void)str_cut(&rest, '\n');
    line_add_c(l, "more was given than asked for: ");
    line_add_name(l, first);
    if (more) {
        line_add_c(l, " and ");
        line_add_number(l, (int64_t)more);
        line_add_c(l, " more");
    }
    line_add_c(l, " to ");
    line_add_name(l, item->account);
}

/* More was given than asked for: it is proven all the same, and somebody has to see to the rest. */
static void say_extra(struct line *next, const struct dossier *d, enum notice_state state)
{
    struct extra extra = extra_of(d);

    if (state != NOTICE_VERIFIED || !extra.count)
        return;
    line_add_c(next, next->len ? " More" : "More");
    line_add_c(next, " was given than asked for: ");
    line_add_name(next, extra.name);
    if (extra.count > 1) {
        line_add_c(next, " and ");
        line_add_number(next, (int64_t)extra.count - 1);
        line_add_c(next, " more");
    }
    line_add_c(next, " to ");
    line_add_name(next, extra.item->account);
    line_add_c(next, ". Take it away, or have it asked for.");
}

void words_beside(struct line *next, const struct dossier *d, enum notice_state state)
{
    say_left_out(next, d);
    say_extra(next, d, state);
    ahead_say(next, d, state);
}

void words_owed(struct line *l, struct line *next, const struct dossier *d)
{
    bool approval = emergency_owes_approval(d), review = emergency_owes_review(d);

    line_add_c(l, "The access is there. An emergency closes once it is ");
    line_add_c(l, approval ? "approved" : "");
    line_add_c(l, approval && review ? " and " : "");
    line_add_c(l, review || !approval ? "reviewed" : "");
    line_add_c(
        next,
        "Nothing for you to do: somebody who neither asked for it nor used it answers for it. "
        "Its removal is asked for in time.");
}

uint64_t words_owed_key(const struct dossier *d)
{
    return (uint64_t)emergency_owes_approval(d) + 2 * (uint64_t)emergency_owes_review(d);
}

uint64_t words_day_key(const struct dossier *d, const struct item *i, enum notice_state state)
{
    enum { DAY_MS = 86400000 };
    struct item_since since = item_since(i);
    struct finding f = verdict_judge(i, d->claimed_ms, d->now_ms);
    int64_t first_ms = state == NOTICE_CANNOT_READ        ? since.unreadable_ms
                       : state == NOTICE_STALE && f.proof ? f.proof->as_of_ms
                                                          : since.not_so_ms;
    int64_t today = d->now_ms / DAY_MS;

    return first_ms && first_ms / DAY_MS != today ? (uint64_t)today : 0;
}

enum { SOON_MS = 2 * 60 * 1000 };

/* Does the newest read say what is asked for, and is to go on saying so? Else the source may not
 * show it yet. */
static bool reads_so(const struct finding *f)
{
    return str_eq_c(str_of(f->reason), "MoreConfirmations");
}

/* Does it settle for longer than the two minutes that are promised else? */
static bool is_slow(const struct item *i, const struct finding *f)
{
    return f->verdict == VERDICT_SETTLING && i->rule.settle_ms > SOON_MS;
}

uint64_t words_checking_key(const struct dossier *d, const struct item *i)
{
    struct finding f = verdict_judge(i, d->claimed_ms, d->now_ms);

    return is_slow(i, &f) ? 2 * (uint64_t)i->rule.settle_ms + reads_so(&f) : 0;
}

void words_checking(struct line *l, const struct dossier *d, const struct item *i, bool closes)
{
    struct finding f = verdict_judge(i, d->claimed_ms, d->now_ms);
    bool slow = is_slow(i, &f);

    line_add_c(l, "You're done. Checking ");
    line_add_name(l, str_empty(i->source_label) ? i->source : i->source_label);
    if (slow && !reads_so(&f)) {
        line_add_c(l, ", which may take ");
        line_add_span(l, i->rule.settle_ms);
        line_add_c(l, " to show it");
    }
    line_add_c(l, closes ? "; this ticket resolves itself" : "; what we find stands here");
    line_add_c(l, !slow ? ", usually within 2 min" : reads_so(&f) ? ", once it reads so for " : "");
    if (slow && reads_so(&f))
        line_add_span(l, i->rule.settle_ms);
}
