#include "domain/step.h"

#include "domain/gate.h"

#define ANYWHERE (~0u)
#define UNFINISHED (STEP_FROM(OPEN) | STEP_FROM(VERIFY))

/* The rows of a kind stand in the order in which they are done. */
static const struct step_rule RULES[] = {
    /* kind        step            look         makes  from */
    {FLOW_CREATE, STEP_CREATE, LOOK_MARKER, true, ANYWHERE, "no ticket carries the marker"},
    {FLOW_CREATE, STEP_BIND, LOOK_TICKET, false, ANYWHERE, "the request API takes no property"},
    {FLOW_CREATE, STEP_LINK, LOOK_TICKET, false, ANYWHERE, "one link, however often it is sent"},
    {FLOW_CREATE, STEP_RELATE, LOOK_TICKET, false, ANYWHERE, "the same link again is one link"},
    {FLOW_CREATE, STEP_PARTICIPANTS, LOOK_TICKET, false, ANYWHERE, "adding them again is harmless"},
    {FLOW_COMMENT, STEP_TELL, LOOK_LATELY, false, ANYWHERE, "an edit in place tells nobody"},
    {FLOW_COMMENT, STEP_COMMENT, LOOK_LATELY, false, ANYWHERE, "edited in place"},
    {FLOW_FIELDS, STEP_FIELDS, LOOK_LATELY, false, ANYWHERE, "the same values again are harmless"},
    {FLOW_RETURN, STEP_TO_OPEN, LOOK_TICKET, false, STEP_FROM(VERIFY), "it waits in Verifying"},
    {FLOW_CLOSE, STEP_TO_VERIFY, LOOK_TICKET, false, STEP_FROM(OPEN), "the way leads by Verifying"},
    {FLOW_CLOSE, STEP_TO_DONE, LOOK_TICKET, false, STEP_FROM(VERIFY), "only we may go from here"},
    {FLOW_REOPEN, STEP_TO_OPEN, LOOK_TICKET, false, STEP_FROM(DONE), "Done without a proof"},
    {FLOW_RETIRE, STEP_SAY_SECOND, LOOK_TICKET, false, UNFINISHED, "whoever finds it reads why"},
    {FLOW_RETIRE, STEP_TO_CANCELLED, LOOK_TICKET, false, UNFINISHED, "one live ticket a request"},
    {FLOW_MEND, STEP_BIND, LOOK_TICKET, false, ANYWHERE, "whose ticket it is, says our property"},
    {FLOW_MEND, STEP_UNRESOLVE, LOOK_TICKET, false, UNFINISHED, "it looks closed in queues"},
    {FLOW_EVIDENCE_LINK, STEP_EVIDENCE_LINK, LOOK_LATELY, false, ANYWHERE, "one for one global id"},
    {FLOW_CANCEL, STEP_TO_CANCELLED, LOOK_TICKET, false, STEP_FROM(OPEN), "nobody wants it done"},
    {FLOW_REMIND, STEP_REMIND, LOOK_TICKET, false, UNFINISHED, "what is said is not said twice"},
    {FLOW_RAISE, STEP_RAISE, LOOK_TICKET, false, UNFINISHED, "the same again is harmless"},
    {FLOW_ESCALATE, STEP_ESCALATE, LOOK_MARKER, true, ANYWHERE, "no ticket carries the marker"},
    {FLOW_ESCALATE, STEP_RELATE, LOOK_NOTHING, false, ANYWHERE, "the same link again is one link"},
};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

static const char *const NAMES[] = {
#define X(name, text) text,
    STEPS(X)
#undef X
};

const struct step_rule *step_rules(size_t *ret_count)
{
    *ret_count = RULE_COUNT;
    return RULES;
}

const char *step_text(enum step step)
{
    return NAMES[step];
}

enum look step_look(const struct flow *flow)
{
    const struct step_rule *next = step_next(flow, NULL, 0);

    if (!next || (next->makes && !flow->attempt))
        return LOOK_NOTHING;
    return next->look;
}

const struct step_rule *step_next(const struct flow *flow, const struct ticket *ticket,
                                  unsigned shown)
{
    if (ticket && str_eq(ticket->bound_to, flow->request_id) && !ticket->bound_elsewhere)
        shown |= STEP_BIT(STEP_BIND);
    if (ticket && !ticket->resolution_set)
        shown |= STEP_BIT(STEP_UNRESOLVE);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const struct step_rule *r = &RULES[i];
        bool made = r->makes && flow->issue_id.len;
        bool elsewhere = ticket && !(r->from & (1u << ticket->role));
        if (r->kind == flow->kind && !made && !elsewhere && !(shown & STEP_BIT(r->step)))
            return r;
    }
    return NULL;
}

unsigned step_unwanted(const struct dossier *d)
{
    return gate_holds(d) ? 0 : STEP_BIT(STEP_UNRESOLVE);
}

static bool names_a_ticket(struct str issue_id)
{
    for (size_t i = 0; i < issue_id.len; i++)
        if (issue_id.p[i] < '0' || issue_id.p[i] > '9')
            return false;
    return issue_id.len > 0;
}

enum flow_event step_did(const struct step_rule *rule, enum status_role reached,
                         struct str issue_id)
{
    if (rule->makes && !names_a_ticket(issue_id))
        return EV_LOST;
    for (const struct step_rule *r = rule + 1; r < RULES + RULE_COUNT; r++)
        if (r->kind == rule->kind && (r->from & (1u << reached)))
            return EV_STEP;
    return EV_DID;
}

enum flow_event step_unseen(const struct flow *flow, const char **ret_why)
{
    *ret_why = "it was done and does not show";
    return flow->failures ? EV_REFUSED : EV_WAIT;
}
