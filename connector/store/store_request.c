#include <stdlib.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "domain/drift.h"
#include "domain/words.h"
#include "store/store_priv.h"

/* --- tickets without a request --- */

static int64_t number(const struct pg_reply *reply, int row, int col)
{
    int64_t v = 0;
    return str_to_i64(pg_cell(reply, row, col), &v) ? v : 0;
}

static void on_tickets(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct store_ticket_claim rows[STORE_ROWS_MAX];
    size_t count = 0;

    for (int i = 0; reply->outcome == PG_OK && i < reply->rows && count < STORE_ROWS_MAX; i++)
        rows[count++] = (struct store_ticket_claim){.site = pg_cell(reply, i, 0),
                                                    .issue_id = pg_cell(reply, i, 1),
                                                    .key = pg_cell(reply, i, 2),
                                                    .version = number(reply, i, 3),
                                                    .unreadable = (int32_t)number(reply, i, 4)};
    op->fn.tickets(op->arg, store_outcome_of(reply), rows, count);
    free(op);
}

void store_ticket_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                        size_t count, store_tickets_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.tickets = fn;
    store_claim(s, &SQL_TICKET_CLAIM, lease_s, rooms, count, on_tickets, op);
}

void store_ticket_ignore(struct store *s, const struct store_ticket_claim *t, const char *reason,
                         int64_t updated_ms, struct str mapping, struct str request_type,
                         store_done_fn *fn, void *arg)
{
    char version[STORE_NUMBER_SIZE], updated[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner),       store_p(t->site),
                                store_p(t->issue_id),    store_i(t->version, version),
                                store_p(str_of(reason)), store_i(updated_ms, updated),
                                store_p(mapping),        store_p(request_type)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_TICKET_IGNORE, params, store_on_fenced, op);
}

void store_ticket_defer(struct store *s, const struct store_ticket_claim *t, int64_t rest_ms,
                        store_done_fn *fn, void *arg)
{
    char version[STORE_NUMBER_SIZE], rest[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner), store_p(t->site), store_p(t->issue_id),
                                store_i(t->version, version), store_i(rest_ms, rest)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_TICKET_DEFER, params, store_on_fenced, op);
}

void store_ticket_unreadable(struct store *s, struct str site, struct str issue_id, const char *why,
                             store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(site), store_p(issue_id), store_p(str_of(why))};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_TICKET_UNREADABLE, params, store_on_done, op);
}

/* --- opening and submitting --- */

static void put_items(struct json_out *out, const struct store_item *items, size_t count)
{
    json_put_name(out, "items");
    json_open_array(out);
    for (size_t i = 0; i < count; i++) {
        json_open_object(out);
        json_str_member(out, "source", items[i].source);
        json_str_member(out, "account", items[i].account);
        json_str_member(out, "entitlement", items[i].entitlement);
        json_str_member(out, "desired", str_of(desired_name(items[i].desired)));
        json_close_object(out);
    }
    json_close_array(out);
}

static struct str mode_by(bool rule)
{
    return rule ? STR("rule") : STR("site");
}

/* names: as in struct person; may be empty. */
static void put_names(struct json_out *out, const char *name, struct str names)
{
    json_put_name(out, name);
    json_put_raw(out, names.len ? names : STR("[]"));
}

/* Members NAME and NAME_names; names may be empty. */
static void put_person(struct json_out *out, const char *name, const char *names,
                       const struct person *p)
{
    json_str_member(out, name, p->key);
    put_names(out, names, p->names);
}

