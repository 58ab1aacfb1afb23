/* world_act.c: the seam's writes to Jira: what each kind of outbound work does. A chain of at most
 * a few calls under one lease; reads before the write that fail mean that nothing was sent, and a
 * read that took too long means that the write is not. */
#include <stdlib.h>

#include "base/clock.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_pick.h"
#include "json/json_write.h"
#include "service/world_real.h"
#include "site/site.h"

enum { FIELDS_BYTES = 4096, SUMMARY_MAX = 200 };

struct act {
    struct service *svc;
    struct site *site;
    struct arena *arena;
    struct flow flow;
    const struct dossier *d;
    struct str payload_line, payload_next, payload_panel, payload_check;
    struct str status_name; /* where the ticket stood before the transition */
    int64_t send_by_ms;     /* monotonic: no write is begun after this */
    int steps;              /* transitions made */
    const char *refusal;    /* decided without asking Jira */
    enum status_role leads_to;
    world_call_fn *fn;
    void *arg;
};

static void act_end(struct act *a, const struct call_reply *reply)
{
    a->fn(a->arg, reply);
    arena_free(a->arena);
    free(a);
}

static void act_fail(struct act *a, enum call_outcome outcome, const char *why, int64_t told_ms)
{
    struct call_reply reply = {.outcome = outcome, .told_ms = told_ms};
    str_copy(reply.why, sizeof reply.why, str_of(why));
    act_end(a, &reply);
}

static void refuse_now(void *arg)
{
    struct act *a = arg;
    act_fail(a, CALL_REFUSED, a->refusal, 0);
}

/* Refuse in the next turn: nothing calls back from inside the call that started it. */
static void act_refuse(struct act *a, const char *why)
{
    a->refusal = why;
    io_loop_defer(a->svc->loop, refuse_now, a);
}

/* What a reply means for the flow. `sent`: it answers the write itself, else a read before it. */
static bool act_answered(struct act *a, const struct jsm_answer *answer, bool sent)
{
    struct call_reply reply = {.told_ms = answer->told_ms};

    str_copy(reply.why, sizeof reply.why, str_of(answer->why));
    switch (answer->verdict) {
    case JSM_OK:
        return true;
    case JSM_LATER:
        reply.outcome = CALL_LIMITED;
        break;
    case JSM_REFUSED:
    case JSM_MISSING:
        reply.outcome = CALL_REFUSED;
        break;
    case JSM_DENIED: /* the credential: nothing was done, and it may be mended any moment */
    case JSM_UNREACHED:
        reply.outcome = CALL_NOT_SENT;
        break;
    case JSM_UNKNOWN:
        reply.outcome = sent ? CALL_LOST : CALL_NOT_SENT;
        break;
    }
    struct str blame = answer->field.len ? mapping_blame_rule(a->svc->config->mapping, a->arena,
                                                              a->d->rule, answer->field)
                                         : STR_NONE;
    if (blame.len) {
        struct str why = arena_printf(a->arena, "%.*s: %s", STR_ARG(blame), answer->why);
        str_copy(reply.why, sizeof reply.why, why);
    }
    act_end(a, &reply);
    return false;
}

/* Too late for a write under this lease? Then that was all; another look follows. */
static bool act_is_late(struct act *a)
{
    if (clock_mono_ms(&CLOCK_SYSTEM) <= a->send_by_ms)
        return false;
    act_fail(a, a->steps ? CALL_LOST : CALL_NOT_SENT, "too late to write under this lease", 0);
    return true;
}

static void on_written(void *arg, const struct jsm_answer *answer)
{
    struct act *a = arg;
    struct call_reply reply = {.outcome = CALL_DID};

    if (!act_answered(a, answer, true))
        return;
    reply.issue_id = json_id(a->arena, json_member(answer->body, "id"));
    reply.key = json_path_str(answer->body, "key");
    act_end(a, &reply);
}

/* --- create --- */

static void act_create(struct act *a)
{
    const struct mapping *m = a->svc->config->mapping;
    const struct dossier *d = a->d;
    const struct item *i = d->item_count ? &d->items[0] : NULL;
    struct mapped mapped;
    struct str fields;
    struct err err = {0};

    if (!i) {
        act_refuse(a, "a request without items makes no ticket");
        return;
    }
    struct wanted wanted = {.kind = d->kind,
                            .requester = d->requester,
                            .beneficiary = d->beneficiary,
                            .account = i->account,
                            .source = i->source,
                            .entitlement = i->entitlement,
                            .justification = d->justification,
                            .privileged = d->privileged};
    if (!mapping_request(m, a->arena, &wanted, &mapped, &fields, &err)) {
        act_refuse(a, arena_cstr(a->arena, str_of(err.what)));
        return;
    }
    const char *verb = i->desired == DESIRED_ABSENT ? "Remove" : "Give";
    const char *word = i->desired == DESIRED_ABSENT ? "from" : "to";
    struct jsm_create create = {
        .project = m->project.len ? m->project : a->site->config->projects[0],
        .issue_type = m->issue_type,
        .request_type_field = m->request_type_field,
        .request_type = mapped.rule->request_type,
        .summary = arena_printf(a->arena, "%s %.*s %s %.*s (%.*s)", verb, STR_ARG(i->entitlement),
                                word, STR_ARG(i->account), STR_ARG(i->source_label)),
        .description =
            d->justification.len ? d->justification : STR("Requested by the identity platform."),
        .fields = fields,
        .marker = a->flow.marker,
        .site = a->site->config->name,
        .site_id = a->site->view.site_id,
        .request_id = a->flow.request_id,
    };
    if (create.summary.len > SUMMARY_MAX)
        create.summary = str_n(create.summary.p, SUMMARY_MAX);
    struct jsm_call call = jsm_call_create(jsm_create_body(a->arena, &create));
    site_send(a->site, a->arena, &call, on_written, a);
}

