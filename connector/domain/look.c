#include "domain/look.h"

#include "base/plant.h"
#include "domain/badge.h"
#include "domain/gate.h"
#include "domain/ladder.h"
#include "domain/plea.h"
#include "domain/superseded.h"
#include "domain/words.h"

size_t duplicate_keep(const struct find_result *found)
{
    size_t keep = 0;

    for (size_t i = 1; i < found->count; i++) {
        bool touched_first = found->human_touched[i] && !found->human_touched[keep];
        bool same_touch = found->human_touched[i] == found->human_touched[keep];
        bool older = found->created_ms[i] < found->created_ms[keep];
        if (PLANTED(NEWEST_IS_KEPT))
            touched_first = same_touch = !older;
        if (touched_first || (same_touch && older))
            keep = i;
    }
    return keep;
}

static bool has_word(struct str list, struct str word)
{
    while (list.len)
        if (str_eq(str_cut(&list, ' '), word))
            return word.len > 0;
    return false;
}

bool look_is_fresh(const struct dossier *d, const struct policy *policy)
{
    bool known = d->ticket.presence == TICKET_HERE && d->ticket_read_ms;
    int64_t age_ms = d->now_ms - d->ticket_read_ms;

    return known && (age_ms <= policy->times.call_timeout_ms || PLANTED(KEPT_FOR_EVER));
}

bool look_suffices(const struct dossier *d, const struct policy *policy)
{
    bool early = d->phase == PHASE_TICKETING || d->phase == PHASE_FULFILLING;
    bool quiet = d->ticket.role == STATUS_OPEN && early;

    return (quiet || PLANTED(KEPT_DECIDES)) && look_is_fresh(d, policy);
}

bool look_is_ours(const struct ticket *ticket, struct str marker, struct str request_id)
{
    bool bound = request_id.len && str_eq(ticket->bound_to, request_id);
    return ticket->made_by_us && (bound || has_word(ticket->markers, marker));
}

/* --- creating --- */

/* Nobody knows its ticket: was there one? */
static enum flow_event judge_found(const struct flow *flow, const struct dossier *d,
                                   const struct find_result *found, const struct policy *policy,
                                   int64_t now_ms)
{
    int64_t grace = PLANTED(REPOST_AT_ONCE) ? 0 : policy->times.grace_ms;
    bool in_doubt = flow->sent_at_ms != 0;

    if (PLANTED(GRACE_WITHOUT_LAG))
        grace = policy->times.lateness_ms / 2;
    if (!found->proven && !PLANTED(ANONYMOUS_SEARCH))
        return EV_READ_FAILED;
    if (found->count)
        return EV_FOUND;
    /* not seen: it may still appear while the request may be late or the index may lag */
    if (in_doubt && now_ms - flow->sent_at_ms < grace)
        return EV_WAIT;
    /* nor does "none" say anything while Jira may be hiding our own tickets from us */
    bool shown = found->sighted && !d->ours_unseen;
    if (in_doubt && !shown && !PLANTED(BLIND_REPOST))
        return EV_WAIT;
    return phase_is_terminal(d->phase) ? EV_NOT_WANTED : EV_READY;
}

/* Made, it stands, and only the link is left; until then nobody is to be pressed in vain. */
static enum flow_event judge_escalate(const struct flow *flow, const struct dossier *d,
                                      const struct find_result *found, const struct policy *policy,
                                      int64_t now_ms)
{
    if (flow->issue_id.len || PLANTED(ESCALATED_BLINDLY))
        return EV_READY;
    enum flow_event event = judge_found(flow, d, found, policy, now_ms);
    return event == EV_READY ? ladder_judge(flow, d, policy, now_ms) : event;
}

/* Its ticket was named, by the answer, a search or a delivery: it is the request's only when a read
 * shows it to be ours. */
static enum flow_event judge_made(const struct flow *flow, const struct dossier *d,
                                  const struct ticket *ticket, const char **ret_why)
{
    enum { SHOWN_TRIES = 4 };

    if (ticket->presence == TICKET_UNREAD)
        return EV_READ_FAILED;
    if (ticket->presence == TICKET_GONE && flow->failures < SHOWN_TRIES)
        return EV_WAIT; /* new tickets may take a moment to be shown everywhere */
    if (ticket->presence == TICKET_GONE) {
        *ret_why = "the ticket was made and Jira does not show it to us: deleted, or hidden by "
                   "issue security";
        return EV_REFUSED;
    }
    if (!look_is_ours(ticket, flow->marker, flow->request_id)) {
        *ret_why = "the ticket that was made does not carry our marker";
        return EV_REFUSED;
    }
    return phase_is_terminal(d->phase) ? EV_FOUND : EV_READY;
}

/* --- closing, reopening --- */