static void put_intake_object(struct json_out *out, const struct store_intake *in)
{
    json_open_object(out);
    json_str_member(out, "site", in->site);
    json_str_member(out, "request_type", in->request_type);
    json_str_member(out, "rule", in->rule);
    json_str_member(out, "kind", str_of(request_kind_name(in->kind)));
    json_str_member(out, "mode", str_of(gate_mode_name(in->mode)));
    json_str_member(out, "mode_by", mode_by(!in->mode_by_site));
    json_str_member(out, "lifecycle", in->lifecycle);
    json_str_member(out, "subject_kind", in->subject_kind);
    put_person(out, "requester", "requester_names", &in->requester);
    put_person(out, "beneficiary", "beneficiary_names", &in->beneficiary);
    json_str_member(out, "justification", in->justification);
    json_bool_member(out, "privileged", in->privileged);
    json_bool_member(out, "emergency", in->emergency);
    json_i64_member(out, "approval_due_ms", in->approval_due_ms);
    json_i64_member(out, "review_due_ms", in->review_due_ms);
    json_bool_member(out, "approval_needed", in->approval_needed);
    json_str_member(out, "hold_text", in->hold_text);
    json_str_member(out, "approved_by", in->approved_by);
    if (in->submitted_by.len)
        json_str_member(out, "submitted_by", in->submitted_by);
    if (in->mapping_version.len)
        json_str_member(out, "mapping_version", in->mapping_version);
    if (in->access_until_ms)
        json_i64_member(out, "access_until_ms", in->access_until_ms);
    if (in->requested_ms)
        json_i64_member(out, "requested_ms", in->requested_ms);
    if (in->done_ms)
        json_i64_member(out, "done_ms", in->done_ms);
    if (in->markers.len)
        json_str_member(out, "markers", in->markers);
    json_bool_member(out, "created_by_us", in->created_by_us);
    json_i64_member(out, "sla_goal_ms", in->sla_goal_ms);
    if (in->sla_policy.len)
        json_str_member(out, "sla_policy", in->sla_policy);
    store_hash_member(out, "mapped_hash", in->mapped_hash);
    if (in->mapped.len) {
        json_put_name(out, "mapped");
        json_put_raw(out, in->mapped);
    }
    put_items(out, in->items, in->item_count);
    json_close_object(out);
}

void store_put_intake(struct buf *buf, const struct store_intake *in)
{
    struct json_out out;

    json_begin(&out, buf);
    put_intake_object(&out, in);
}

void store_request_open(struct store *s, const struct store_ticket_claim *t,
                        const struct store_intake *in, store_done_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    char version[STORE_NUMBER_SIZE];
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    store_put_intake(&buf, in);
    op->fn.done = fn;
    struct pg_param params[] = {store_p(s->owner), store_p(t->issue_id),
                                store_i(t->version, version), store_p(buf_str(&buf))};
    pg_exec(s->pg, &SQL_REQUEST_OPEN, params, store_on_fenced, op);
}

/* --- looking at a request --- */

static void on_requests(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct store_request_claim rows[STORE_ROWS_MAX];
    size_t count = 0;

    for (int i = 0; reply->outcome == PG_OK && i < reply->rows && count < STORE_ROWS_MAX; i++)
        rows[count++] = (struct store_request_claim){pg_cell(reply, i, 0), pg_cell(reply, i, 1)};
    op->fn.requests(op->arg, store_outcome_of(reply), rows, count);
    free(op);
}

void store_request_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                         size_t count, store_requests_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.requests = fn;
    store_claim(s, &SQL_REQUEST_CLAIM, lease_s, rooms, count, on_requests, op);
}

static const char *category_name(enum status_category c)
{
    static const char *const NAMES[] = {"unknown", "new", "indeterminate", "done"};
    return NAMES[c];
}

static const char *role_name(enum status_role r)
{
    static const char *const NAMES[] = {"open", "verify", "done", "cancelled", "declined"};
    return NAMES[r];
}

static const char *approval_name(enum approval_state a)
{
    static const char *const NAMES[] = {"none", "pending", "approved", "declined"};
    return NAMES[a];
}

static void put_plea(struct json_out *out, const struct plea *p)
{
    if (!p->reason.len && !p->edit.len) /* an answer to nothing may have taken one back */
        return;
    json_put_name(out, "plea");
    json_open_object(out);
    json_str_member(out, "reason", p->reason);
    json_str_member(out, "asked_by", p->asked_by);
    json_str_member(out, "owner", p->owner);
    json_str_member(out, "control", p->control);
    json_i64_member(out, "until_ms", p->until_ms);
    json_i64_member(out, "answer", p->answer);
    json_str_member(out, "decided_by", p->decided_by);
    put_names(out, "decided_names", p->decided_names);
    put_names(out, "owner_names", p->owner_names);
    json_bool_member(out, "by_approver", p->by_approver);
    json_bool_member(out, "by_worker", p->by_worker);
    json_str_member(out, "edit", p->edit);
    json_close_object(out);
}

