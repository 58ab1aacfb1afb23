/* step_real.c: the seam's writes to Jira. A step is what it reads first (or nothing) and the one
 * call built from it; both stand in one table. Nothing here decides what comes next: domain/step.c
 * does.
 */
#include <stdlib.h>

#include "base/assert.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_approval.h"
#include "jsm/jsm_pick.h"
#include "jsm/jsm_saga.h"
#include "json/json_write.h"
#include "service/convoy.h"
#include "service/payload.h"
#include "service/step_priv.h"

enum { FIELDS_BYTES = 4096, READS_MAX = 3 };

void prep_go_on(void *arg)
{
    prep_next(arg);
}

bool prep_make(struct prep *p, struct jsm_call call)
{
    p->made = ARENA_NEW(p->arena, struct step_call);
    p->made->call = call;
    return true;
}

bool prep_cannot(struct prep *p, struct str why)
{
    str_copy(p->ready.why, sizeof p->ready.why, why);
    return false;
}

/* --- words --- */

static bool read_words(struct prep *p, struct payload *words)
{
    return payload_read(p->arena, p->flow->payload, words) ||
           prep_cannot(p, STR("the words to be written cannot be read"));
}

/* Somebody has to act, and an edit in place would tell nobody. Where our comment is not there yet,
 * its coming tells. */
static bool build_tell(struct prep *p)
{
    struct payload words;

    if (!read_words(p, &words))
        return false;
    struct str line = words.notice.head.len ? words.notice.head : words.notice.line;
    if (words.tell < 2 || !p->talk.comment_id.len || p->talk.told)
        return true;
    return prep_make(
        p, jsm_call_tell(p->arena, p->flow->issue_id, jsm_adf_told(p->arena, line), step_time(p)));
}

static bool build_comment(struct prep *p)
{
    struct payload words;

    if (!read_words(p, &words))
        return false;
    struct str adf = jsm_adf_notice(p->arena, &words.notice);
    return prep_make(p, jsm_call_comment(p->arena, p->flow->issue_id, p->talk.comment_id, adf));
}

/* {"customfield_1":{"value":"Checking"},...}; empty: the site has neither field. */
static struct str two_fields(struct prep *p, const struct payload *words)
{
    const struct mapping *m = p->site->o.mapping;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    if (!m->check_field.len && !m->reason_field.len)
        return STR_NONE;
    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (m->check_field.len) {
        json_put_name(&out, arena_cstr(p->arena, m->check_field));
        json_open_object(&out);
        json_str_member(&out, "value", words->check);
        json_close_object(&out);
    }
    if (m->reason_field.len)
        json_str_member(&out, arena_cstr(p->arena, m->reason_field), words->notice.line);
    json_close_object(&out);
    return arena_str(p->arena, buf_str(&b));
}

void step_read_transitions(struct prep *p)
{
    prep_read(p, jsm_call_transitions(p->arena, p->flow->issue_id));
}

/* Once Jira has said that no edit screen carries them, it is asked for the way round. */
static void read_loop(struct prep *p)
{
    const struct mapping *m = p->site->o.mapping;

    if (p->site->by_loop && (m->check_field.len || m->reason_field.len))
        step_read_transitions(p);
    else
        io_loop_defer(p->svc->loop, prep_go_on, p);
}

/* Empty: the edit screen, or nothing. */
static struct str loop_of(struct prep *p)
{
    const struct mapping *m = p->site->o.mapping;
    struct str fields[2];
    size_t count = 0;

    if (m->check_field.len)
        fields[count++] = m->check_field;
    if (m->reason_field.len)
        fields[count++] = m->reason_field;
    return p->site->by_loop && count ? jsm_pick_loop(p->arena, p->read, fields, count) : STR_NONE;
}

static bool build_fields(struct prep *p)
{
    struct payload words;

    if (!read_words(p, &words))
        return false;
    struct jsm_say say = {.fields = two_fields(p, &words),
                          .said = {.request = p->flow->request_id,
                                   .state = words.state,
                                   .check = words.check,
                                   .line = words.notice.line},
                          .silent = !p->site->is_loud};
    struct str loop = loop_of(p);
    if (loop.len)
        return prep_make(p, jsm_call_record(p->arena, p->flow->issue_id, loop, &say));
    if (!prep_make(p, jsm_call_say(p->arena, p->flow->issue_id, &say)))
        return false;
    p->made->silent = say.silent;
    p->made->edits = say.fields.len > 0;
    return true;
}