static bool is_closed_role(enum status_role role)
{
    return role == STATUS_DONE || role == STATUS_CANCELLED || role == STATUS_DECLINED;
}

static enum flow_event judge_close(const struct flow *flow, const struct dossier *d)
{
    const struct ticket *t = &d->ticket;

    if (!str_eq(flow->cycle, d->claim_cycle))
        return EV_NOT_WANTED;
    if (t->role == STATUS_DONE && gate_in_claimed_cycle(d))
        return EV_FOUND;
    if (is_closed_role(t->role) || !gate_closes(d))
        return EV_NOT_WANTED;
    if (PLANTED(CLOSE_WITHOUT_GATE))
        return EV_READY;
    enum gate_answer answer = gate_judge(d).answer;
    bool uncovered = answer == GATE_YES_BY_EXCEPTION && plea_is_taken_back(d);
    return answer == GATE_NO || uncovered ? EV_NOT_WANTED : EV_READY;
}

static enum flow_event judge_reopen(const struct flow *flow, const struct dossier *d)
{
    /* closed again since: that is another breach, with a count of its own */
    if (d->ticket.role != STATUS_DONE || !str_eq(d->ticket.cycle, flow->cycle))
        return EV_FOUND;
    if (!gate_holds(d))
        return EV_NOT_WANTED;
    return gate_done_is_right(d) ? EV_NOT_WANTED : EV_READY;
}

/* Where we only observe, nothing is said but that, and by what we closed it. */
static bool is_silent(const struct dossier *d)
{
    return gate_is_silent(d) && d->notice_shown != NOTICE_OBSERVING &&
           !notice_is_proof(d->notice_shown);
}

/* Words edited in place may be written twice; the first ones, or those that tell somebody anew,
 * would stand there twice: what was lost may still be carried out. */
static enum flow_event judge_comment(const struct flow *flow, const struct dossier *d,
                                     const struct policy *policy, int64_t now_ms)
{
    int64_t late_ms = policy->times.lease_ms + policy->times.lateness_ms;

    if (is_silent(d))
        return EV_NOT_WANTED;
    return flow->sent_at_ms && now_ms - flow->sent_at_ms < late_ms ? EV_WAIT : EV_READY;
}

/* What is so may have moved on: then another link is wanted, if any. */
static enum flow_event judge_evidence_link(const struct flow *flow, const struct dossier *d)
{
    bool is_so = str_eq_c(flow->cycle, badge_name(badge_of(d)));

    return is_so && d->mode != GATE_OBSERVE ? EV_READY : EV_NOT_WANTED;
}

static enum flow_event judge_return(const struct flow *flow, const struct dossier *d)
{
    bool still_there = d->ticket.role == STATUS_VERIFY && str_eq(d->ticket.cycle, flow->cycle);
    /* what is over is led out in every mode */
    if (still_there && !gate_holds(d) && !phase_is_terminal(d->phase))
        return EV_NOT_WANTED;
    return still_there ? EV_READY : EV_FOUND;
}

/* Whoever has it done by now, or opened it to say something, is told by the look after this one. */
static enum flow_event judge_cancel(const struct dossier *d)
{
    if (is_closed_role(d->ticket.role))
        return EV_FOUND;
    return superseded_is_over(d) && gate_holds(d) ? EV_READY : EV_NOT_WANTED;
}

/* --- a second ticket --- */

static bool is_thrown_away(const struct ticket *t)
{
    return t->presence == TICKET_GONE || t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED;
}

static bool is_over(enum phase phase)
{
    return phase_is_terminal(phase) || phase == PHASE_CLOSED;
}

/* Somebody works on it, or has finished it. */
static bool is_in_hand(const struct ticket *t)
{
    return t->human_touched || t->role == STATUS_DONE;
}

const char *second_name(enum second second)
{
    static const char *const NAMES[] = {[SECOND_FOREIGN] = "not ours",
                                        [SECOND_OVER] = "thrown away already",
                                        [SECOND_RETIRE] = "is cancelled",
                                        [SECOND_SWAP] =
                                            "is kept: people work on it, or it is older",
                                        [SECOND_CONTESTED] = "people have both in hand"};
    return NAMES[second];
}

enum second second_judge(const struct ticket *second, const struct ticket *kept, struct str marker,
                         struct str request_id, enum phase phase)
{
    bool kept_gone = kept->presence == TICKET_GONE;
    bool over = is_over(phase);
    bool under_way = phase > PHASE_FULFILLING && phase != PHASE_ORPHANED;
    struct find_result both = {.proven = true, .count = 2};