static void put_approvers(struct json_out *out, const struct ticket *t)
{
    json_put_name(out, "approvers");
    json_open_array(out);
    for (size_t i = 0; i < t->approver_count; i++) {
        json_open_object(out);
        put_person(out, "key", "names", &t->approvers[i]);
        json_i64_member(out, "given_ms", t->approvers[i].given_ms);
        json_i64_member(out, "asked_ms", t->approvers[i].asked_ms);
        json_bool_member(out, "app", t->approvers[i].app);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_mode(struct json_out *out, const struct store_mode *mode)
{
    json_str_member(out, "mode", str_of(gate_mode_name(mode->mode)));
    json_str_member(out, "mode_by", mode_by(mode->by_rule));
    json_str_member(out, "mode_mapping", mode->mapping);
}

void store_put_ticket(struct json_out *out, const struct ticket *t, int64_t looked_ms,
                      const struct store_mode *mode, bool fields)
{
    json_i64_member(out, "looked_ms", looked_ms);
    json_put_name(out, "ticket");
    json_open_object(out);
    json_str_member(out, "key", t->key);
    json_str_member(out, "state", t->presence == TICKET_GONE ? STR("gone") : STR("here"));
    json_str_member(out, "category", str_of(category_name(t->category)));
    json_str_member(out, "role", str_of(role_name(t->role)));
    json_str_member(out, "status_name", t->status_name);
    json_str_member(out, "cycle", t->cycle);
    json_i64_member(out, "cycle_at_ms", t->cycle_at_ms);
    json_str_member(out, "moved_by", t->moved_by);
    json_bool_member(out, "moved_by_us", t->moved_by_us);
    put_names(out, "mover_names", t->mover_names);
    put_names(out, "reporter_names", t->reporter_names);
    put_names(out, "creator_names", t->creator_names);
    json_str_member(out, "verifier", t->verifier);
    json_bool_member(out, "resolution_set", t->resolution_set);
    json_i64_member(out, "updated_ms", t->updated_ms);
    json_str_member(out, "edit", t->edit);
    json_str_member(out, "marker", t->marker);
    json_str_member(out, "markers", t->markers);
    json_str_member(out, "bound_to", t->bound_to);
    json_bool_member(out, "bound_elsewhere", t->bound_elsewhere);
    json_str_member(out, "resolution_edit", t->resolution_edit);
    put_plea(out, &t->plea);
    store_hash_member(out, "shown_hash", t->shown_hash);
    store_hash_member(out, "stated_hash", t->stated_hash);
    json_str_member(out, "shown_in", t->shown_in);
    json_str_member(out, "approval", str_of(approval_name(t->approval)));
    put_approvers(out, t);
    json_str_member(out, "awaited", t->awaited);
    put_person(out, "requester", "requester_names", &t->requester);
    put_person(out, "beneficiary", "beneficiary_names", &t->beneficiary);
    json_i64_member(out, "approved_at_ms", t->approved_at_ms);
    json_str_member(out, "mapping", t->mapping);
    json_str_member(out, "mapped_by", t->mapped_by);
    if (fields && t->fields.p)
        json_str_member(out, "fields", t->fields);
    store_hash_member(out, "mapped_hash", t->mapped_hash);
    if (!str_eq(t->mapped_by, t->mapping))
        store_hash_member(out, "live_hash", t->live_hash);
    if (t->mapped.len) {
        json_put_name(out, "mapped");
        json_put_raw(out, t->mapped);
    }
    json_str_member(out, "hold_text", t->hold_text);
    if (mode)
        put_mode(out, mode);
    json_close_object(out);
}

static void put_observation(struct json_out *out, const struct observation *o)
{
    char hex[SHA256_HEX_SIZE];

    json_open_object(out);
    json_i64_member(out, "item", o->item_id);
    json_i64_member(out, "as_of_ms", o->as_of_ms);
    json_str_member(out, "outcome", str_of(outcome_name(o->outcome)));
    json_str_member(out, "account", str_of(account_state_name(o->account)));
    json_str_member(out, "via", str_of(via_name(o->via)));
    json_str_member(out, "reason", o->reason);
    json_bool_member(out, "complete", o->complete);
    json_bool_member(out, "canary_ok", o->canary_ok);
    json_str_member(out, "native_id", o->native_id);
    json_str_member(out, "entitlement_id", o->entitlement_id);
    if (o->others_known)
        json_str_member(out, "others", o->others);
    if (o->has_raw) {
        hex_encode(o->raw_sha256, sizeof o->raw_sha256, hex);
        json_str_member(out, "raw_sha256", str_of(hex));
    }
    json_close_object(out);
}

static void save(struct store *s, enum together kind, const struct dossier *d,
                 const struct buf *body, pg_done_fn *fn, struct store_op *op)
{
    char version[STORE_NUMBER_SIZE];
    struct str args[] = {d->request_id, store_number(d->version, version), buf_str(body)};

    store_together(s, kind, d->request_id, args, fn, op);
}

void store_facts_save(struct store *s, const struct dossier *d, const struct ticket *ticket,
                      const struct store_mode *mode, const struct observation *obs,
                      size_t obs_count, store_done_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    if (ticket)
        store_put_ticket(&out, ticket, d->now_ms, mode, ticket->updated_ms != d->ticket.fields_ms);
    json_put_name(&out, "observations");
    json_open_array(&out);
    for (size_t i = 0; i < obs_count; i++)
        put_observation(&out, &obs[i]);
    json_close_array(&out);
    json_i64_member(&out, "look_ms", s->look_ms);
    json_close_object(&out);
    struct store_op *op = store_op_new(arg);
    op->fn.done = fn;
    save(s, TOGETHER_FACTS, d, &buf, store_on_fenced, op);
}

static void put_escalations(struct json_out *out, const struct decision *decision)
{
    json_put_name(out, "escalations");
    json_open_array(out);
    for (size_t i = 0; i < decision->escalation_count; i++) {
        json_open_object(out);
        json_str_member(out, "reason", str_of(decision->escalations[i].reason));
        json_i64_member(out, "since_ms", decision->escalations[i].since_ms);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_flows(struct json_out *out, const struct decision *decision,
                      const struct store_enqueue *flows, size_t flow_count)
{
    json_put_name(out, "flows");
    json_open_array(out);
    for (size_t i = 0; i < flow_count; i++) {
        json_open_object(out);
        json_str_member(out, "kind", str_of(flow_kind_name(flows[i].kind)));
        json_str_member(out, "cycle", flows[i].cycle);
        json_str_member(out, "payload", flows[i].payload);
        json_close_object(out);
    }
    json_close_array(out);
    json_put_name(out, "retry");
    json_open_array(out);
    for (int k = 0; k < FLOW_KIND_COUNT; k++)
        if (decision->retry[k])
            json_put_str(out, str_of(flow_kind_name((enum flow_kind)k)));
    json_close_array(out);
}

/* The first read that says what is recorded; of what a request left behind, its end. */
static int64_t since_ms(const struct dossier *d, const struct decision *decision)
{
    int64_t not_so_ms = item_since(&d->items[decision->about]).not_so_ms;

    return not_so_ms ? not_so_ms : d->after.over_ms;
}

/* What follows a proven close, or an end without one; most decisions say nothing of it. */
static void put_after(struct json_out *out, const struct dossier *d,
                      const struct decision *decision, const struct store_follow *follow)
{
    if (!decision->follow && !decision->drift && !decision->drift_over)
        return;
    json_put_name(out, "after");
    json_open_object(out);
    json_i64_member(out, "item", d->items[decision->about].id);
    json_bool_member(out, "over", decision->drift_over);
    if (decision->drift) {
        bool unopened = decision->follow && !follow->open;
        json_str_member(out, "answer",
                        str_of(drift_answer_name(unopened ? DRIFT_RECORDED : decision->drift)));
        json_str_member(out, "why", str_of(decision->drift_why));
        json_i64_member(out, "since_ms", since_ms(d, decision));
    }
    if (decision->follow)
        json_str_member(out, "cause", str_of(follow_name(decision->follow)));
    if (decision->follow && follow->unsaid.len)
        json_str_member(out, "unopened", follow->unsaid);
    if (decision->follow && follow->open) {
        json_put_name(out, "open");
        put_intake_object(out, follow->open);
    }
    json_close_object(out);
}

/* Whoever approves or ends a request first locks all that are about the same: not behind others. */
static bool locks_others(const struct decision *decision)
{
    bool within = decision->to == PHASE_CLAIMED || decision->to == PHASE_VERIFYING;

    return (decision->move && !within) || decision->follow || decision->settles ||
           decision->grants || decision->revokes;
}

static void save_alone(struct store *s, const struct dossier *d, const struct buf *body,
                       pg_done_fn *fn, struct store_op *op)
{
    char version[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner), store_p(d->request_id),
                                store_i(d->version, version), store_p(buf_str(body))};

    pg_exec(s->pg, &SQL_DECISION_SAVE, params, fn, op);
}

static void on_decided(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    bool held = outcome == STORE_OK && reply->rows > 0 && pg_cell(reply, 0, 0).p;

    if (outcome == STORE_OK && !held)
        outcome = STORE_LOST;
    op->fn.decided(op->arg, outcome, reply->message, held ? number(reply, 0, 1) : 0);
    free(op);
}

void store_decision_save(struct store *s, const struct dossier *d, const struct decision *decision,
                         const struct store_enqueue *flows, size_t flow_count,
                         const struct store_follow *follow, enum notice_state notice, bool release,
                         store_decided_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;
    bool says = notice != NOTICE_NONE;
    struct store_enqueue said = {0};

    for (size_t i = 0; i < flow_count; i++)
        said = flows[i].said_hash ? flows[i] : said;
    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    json_str_member(&out, "to", str_of(phase_name(decision->move ? decision->to : d->phase)));
    json_str_member(&out, "reason", str_of(decision->reason));
    json_bool_member(&out, "new_claim", decision->new_claim);
    json_bool_member(&out, "answered", decision->answered);
    json_bool_member(&out, "breach", decision->breach);
    json_str_member(&out, "refused",
                    decision->refused ? str_of(refusal_name(decision->refused)) : STR_NONE);
    json_bool_member(&out, "tampered", decision->tampered);
    json_bool_member(&out, "edited_back", decision->edited_back);
    json_bool_member(&out, "rebound", decision->rebound);
    json_bool_member(&out, "unmarked", decision->unmarked);
    json_bool_member(&out, "resolved", decision->resolved);
    json_bool_member(&out, "given_up", decision->given_up);
    json_bool_member(&out, "respoken", decision->respoken);
    json_bool_member(&out, "grants", decision->grants);
    json_bool_member(&out, "refuses", decision->refuses);
    store_put_said(&out, "refuses_why", str_of(decision->refuses_why));
    json_bool_member(&out, "revokes", decision->revokes);
    json_i64_member(&out, "look_again_ms", decision->look_again_ms);
    json_bool_member(&out, "release", release);
    json_i64_member(&out, "look_ms", s->look_ms);
    json_str_member(&out, "notice", says ? str_of(notice_state_name(notice)) : STR_NONE);
    store_hash_member(&out, "notice_key", decision->notice_key);
    store_hash_member(&out, "said_hash", said.said_hash);
    json_str_member(&out, "said_in", said.said_in);
    put_escalations(&out, decision);
    put_flows(&out, decision, flows, flow_count);
    put_after(&out, d, decision, follow);
    if (decision->approval_late || decision->review_late || decision->declined_late) {
        json_put_name(&out, "overdue");
        json_open_object(&out);
        json_bool_member(&out, "approval", decision->approval_late);
        json_bool_member(&out, "review", decision->review_late);
        json_bool_member(&out, "declined", decision->declined_late);
        json_close_object(&out);
    }
    if (decision->settles)
        json_i64_member(&out, "settled", d->items[decision->settled].id);
    json_close_object(&out);
    struct store_op *op = store_op_new(arg);
    op->fn.decided = fn;
    if (locks_others(decision))
        save_alone(s, d, &buf, on_decided, op);
    else
        save(s, TOGETHER_DECISION, d, &buf, on_decided, op);
}

/* --- the other things that happen to a request --- */

void store_request_cancel(struct store *s, struct str id, struct str actor, store_done_fn *fn,
                          void *arg)
{
    struct pg_param params[] = {store_p(id), store_p(actor)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_REQUEST_CANCEL, params, store_on_fenced, op);
}

void store_clock_hold(struct store *s, struct str id, struct str actor, struct str reason,
                      int64_t until_ms, store_done_fn *fn, void *arg)
{
    char until[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(id), store_p(actor), store_p(reason),
                                store_i(until_ms, until)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_CLOCK_HOLD, params, store_on_fenced, op);
}

void store_jsm_clock_keep(struct store *s, struct str request, struct str rows, store_done_fn *fn,
                          void *arg)
{
    struct pg_param params[] = {store_p(request), store_p(rows)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_JSM_CLOCK_KEEP, params, store_on_done, op);
}

void store_clock_resume(struct store *s, struct str id, struct str actor, store_done_fn *fn,
                        void *arg)
{
    struct pg_param params[] = {store_p(id), store_p(actor)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_CLOCK_RESUME, params, store_on_fenced, op);
}

void store_people_keep(struct store *s, struct str request_id, const struct str accounts[2],
                       store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(request_id), store_p(accounts[0]), store_p(accounts[1])};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_PEOPLE_KEEP, params, store_on_fenced, op);
}

void store_approval_add(struct store *s, struct str request_id, struct str approver,
                        struct str decision, struct str channel, struct str vouched_by,
                        store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(request_id), store_p(approver), store_p(decision),
                                store_p(channel), store_p(vouched_by)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_APPROVAL_ADD, params, store_on_tried, op);
}

