/* deed.c: what Jira does when it carries out a call of ours, perhaps long after it was sent. */
#include "sim.h"

static enum call_outcome move_if(struct sim *s, int ticket, bool there, enum status_role to)
{
    if (!there || !s->tickets[ticket].here)
        return CALL_REFUSED; /* no such transition from where it stands now */
    jira_move(s, ticket, to, true);
    return CALL_DID;
}

static void count_reopen(struct sim *s, struct srequest *r)
{
    int last_hour = 0;

    r->reopen_ms[r->reopens++ % 64] = s->now_ms;
    for (int i = 0; i < r->reopens && i < 64; i++)
        last_hour += s->now_ms - r->reopen_ms[i] < 3600000;
    if (last_hour > 2 * s->policy.reopens_per_hour) /* an hour ordered, done late */
        sim_violate(s, "INV-D4 reopen cap", "%d reopens in an hour", last_hour);
}

/* A way of ours; a rule of theirs may put the ticket back at once. */
static void go_nearer(struct sim *s, const struct deed *deed, bool from_open,
                      struct call_reply *reply)
{
    reply->outcome = move_if(s, deed->ticket, from_open, deed->what.reached);
    if (reply->outcome != CALL_DID)
        return;
    if (deed->what.reached == STATUS_DONE)
        s->tickets[deed->ticket].closed_for = deed->cycle;
    else if (FAULT(s, put_back))
        jira_move(s, deed->ticket, STATUS_OPEN, true);
}

static void count_retired(struct sim *s, const struct sticket *t)
{
    uint64_t took_ms = (uint64_t)(s->now_ms - t->visible_ms);

    sim_told.retired++;
    if (s->now_ms > t->visible_ms && took_ms > sim_told.slowest_ms)
        sim_told.slowest_ms = took_ms;
}

static void unresolve(struct sim *s, int ticket)
{
    if (s->tickets[ticket].done_since_ms) /* closed since: what it was closed with stays */
        return;
    s->tickets[ticket].resolved = false;
    s->tickets[ticket].resolution_edit = -1;
    jira_changed(s, ticket);
}

void deed_do(struct sim *s, const struct deed *deed, struct call_reply *reply)
{
    enum status_role role = deed->ticket < 0 ? STATUS_OPEN : s->tickets[deed->ticket].role;
    bool reopens = deed->kind == FLOW_REOPEN;

    reply->reached = deed->what.reached;
    switch (deed->what.step) {
    case STEP_CREATE:
        reply->issue_id = reply->key = cycle_text(jira_create(s, deed->request, true));
        if (FAULT(s, no_id)) /* 201, and an empty object */
            reply->issue_id = reply->key = STR_NONE;
        return;
    case STEP_TO_VERIFY:
        go_nearer(s, deed, role == STATUS_OPEN, reply);
        return;
    case STEP_TO_DONE:
        go_nearer(s, deed, role == STATUS_VERIFY, reply);
        return;
    case STEP_TO_OPEN:
        reply->outcome =
            move_if(s, deed->ticket, role == (reopens ? STATUS_DONE : STATUS_VERIFY), STATUS_OPEN);
        if (reply->outcome == CALL_DID && reopens)
            count_reopen(s, &s->requests[deed->request]);
        return;
    case STEP_BIND:
        s->tickets[deed->ticket].bound_to = deed->request;
        jira_changed(s, deed->ticket);
        return;
    case STEP_UNRESOLVE:
        unresolve(s, deed->ticket);
        return;
    case STEP_LINK:
        s->tickets[deed->ticket].linked = true;
        return;
    case STEP_PARTICIPANTS:
        s->tickets[deed->ticket].followed = true;
        return;
    case STEP_SAY_SECOND:
        if (++s->tickets[deed->ticket].said > 1)
            sim_violate(s, "INV-B2 said once", "ticket %d is called a second one twice",
                        deed->ticket);
        return;
    case STEP_TO_CANCELLED:
        reply->outcome = move_if(s, deed->ticket, role == STATUS_OPEN || role == STATUS_VERIFY,
                                 STATUS_CANCELLED);
        if (reply->outcome == CALL_DID)
            count_retired(s, &s->tickets[deed->ticket]);
        return;
    case STEP_REMIND:
        press_said(s, deed->flow);
        return;
    case STEP_ESCALATE:
        reply->issue_id = reply->key = press_escalated(s, deed->flow);
        return;
    case STEP_FIELDS:
        words_write(s, deed);
        return;
    case STEP_COMMENT:
    case STEP_TELL:
    case STEP_RELATE:
    case STEP_EVIDENCE_LINK: /* one for one global id */
    case STEP_RAISE:         /* the same again is harmless */
    case STEP_END:
        return;
    }
}