static bool build_unresolve(struct prep *p)
{
    return prep_make(p, jsm_call_fields(p->arena, p->flow->issue_id, STR("{\"resolution\":null}")));
}

/* --- moves --- */

/* nearly: one move nearer counts, too. */
static bool build_move(struct prep *p, enum status_role toward, bool nearly)
{
    struct jsm_pick pick;

    jsm_pick(p->arena, p->read, &p->site->view, toward, p->ticket->status_name, &pick);
    bool leads_there = pick.transition_id.len && (nearly || pick.leads_to == toward);
    if (!leads_there)
        return prep_cannot(
            p, pick.needs.len
                   ? arena_printf(p->arena, "the transition wants field %.*s", STR_ARG(pick.needs))
                   : STR("Jira offers us no transition that leads there"));
    prep_make(p, jsm_call_transition(p->arena, p->flow->issue_id, pick.transition_id, pick.fields));
    p->made->reached = pick.leads_to;
    return true;
}

static bool build_to_verify(struct prep *p)
{
    return build_move(p, STATUS_DONE, true);
}

static void ask_on(struct prep *p);

/* Jira's desk knows no approvals of what is no request: then there is none to be answered. */
static void on_asks(void *arg, const struct jsm_answer *answer)
{
    struct prep *p = arg;
    struct str us = p->site->view.our_account;
    struct err err;

    if (jsm_approval_is_none(answer)) {
        prep_next(p);
    } else if (!prep_heard(p, answer)) {
        return;
    } else if (!jsm_approvals_page(&p->approvals, answer->body, us, &err)) {
        prep_fail(p, READ_FAILED, 0, str_of(err.what));
    } else {
        p->ask = jsm_approval_open(p->arena, answer->body, us);
        if (p->ask.len || p->approvals.last)
            prep_next(p);
        else
            ask_on(p);
    }
}

static void ask_on(struct prep *p)
{
    prep_ask(p, jsm_call_approvals(p->arena, p->flow->issue_id, p->approvals.start), on_asks);
}

/* Where an approval is to be answered, it is looked for: by the configuration, and where no road is
 * offered to us, because a gate of another mode may stand there still. */
static void read_ask(struct prep *p)
{
    struct jsm_pick pick;

    jsm_pick(p->arena, p->read, &p->site->view, STATUS_DONE, p->ticket->status_name, &pick);
    if (p->site->view.approving || pick.leads_to != STATUS_DONE)
        ask_on(p);
    else
        io_loop_defer(p->svc->loop, prep_go_on, p);
}

static bool build_to_done(struct prep *p)
{
    if (p->ask.len) {
        prep_make(p, jsm_call_approve(p->arena, p->flow->issue_id, p->ask));
        p->made->reached = STATUS_DONE;
        return true;
    }
    return build_move(p, STATUS_DONE, false);
}

/* With others, where many are opened again. */
static void read_way_back(struct prep *p)
{
    if (!convoy_board(p))
        step_read_transitions(p);
}

static bool build_to_open(struct prep *p)
{
    if (p->seat) {
        struct str road = convoy_transition(p->seat);
        prep_make(p, jsm_call_transition(p->arena, p->flow->issue_id, road, STR_NONE));
        p->made->reached = STATUS_OPEN;
        p->made->seat = p->seat;
        return true;
    }
    return build_move(p, STATUS_OPEN, false);
}

/* --- a second ticket --- */

static bool build_say_second(struct prep *p)
{
    if (p->talk.second)
        return true;
    return prep_make(
        p, jsm_call_say_second(p->arena, p->flow->issue_id, p->ticket->key, p->d->ticket.key));
}

static bool build_to_cancelled(struct prep *p)
{
    struct jsm_pick pick;

    jsm_pick_away(p->arena, p->read, &p->site->view, &pick);
    if (!pick.transition_id.len)
        return prep_cannot(
            p, pick.needs.len
                   ? arena_printf(p->arena, "the transition wants field %.*s", STR_ARG(pick.needs))
                   : STR("Jira offers us no transition to a status that the mapping "
                         "calls cancelled"));
    prep_make(p, jsm_call_transition(p->arena, p->flow->issue_id, pick.transition_id, pick.fields));
    p->made->reached = pick.leads_to;
    return true;
}