void store_request_show(struct store *s, struct str id_or_key, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(id_or_key)};
    store_ask_json(s, &SQL_REQUEST_SHOW, params, fn, arg);
}

void store_request_list(struct store *s, const struct store_filter *filter, store_json_fn *fn,
                        void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    store_put_said(&out, "phase", filter->phase);
    store_put_said(&out, "site", filter->site);
    store_put_said(&out, "after", filter->after);
    store_put_said(&out, "kind", filter->kind);
    store_put_said(&out, "lifecycle", filter->lifecycle);
    store_put_said(&out, "subject_kind", filter->subject_kind);
    store_put_said(&out, "application", filter->application);
    store_put_said(&out, "sort", filter->sort);
    if (filter->since_ms)
        json_i64_member(&out, "since_ms", filter->since_ms);
    if (filter->overdue)
        json_bool_member(&out, "overdue", true);
    if (filter->stuck)
        json_bool_member(&out, "stuck", true);
    json_i64_member(&out, "older_than_s", filter->older_than_s);
    json_i64_member(&out, "limit", filter->limit);
    json_close_object(&out);
    struct pg_param params[] = {store_p(buf_str(&buf))};
    store_ask_json(s, &SQL_REQUEST_LIST, params, fn, arg);
}

void store_request_retry(struct store *s, struct str id_or_key, struct str actor, store_json_fn *fn,
                         void *arg)
{
    struct pg_param params[] = {store_p(id_or_key), store_p(actor)};
    store_ask_json(s, &SQL_REQUEST_RETRY, params, fn, arg);
}

