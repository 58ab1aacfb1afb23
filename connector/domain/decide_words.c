/* What the ticket says in our name: which notice is so while the gate is held, whether it is said
 * anew, and who is told. */
#include "base/plant.h"
#include "domain/decide_priv.h"
#include "domain/forged.h"
#include "domain/plea.h"
#include "domain/words.h"

enum notice_state decide_held_notice(const struct dossier *d, enum hold hold,
                                     enum notice_state otherwise)
{
    bool refused = plea_is_refused(plea_judge(d));

    switch (hold) {
    case HOLD_ORDERED:
    case HOLD_UNDER_WAY:
        return plea_undid(d) ? NOTICE_NO_EXCEPTION : NOTICE_REOPENED;
    case HOLD_REFUSED:
        return NOTICE_CANNOT_REOPEN;
    case HOLD_GIVEN_UP:
        return NOTICE_HELD;
    case HOLD_NONE:
        break;
    }
    return refused ? NOTICE_NO_EXCEPTION : otherwise;
}

/* Of a state with a comment: does somebody have to be told anew? The first comment is new whatever
 * it says. See struct enqueue.
 */
static int32_t tells(const struct deciding *s, const struct notice *n)
{
    const struct dossier *d = s->d;
    bool anew = n->notify && n->state != d->notice_shown && d->tells < s->p->tells_per_ticket;

    return d->tells == 0 ? 1 : anew ? 2 : 0;
}

void decide_say(struct deciding *s, enum notice_state state)
{
    const struct dossier *d = s->d;
    struct notice n;

    /* by what it was closed it goes on saying as long as that is so */
    bool proven = notice_is_proof(d->notice_shown) && notice_is_proof(state);
    if (gate_is_silent(d) && !PLANTED(OBSERVING_SPEAKS))
        state = NOTICE_OBSERVING;
    /* a ticket that people are done with is left alone, unless it still says what we said before */
    bool said = d->notice_shown != NOTICE_NONE && d->notice_shown != NOTICE_OBSERVING && !proven;
    if (!s->here || (state == NOTICE_OBSERVING && s->done && !said))
        return;
    words_for(d, s->r->next_read_ms, state, &n);
    s->r->notice_key = n.key;
    bool again = n.key == d->notice_shown_key, over = n.comment && forged_comment(d);
    if (again && !forged_words_stand(d) && !over)
        return;
    if (is_working(d, FLOW_FIELDS) || is_working(d, FLOW_COMMENT)) {
        look_by(s, d->now_ms + s->p->times.probe_ms);
        return;
    }
    s->r->respoken = over || (again && forged_by_people(d));
    bool comment = (!again || over) && n.comment;
    int32_t tell = comment ? tells(s, &n) : 0;
    /* quiet states, and what is said again in fields, leave most of the allowance to those that
     * need a person, and these what a last word takes, unless it was said; a new comment is the
     * first to be left out */
    int32_t all = s->p->writes_per_hour, last = notice_is_final(d->notice_shown) ? 0 : 2;
    bool loud = n.notify || d->ahead_left_count || /* who edited it has to know what became of it */
                d->notice_shown == NOTICE_OBSERVING; /* or the first word at all */
    int32_t allowance = over || n.final ? all : again ? all / 3 : loud ? all - last : all / 3;
    tell = tell == 2 && d->writes_last_hour + 3 > allowance ? 0 : tell;
    int32_t need = 1 + comment + (tell == 2);
    if (d->writes_last_hour + need > allowance) {
        look_by(s, d->now_ms + s->p->sweep_ms);
        return;
    }
    enqueue(s, FLOW_FIELDS, d->ticket.cycle, state);
    if (comment)
        enqueue(s, FLOW_COMMENT, d->ticket.cycle, state);
    if (comment)
        s->r->flows[s->r->flow_count - 1].tell = tell;
}