static const struct {
    read_fn *reads[READS_MAX + 1]; /* one after the other, up to the first NULL */
    build_fn *build;
} STEPS_REAL[STEP_END] = {
    [STEP_CREATE] = {{step_read_form, step_read_people, step_keep_people}, step_build_create},
    [STEP_COMMENT] = {{step_read_comments}, build_comment},
    [STEP_TELL] = {{step_read_comments}, build_tell},
    [STEP_UNRESOLVE] = {{NULL}, build_unresolve},
    [STEP_FIELDS] = {{read_loop}, build_fields},
    [STEP_TO_VERIFY] = {{step_read_transitions}, build_to_verify},
    [STEP_TO_DONE] = {{step_read_transitions, read_ask}, build_to_done},
    [STEP_TO_OPEN] = {{read_way_back}, build_to_open},
    [STEP_BIND] = {{NULL}, step_build_bind},
    [STEP_LINK] = {{step_read_links}, step_build_link},
    [STEP_RELATE] = {{step_read_link_types, step_read_related}, step_build_relate},
    [STEP_PARTICIPANTS] = {{step_read_followers, step_read_people, step_read_participants},
                           step_build_participants},
    [STEP_SAY_SECOND] = {{step_read_comments}, build_say_second},
    [STEP_TO_CANCELLED] = {{step_read_transitions}, build_to_cancelled},
    [STEP_EVIDENCE_LINK] = {{step_read_evidence_links}, step_build_evidence_link},
    [STEP_REMIND] = {{step_read_comments}, step_build_remind},
    [STEP_RAISE] = {{NULL}, step_build_raise},
    [STEP_ESCALATE] = {{NULL}, step_build_escalate},
};

/* --- making ready --- */

static void prep_end(struct prep *p)
{
    p->fn(p->arg, &p->ready);
    free(p);
}

static void prep_build(struct prep *p)
{
    p->ready.outcome = STEPS_REAL[p->step].build(p) ? READ_OK : READ_REFUSED;
    p->ready.call = p->made;
    prep_end(p);
}

void prep_next(struct prep *p)
{
    read_fn *read = STEPS_REAL[p->step].reads[p->reads];

    p->reads++;
    if (read)
        read(p);
    else
        prep_build(p);
}

void prep_fail(struct prep *p, enum read_outcome outcome, int64_t told_ms, struct str why)
{
    p->ready.outcome = outcome;
    p->ready.told_ms = told_ms;
    str_copy(p->ready.why, sizeof p->ready.why, why);
    prep_end(p);
}

bool prep_heard(struct prep *p, const struct jsm_answer *answer)
{
    enum read_outcome outcome = site_read_outcome(answer);

    if (outcome == READ_OK)
        return true;
    prep_fail(p, outcome, answer->verdict == JSM_LATER ? answer->told_ms : 0, str_of(answer->why));
    return false;
}

static void on_read(void *arg, const struct jsm_answer *answer)
{
    struct prep *p = arg;

    p->read = answer->body;
    if (prep_heard(p, answer))
        prep_next(p);
}

static bool is_urgent(const struct flow *flow, const struct dossier *d)
{
    bool makes = flow->kind == FLOW_CREATE || flow->kind == FLOW_ESCALATE;
    return makes && d->kind == REQUEST_REMOVAL; /* access that must go, first */
}

void prep_ask(struct prep *p, struct jsm_call call, site_answer_fn *fn)
{
    if (is_urgent(p->flow, p->d))
        call.lane = LANE_GATE;
    site_send(p->site, p->arena, &call, fn, p);
}

void prep_read(struct prep *p, struct jsm_call call)
{
    prep_ask(p, call, on_read);
}

static void without_site(void *arg)
{
    struct prep *p = arg;

    prep_fail(p, READ_FAILED, 0, STR("the site is not configured"));
}