void store_evidence_of(struct store *s, struct str request_id, int64_t after, int32_t limit,
                       store_json_fn *fn, void *arg)
{
    char from[STORE_NUMBER_SIZE], count[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(request_id), store_i(after, from), store_i(limit, count)};
    store_ask_json(s, &SQL_EVIDENCE_OF, params, fn, arg);
}

void store_delegation_add(struct store *s, struct str from, struct str to, int64_t starts_ms,
                          int64_t ends_ms, struct str actor, store_json_fn *fn, void *arg)
{
    char starts[STORE_NUMBER_SIZE], ends[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(from), store_p(to), store_i(starts_ms, starts),
                                store_i(ends_ms, ends), store_p(actor)};
    store_try_json(s, &SQL_DELEGATION_ADD, params, fn, arg);
}

void store_delegation_list(struct store *s, bool live, struct str person, int32_t limit,
                           int64_t after, store_json_fn *fn, void *arg)
{
    char most[STORE_NUMBER_SIZE], last[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(live ? STR("true") : STR("false")), store_p(person),
                                store_i(limit, most), store_i(after, last)};
    store_ask_json(s, &SQL_DELEGATION_LIST, params, fn, arg);
}

void store_delegation_revoke(struct store *s, int64_t id, struct str by, struct str vouched_by,
                             store_json_fn *fn, void *arg)
{
    char number[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(id, number), store_p(by), store_p(vouched_by)};
    store_ask_json(s, &SQL_DELEGATION_REVOKE, params, fn, arg);
}

void store_health(struct store *s, store_json_fn *fn, void *arg)
{
    store_ask_json(s, &SQL_HEALTH, NULL, fn, arg);
}

void store_source_back(struct store *s, struct str source, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(source)};
    store_ask_json(s, &SQL_SOURCE_BACK, params, fn, arg);
}

void store_sla_tick(struct store *s, store_json_fn *fn, void *arg)
{
    store_ask_json(s, &SQL_SLA_TICK, NULL, fn, arg);
}