    if (!look_is_ours(second, marker, request_id) && !PLANTED(CLONE_IS_CANCELLED))
        return SECOND_FOREIGN;
    if (is_thrown_away(second))
        return SECOND_OVER;
    both.human_touched[0] = is_in_hand(kept) || under_way; /* a claim, or the end, was made on it */
    both.human_touched[1] = is_in_hand(second) && !PLANTED(TOUCHED_IS_CANCELLED);
    both.created_ms[0] = kept->created_ms;
    both.created_ms[1] = second->created_ms;
    if (both.human_touched[1] &&
        (second->role == STATUS_DONE || (both.human_touched[0] && !kept_gone)))
        return SECOND_CONTESTED;
    if (over)
        return both.human_touched[1] ? SECOND_CONTESTED : SECOND_RETIRE;
    if (kept_gone)
        return SECOND_SWAP;
    return duplicate_keep(&both) == 1 ? SECOND_SWAP : SECOND_RETIRE;
}

void second_rivals(const struct ticket *second, struct str kept, struct find_result *found)
{
    bool in_hand = is_in_hand(second);
    size_t left = 0;

    for (size_t i = 0; i < found->count; i++) {
        struct str id = found->issue_id[i];
        bool other = !str_eq(id, second->issue_id) && !str_eq(id, kept);
        if (!other || in_hand || !found->human_touched[i])
            continue;
        found->issue_id[left] = id;
        found->key[left] = found->key[i];
        found->human_touched[left] = true;
        found->created_ms[left++] = found->created_ms[i];
    }
    found->count = left;
}

/* The ticket to be cancelled, and the one that is kept (its presence in d), both read again: people
 * may have begun on it since, or the other one may be gone. Then it is handed back, and judged
 * afresh with both in view. */
static enum flow_event judge_retire(const struct flow *flow, const struct dossier *d,
                                    const struct ticket *t, const struct policy *policy,
                                    int64_t now_ms)
{
    int64_t late_ms = policy->times.lease_ms + policy->times.lateness_ms;
    /* of a request that is over nobody wants a ticket any more: it need not be the last one */
    bool last = d->ticket.presence == TICKET_GONE && !is_over(d->phase);
    bool kept = str_eq(d->ticket.issue_id, t->issue_id) || last;
    bool kept_unread = d->ticket.presence == TICKET_UNREAD;
    bool ours = look_is_ours(t, flow->marker, flow->request_id) || PLANTED(CLONE_IS_CANCELLED);

    if (is_thrown_away(t))
        return EV_FOUND;
    if (kept || !ours || (is_in_hand(t) && !PLANTED(TOUCHED_IS_CANCELLED)))
        return EV_NOT_WANTED;
    if (kept_unread)
        return EV_READ_FAILED;
    /* a comment that was lost may still be written */
    if (flow->sent_at_ms && now_ms - flow->sent_at_ms < late_ms && !PLANTED(SAID_TWICE))
        return EV_WAIT;
    return EV_READY;
}

enum flow_event flow_judge(const struct flow *flow, const struct dossier *d,
                           const struct ticket *ticket, const struct find_result *found,
                           const struct policy *policy, int64_t now_ms, const char **ret_why)
{
    if (flow->kind == FLOW_CREATE)
        return ticket ? judge_made(flow, d, ticket, ret_why)
                      : judge_found(flow, d, found, policy, now_ms);
    if (flow->kind == FLOW_ESCALATE)
        return judge_escalate(flow, d, found, policy, now_ms);
    if (ticket->presence == TICKET_UNREAD)
        return EV_READ_FAILED;
    if (flow->kind == FLOW_RETIRE)
        return judge_retire(flow, d, ticket, policy, now_ms);
    if (ticket->presence == TICKET_GONE)
        return EV_NOT_WANTED;

    struct dossier fresh = *d; /* the dossier, with what this look saw */
    fresh.ticket = *ticket;
    switch (flow->kind) {
    case FLOW_CLOSE:
        return judge_close(flow, &fresh);
    case FLOW_REOPEN:
        return judge_reopen(flow, &fresh);
    case FLOW_RETURN:
        return judge_return(flow, &fresh);
    case FLOW_COMMENT:
        return judge_comment(flow, &fresh, policy, now_ms);
    case FLOW_MEND: /* the steps see what there is to mend */
        return EV_READY;
    case FLOW_EVIDENCE_LINK:
        return judge_evidence_link(flow, d);
    case FLOW_CANCEL:
        return judge_cancel(&fresh);
    case FLOW_REMIND:
    case FLOW_RAISE:
        return ladder_judge(flow, &fresh, policy, now_ms);
    case FLOW_FIELDS:
        return is_silent(&fresh) ? EV_NOT_WANTED : EV_READY; /* doing it twice is harmless */
    case FLOW_CREATE:
    case FLOW_RETIRE:
    case FLOW_ESCALATE:
    case FLOW_KIND_COUNT:
        break;
    }
    return EV_NOT_WANTED;
}