void world_step_prepare(struct world *w, struct arena *arena, const struct flow *flow,
                        enum step step, const struct dossier *d, const struct ticket *ticket,
                        world_ready_fn *fn, void *arg)
{
    struct prep *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    *p = (struct prep){.svc = world_service(w),
                       .site = service_site(world_service(w), flow->site),
                       .arena = arena,
                       .flow = flow,
                       .d = d,
                       .ticket = ticket,
                       .step = step,
                       .fn = fn,
                       .arg = arg};
    /* in the next turn: nothing calls back from inside the call that began it */
    io_loop_defer(p->svc->loop, p->site ? prep_go_on : without_site, p);
}

/* --- sending --- */

struct sending {
    struct site *site;
    struct arena *arena;
    struct str rule; /* of the mapping */
    enum status_role reached;
    bool silent, edits;
    world_call_fn *fn;
    void *arg;
};

static enum call_outcome outcome_of(const struct jsm_answer *answer)
{
    switch (answer->verdict) {
    case JSM_OK:
        return CALL_DID;
    case JSM_LATER:
        return CALL_LIMITED;
    case JSM_REFUSED:
    case JSM_MISSING:
        return CALL_REFUSED;
    case JSM_DENIED: /* the credential: nothing was done, and it may be mended any moment */
    case JSM_UNREACHED:
        return CALL_NOT_SENT;
    case JSM_UNKNOWN:
        break;
    }
    return CALL_LOST;
}

/* The platform says id and key of what it made, the desk issueId and issueKey. */
static struct str made_id(struct arena *a, const struct json *body)
{
    struct str id = json_id(a, json_member(body, "id"));
    return id.len ? id : json_id(a, json_member(body, "issueId"));
}

static bool is_of_ours(const struct site *site, struct str field)
{
    const struct mapping *m = site->o.mapping;

    return field.len && (str_eq(field, m->check_field) || str_eq(field, m->reason_field));
}

static void on_sent(void *arg, const struct jsm_answer *answer)
{
    struct sending *s = arg;
    struct call_reply reply = {.outcome = outcome_of(answer),
                               .told_ms = answer->told_ms,
                               .reached = s->reached,
                               .issue_id = made_id(s->arena, answer->body),
                               .key = json_path_str(answer->body, "key")};
    struct str blame =
        answer->field.len ? mapping_blame_rule(s->site->o.mapping, s->arena, s->rule, answer->field)
                          : STR_NONE;
    struct str why = str_of(answer->why);

    if (!reply.key.len)
        reply.key = json_path_str(answer->body, "issueKey");
    if (s->silent && answer->status == 403) { /* who does not administer the project is heard */
        s->site->is_loud = true;
        reply.outcome = CALL_NOT_SENT;
    }
    if (s->edits && !s->site->by_loop && reply.outcome == CALL_REFUSED &&
        is_of_ours(s->site, answer->field)) { /* there may be another way to write them */
        s->site->by_loop = true;
        reply.outcome = CALL_NOT_SENT;
    }
    if (blame.len &&
        str_starts(why, answer->field)) /* where the field comes from, after its name */
        why = arena_printf(s->arena, "%.*s as %.*s of rule %.*s%s", STR_ARG(answer->field),
                           STR_ARG(blame), STR_ARG(s->rule), answer->why + answer->field.len);
    str_copy(reply.why, sizeof reply.why, why);
    s->fn(s->arg, &reply);
    free(s);
}

void world_step_send(struct world *w, struct arena *arena, const struct flow *flow,
                     const struct dossier *d, const struct step_call *call, world_call_fn *fn,
                     void *arg)
{
    struct service *svc = world_service(w);
    struct site *site = service_site(svc, flow->site);
    struct sending *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    ASSERT(site); /* the call was made for it */
    *s = (struct sending){.site = site,
                          .arena = arena,
                          .rule = d->rule,
                          .reached = call->reached,
                          .silent = call->silent,
                          .edits = call->edits,
                          .fn = fn,
                          .arg = arg};
    if (call->seat && convoy_ride(call->seat, fn, arg)) {
        free(s);
        return;
    }
    struct jsm_call sent = call->call;
    if (is_urgent(flow, d))
        sent.lane = LANE_GATE;
    site_send(site, arena, &sent, on_sent, s);
}