/* --- words --- */

static void on_comments(void *arg, const struct jsm_answer *answer)
{
    struct act *a = arg;

    if (!act_answered(a, answer, false) || act_is_late(a))
        return;
    struct str id = jsm_comment_find(a->arena, answer->body);
    struct str adf = jsm_adf_notice(a->arena, a->payload_panel, a->payload_line, a->payload_next);
    struct jsm_call call = jsm_call_comment(a->arena, a->flow.issue_id, id, adf);
    site_send(a->site, a->arena, &call, on_written, a);
}

static void act_comment(struct act *a)
{
    struct jsm_call call = jsm_call_comments(a->arena, a->flow.issue_id);
    site_send(a->site, a->arena, &call, on_comments, a);
}

static void nothing_to_write(void *arg)
{
    act_fail(arg, CALL_DID, "", 0);
}

static void act_fields(struct act *a)
{
    const struct mapping *m = a->svc->config->mapping;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    if (!m->check_field.len && !m->reason_field.len) {
        io_loop_defer(a->svc->loop, nothing_to_write, a);
        return;
    }
    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (m->check_field.len) {
        json_put_name(&out, arena_cstr(a->arena, m->check_field));
        json_open_object(&out);
        json_str_member(&out, "value", a->payload_check);
        json_close_object(&out);
    }
    if (m->reason_field.len)
        json_str_member(&out, arena_cstr(a->arena, m->reason_field), a->payload_line);
    json_close_object(&out);
    struct jsm_call call =
        jsm_call_fields(a->arena, a->flow.issue_id, arena_str(a->arena, buf_str(&b)));
    site_send(a->site, a->arena, &call, on_written, a);
}

/* --- transitions --- */

static void act_transition(struct act *a);

static void on_moved(void *arg, const struct jsm_answer *answer)
{
    struct act *a = arg;
    bool half_way = a->flow.kind == FLOW_CLOSE && a->leads_to == STATUS_VERIFY;

    if (!act_answered(a, answer, true))
        return;
    if (!half_way) {
        act_fail(a, CALL_DID, "", 0);
        return;
    }
    a->steps++; /* now in Verifying: the closing transition is offered from there */
    if (a->steps > 1)
        act_fail(a, CALL_LOST, "half way: in Verifying, not closed yet", 0);
    else
        act_transition(a);
}

static enum status_role wanted_role(enum flow_kind kind)
{
    return kind == FLOW_CLOSE ? STATUS_DONE : STATUS_OPEN;
}

static void on_transitions(void *arg, const struct jsm_answer *answer)
{
    struct act *a = arg;
    struct jsm_pick pick;

    if (!act_answered(a, answer, a->steps > 0) || act_is_late(a))
        return;
    struct str current = a->steps ? STR("") : a->d->ticket.status_name;
    jsm_pick(a->arena, answer->body, &a->site->view, wanted_role(a->flow.kind), current, &pick);
    if (!pick.transition_id.len) {
        struct str why = pick.needs.len ? arena_printf(a->arena, "the transition wants field %.*s",
                                                       STR_ARG(pick.needs))
                                        : STR("Jira offers us no transition that leads there");
        act_fail(a, a->steps ? CALL_LOST : CALL_REFUSED, arena_cstr(a->arena, why), 0);
        return;
    }
    a->leads_to = pick.leads_to;
    struct jsm_call call =
        jsm_call_transition(a->arena, a->flow.issue_id, pick.transition_id, pick.fields);
    site_send(a->site, a->arena, &call, on_moved, a);
}

static void act_transition(struct act *a)
{
    struct jsm_call call = jsm_call_transitions(a->arena, a->flow.issue_id);
    site_send(a->site, a->arena, &call, on_transitions, a);
}

/* --- which kind --- */

static void read_payload(struct act *a)
{
    const struct json *v;
    struct err err;

    if (!json_parse(a->arena, a->flow.payload, &v, &err))
        return;
    a->payload_line = json_path_str(v, "line");
    a->payload_next = json_path_str(v, "next");
    a->payload_panel = json_path_str(v, "panel");
    a->payload_check = json_path_str(v, "check");
}

static void without_site(void *arg)
{
    act_fail(arg, CALL_NOT_SENT, "the site is not configured", 0);
}

void world_ticket_act(struct world *w, const struct flow *flow, const struct dossier *d,
                      int64_t send_by_ms, world_call_fn *fn, void *arg)
{
    struct act *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    *a = (struct act){.svc = world_service(w),
                      .arena = arena_new(LIMIT_ARENA_VISIT),
                      .flow = *flow,
                      .d = d,
                      .send_by_ms = send_by_ms,
                      .fn = fn,
                      .arg = arg};
    a->site = service_site(a->svc, flow->site);
    if (!a->site) {
        io_loop_defer(a->svc->loop, without_site, a);
        return;
    }
    read_payload(a);
    switch (flow->kind) {
    case FLOW_CREATE:
        act_create(a);
        return;
    case FLOW_COMMENT:
        act_comment(a);
        return;
    case FLOW_FIELDS:
        act_fields(a);
        return;
    case FLOW_RETURN:
    case FLOW_CLOSE:
    case FLOW_REOPEN:
        act_transition(a);
        return;
    case FLOW_KIND_COUNT:
        break;
    }
    act_refuse(a, "unknown kind of work");
}
