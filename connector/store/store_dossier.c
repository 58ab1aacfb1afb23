/* The database's dossier document into struct dossier. Everything is copied into the caller's
 * arena. */
#include <stdlib.h>

#include "base/limits.h"
#include "domain/badge.h"
#include "domain/drift.h"
#include "domain/words.h"
#include "store/store_priv.h"

static struct str text(struct arena *a, const struct json *v, const char *name)
{
    return arena_str(a, json_str(json_member(v, name)));
}

static int64_t number(const struct json *v, const char *name)
{
    int64_t n = 0;
    return json_i64(json_member(v, name), &n) ? n : 0;
}

static bool flag(const struct json *v, const char *name)
{
    return json_is_true(json_member(v, name));
}

/* Index of the text in a list of names, 0 when it is none of them. */
static int index_of(struct str s, const char *const *names, int count)
{
    int i = str_index(s, names, count);
    return i < 0 ? 0 : i;
}

static void read_plea(struct arena *a, const struct json *v, struct plea *p)
{
    p->reason = text(a, v, "reason");
    p->asked_by = text(a, v, "asked_by");
    p->owner = text(a, v, "owner");
    p->control = text(a, v, "control");
    p->until_ms = number(v, "until_ms");
    p->answer = (enum plea_answer)number(v, "answer");
    p->decided_by = text(a, v, "decided_by");
    p->by_approver = flag(v, "by_approver");
    p->by_worker = flag(v, "by_worker");
    p->edit = text(a, v, "edit");
}

static void read_ticket(struct arena *a, const struct json *v, struct ticket *t)
{
    static const char *const PRESENCES[] = {"unread", "here", "gone"};
    static const char *const CATEGORIES[] = {"unknown", "new", "indeterminate", "done"};
    static const char *const ROLES[] = {"open", "verify", "done", "cancelled", "declined"};
    static const char *const APPROVALS[] = {"none", "pending", "approved", "declined"};

    t->presence = (enum ticket_presence)index_of(json_str(json_member(v, "state")), PRESENCES, 3);
    t->issue_id = text(a, v, "issue_id");
    t->key = text(a, v, "key");
    t->category =
        (enum status_category)index_of(json_str(json_member(v, "category")), CATEGORIES, 4);
    t->role = (enum status_role)index_of(json_str(json_member(v, "role")), ROLES, 5);
    t->status_name = text(a, v, "status_name");
    t->cycle = text(a, v, "cycle");
    t->cycle_at_ms = number(v, "cycle_at_ms");
    t->moved_by = text(a, v, "moved_by");
    t->moved_by_us = flag(v, "moved_by_us");
    t->resolution_set = flag(v, "resolution_set");
    t->updated_ms = number(v, "updated_ms");
    t->edit = text(a, v, "edit");
    t->marker = text(a, v, "marker");
    t->markers = text(a, v, "markers");
    t->bound_to = text(a, v, "bound_to");
    t->bound_elsewhere = flag(v, "bound_elsewhere");
    t->resolution_edit = text(a, v, "resolution_edit");
    read_plea(a, json_member(v, "plea"), &t->plea);
    t->shown_hash = store_hash_from(json_str(json_member(v, "shown_hash")));
    t->stated_hash = store_hash_from(json_str(json_member(v, "stated_hash")));
    t->shown_in = text(a, v, "shown_in");
    t->comment_over = flag(v, "comment_over");
    t->fields_ms = number(v, "fields_ms");
    t->approval = (enum approval_state)index_of(json_str(json_member(v, "approval")), APPROVALS, 4);
    t->awaited = text(a, v, "awaited");
    t->approved_at_ms = number(v, "approved_at_ms");
    t->mapped_hash = store_hash_from(json_str(json_member(v, "mapped_hash")));
}

static void read_observation(struct arena *a, const struct json *v, struct observation *o)
{
    /* a name we do not know stays at its zero value: unknown */
    if (!outcome_from(json_str(json_member(v, "outcome")), &o->outcome))
        o->outcome = OUTCOME_UNKNOWN;
    if (!account_state_from(json_str(json_member(v, "account")), &o->account))
        o->account = ACCOUNT_UNKNOWN;
    if (!via_from(json_str(json_member(v, "via")), &o->via))
        o->via = VIA_NONE;
    o->complete = flag(v, "complete");
    o->canary_ok = flag(v, "canary_ok");
    o->as_of_ms = number(v, "as_of_ms");
    o->observed_ms = number(v, "observed_ms");
    o->native_id = text(a, v, "native_id");
    o->entitlement_id = text(a, v, "entitlement_id");
    o->reason = text(a, v, "reason");
}

static bool read_item(struct arena *a, const struct json *v, struct item *item)
{
    const struct json *list = json_member(v, "obs");
    size_t count = json_count(list), n = 0;
    struct observation *obs = arena_array(a, count + 1, sizeof *obs);

    if (!obs || !desired_from(json_str(json_member(v, "desired")), &item->desired))
        return false;
    JSON_EACH(o, list)
    read_observation(a, o, &obs[n++]);
    item->id = number(v, "id");
    item->source = text(a, v, "source");
    item->source_label = text(a, v, "label");
    item->account = text(a, v, "account");
    item->account_id = text(a, v, "account_id");
    item->entitlement = text(a, v, "entitlement");
    item->entitlement_id = text(a, v, "entitlement_id");
    item->rule = (struct source_rule){.settle_ms = number(v, "settle_ms"),
                                      .confirmations = (int32_t)number(v, "confirmations"),
                                      .max_age_ms = number(v, "max_age_ms"),
                                      .extra_hinders = flag(v, "extra_hinders")};
    item->excepted = flag(v, "excepted");
    item->excepted_until_ms = number(v, "excepted_until_ms");
    item->excepted_from_ms = number(v, "excepted_from_ms");
    item->exception_owner = text(a, v, "exception_owner");
    item->on_exception = flag(v, "on_exception");
    item->lapsed_ms = number(v, "lapsed_ms");
    item->proven_ms = number(v, "proven_ms");
    item->others_gone = text(a, json_member(v, "others"), "gone");
    item->others_new = text(a, json_member(v, "others"), "new");
    item->others_extra = text(a, json_member(v, "others"), "extra");
    item->superseded_by = text(a, v, "superseded_by");
    item->obs = obs;
    item->obs_count = n;
    return true;
}

/* Of what it takes away: [{"id", "key", "over"}], what was asked for ahead of the rest. */
static void read_ahead(struct arena *a, const struct json *list, struct item *item)
{
    JSON_EACH(v, list)
    {
        if (number(v, "id") != item->id)
            continue;
        item->ahead = true;
        item->ahead_over = flag(v, "over");
        item->ahead_key = text(a, v, "key");
    }
}

/* [{"entitlement", "account", "key", "over", "at_ms"}] */
static void read_left(struct arena *a, const struct json *list, struct dossier *d)
{
    struct ahead_left *left = arena_array(a, json_count(list) + 1, sizeof *left);

    d->ahead_left = left;
    JSON_EACH(v, list)
    if (left)
        left[d->ahead_left_count++] = (struct ahead_left){.entitlement = text(a, v, "entitlement"),
                                                          .account = text(a, v, "account"),
                                                          .key = text(a, v, "key"),
                                                          .over = flag(v, "over"),
                                                          .at_ms = number(v, "at_ms")};
}

static bool read_items(struct arena *a, const struct json *list, const struct json *ahead,
                       struct dossier *d)
{
    size_t count = json_count(list), n = 0, past = 0;
    struct item *items = arena_array(a, count + 1, sizeof *items);
    struct item *superseded = arena_array(a, count + 1, sizeof *superseded);

    if (!items || !superseded || count > LIMIT_ITEMS_PER_REQUEST)
        return false;
    JSON_EACH(v, list)
    {
        bool live = str_empty(json_path_str(v, "superseded_by"));
        struct item *item = live ? &items[n++] : &superseded[past++];
        if (!read_item(a, v, item))
            return false;
        read_ahead(a, json_member(ahead, "items"), item);
    }
    d->items = items;
    d->item_count = n;
    d->superseded = superseded;
    d->superseded_count = past;
    return true;
}

static size_t read_times(struct arena *a, const struct json *list, const int64_t **ret)
{
    size_t count = json_count(list), n = 0;
    int64_t *times = arena_array(a, count + 1, sizeof *times);

    *ret = times;
    JSON_EACH(v, list)
    if (times && json_i64(v, &times[n]))
        n++;
    return n;
}

/* What follows a proven close; absent while nothing does. */
static void read_after(struct arena *a, const struct json *v, struct dossier *d)
{
    const struct json *list = json_member(v, "items");
    struct item_after *items = arena_array(a, d->item_count + 1, sizeof *items);
    size_t n = 0;

    d->after = (struct after){.over_ms = number(v, "over_ms"),
                              .proof_seq = number(v, "proof_seq"),
                              .earlier_id = text(a, v, "earlier_id"),
                              .follow_key = text(a, v, "follow_key"),
                              .left = flag(v, "left"),
                              .earlier_key = text(a, v, "earlier_key")};
    /* a reason that only a newer release knows is none of ours */
    if (!follow_from(json_str(json_member(v, "cause")), &d->after.cause) ||
        !follow_from(json_str(json_member(v, "follow")), &d->after.follow))
        d->after.follow = FOLLOW_NONE;
    if (!items || json_count(list) != d->item_count || !d->item_count)
        return;
    JSON_EACH(one, list)
    {
        struct item_after *i = &items[n++];
        *i = (struct item_after){.superseded = flag(one, "superseded"),
                                 .mending = flag(one, "mending"),
                                 .ending = flag(one, "ending"),
                                 .before = flag(one, "before")};
        struct str recorded = json_str(json_member(one, "recorded"));
        if (!drift_answer_from(recorded, &i->recorded))
            i->recorded = DRIFT_HELD; /* something is recorded: nothing is added to it */
        i->drift_count = read_times(a, json_member(one, "drifts"), &i->drifts_ms);
        i->end_count = read_times(a, json_member(one, "ends"), &i->ends_ms);
    }
    d->after.items = items;
}

/* Absent where nobody is asked. */
static void read_permits(struct arena *a, const struct json *v, struct dossier *d)
{
    d->permit_wanted = json_type(v) == JSON_OBJECT;
    for (enum permit_stage s = 0; s < PERMIT_STAGE_COUNT; s++) {
        const struct json *one = json_member(v, permit_stage_name(s));
        struct permit *p = &d->permits[s];
        if (!permit_answer_from(json_str(json_member(one, "answer")), &p->answer))
            p->answer = PERMIT_OPEN; /* what only a newer release says permits nothing */
        p->tries = (int32_t)number(one, "tries");
        p->tried_ms = number(one, "tried_ms");
        p->since_ms = number(one, "since_ms");
        p->why = text(a, one, "why");
    }
}

/* Work of a kind that only a newer release knows is left to it. */
static void read_flows(struct arena *a, const struct json *list, struct dossier *d)
{
    JSON_EACH(v, list)
    {
        enum flow_kind kind;
        if (!flow_kind_from(json_str(json_member(v, "kind")), &kind))
            continue;
        d->flow_open[kind] = true;
        d->flow_parked[kind] |= str_eq_c(json_str(json_member(v, "state")), "parked");
        d->flow_cycle[kind] = text(a, v, "cycle");
        d->flow_sent_ms[kind] = number(v, "sent_ms");
        d->flow_refused_ms[kind] = number(v, "refused_ms");
        d->flow_attempts[kind] = (int32_t)number(v, "attempts");
    }
}

/* What a newer version wrote is nothing that we would write. */
static enum badge badge_of_name(struct str name)
{
    enum badge badge = BADGE_NONE;

    return name.len && !badge_from(name, &badge) ? BADGE_COUNT : badge;
}

static bool read_state(struct arena *a, const struct json *v, struct dossier *d)
{
    d->request_id = text(a, v, "request_id");
    d->version = number(v, "version");
    d->now_ms = number(v, "now_ms");
    d->brief = flag(v, "brief");
    d->held = flag(v, "held");
    d->hold_text = text(a, v, "hold_text");
    d->contested = flag(v, "contested");
    d->mapping = text(a, v, "mapping_kept");
    d->from_ticket = flag(v, "from_ticket");
    d->emergency = flag(v, "emergency");
    d->approval_due_ms = number(v, "approval_due_ms");
    d->review_due_ms = number(v, "review_due_ms");
    d->reviewed = flag(v, "reviewed");
    d->privileged = flag(v, "privileged");
    d->generation = (int32_t)number(v, "generation");
    d->requester = text(a, v, "requester");
    d->beneficiary = text(a, v, "beneficiary");
    d->requested_ms = number(v, "requested_ms");
    d->approved_ms = number(v, "approved_ms");
    d->claimed_ms = number(v, "claimed_ms");
    d->verified_ms = number(v, "verified_ms");
    d->closed_ms = number(v, "closed_ms");
    d->access_until_ms = number(v, "access_until_ms");
    d->approval_needed = flag(v, "approval_needed");
    d->approval_given = flag(v, "approval_given");
    d->approval_outdated = flag(v, "approval_outdated");
    d->approval_unclear = flag(v, "approval_unclear");
    d->approval_declined = flag(v, "approval_declined");
    d->cancel_asked = flag(v, "cancel_asked");
    d->ours_unseen = flag(v, "ours_unseen");
    d->close_sent = flag(v, "close_sent");
    d->approved_hash = store_hash_from(json_str(json_member(v, "approved_hash")));
    d->approved_edit = text(a, v, "approved_edit");
    d->site = text(a, v, "site");
    d->marker = text(a, v, "marker");
    d->rule = text(a, v, "rule");
    d->request_type = text(a, v, "request_type");
    d->justification = text(a, v, "justification");
    d->claim_cycle = text(a, v, "claim_cycle");
    d->answered_cycle = text(a, v, "answered_cycle");
    d->reopens_last_hour = (int32_t)number(v, "reopens_last_hour");
    d->returns_last_hour = (int32_t)number(v, "returns_last_hour");
    d->writes_last_hour = (int32_t)number(v, "writes_last_hour");
    d->notice_shown_key = store_hash_from(json_str(json_member(v, "notice_key")));
    d->notice_shown_ms = number(v, "notice_ms");
    d->reads_since_claim = (int32_t)number(v, "reads_since_claim");
    d->last_read_ms = number(v, "last_read_ms");
    /* a reason of a newer version is recorded, whichever it is */
    struct str refused = json_str(json_member(v, "refused"));
    if (refused.len && !refusal_from(refused, &d->refused))
        d->refused = REFUSAL_COUNT;
    if (!notice_state_from(json_str(json_member(v, "notice")), &d->notice_shown))
        d->notice_shown = NOTICE_COUNT; /* as it is with what was said */
    d->touched = flag(v, "touched");
    d->unsteady = flag(v, "unsteady");
    d->plea_done = text(a, v, "plea_done");
    d->badge_shown = badge_of_name(json_str(json_member(v, "badge")));
    d->plea_covers = text(a, v, "plea_covers");
    d->plea_refused = text(a, v, "plea_refused");
    d->goal_ms = number(v, "goal_ms");
    d->tells = (int32_t)number(v, "tells");
    d->said_hash = store_hash_from(json_str(json_member(v, "said_hash")));
    d->said_in = text(a, v, "said_in");
    return request_kind_from(json_str(json_member(v, "kind")), &d->kind) &&
           phase_from(json_str(json_member(v, "phase")), &d->phase) &&
           gate_mode_from(json_str(json_member(v, "mode")), &d->mode);
}

static struct dossier *read_dossier(struct arena *a, struct str document)
{
    const struct json *v;
    struct err err;
    struct dossier *d = ARENA_NEW(a, struct dossier);

    if (!d || !json_parse(a, document, &v, &err) || !read_state(a, v, d))
        return NULL;
    read_ticket(a, json_member(v, "ticket"), &d->ticket);
    store_read_approvals(a, v, d);
    d->ticket_read_ms = number(json_member(v, "ticket"), "fresh_ms");
    d->together = flag(json_member(v, "ahead"), "together");
    read_left(a, json_member(json_member(v, "ahead"), "left"), d);
    if (!read_items(a, json_member(v, "items"), json_member(v, "ahead"), d))
        return NULL;
    read_flows(a, json_member(v, "flows"), d);
    read_after(a, json_member(v, "after"), d);
    read_permits(a, json_member(v, "permits"), d);
    return arena_over(a) ? NULL : d;
}

static void on_dossier(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    struct dossier *d = NULL;

    if (outcome == STORE_OK)
        d = reply->rows ? read_dossier(op->arena, pg_cell(reply, 0, 0)) : NULL;
    if (outcome == STORE_OK && !d)
        outcome =
            STORE_REFUSED; /* no such request, or a document we do not understand: never guess */
    op->fn.dossier(op->arg, outcome, d);
    free(op);
}

static void load(struct store *s, enum together kind, struct arena *arena, struct str request_id,
                 store_dossier_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.dossier = fn;
    op->arena = arena;
    store_together(s, kind, request_id, &request_id, on_dossier, op);
}

void store_dossier_load(struct store *s, struct arena *arena, struct str request_id,
                        store_dossier_fn *fn, void *arg)
{
    load(s, TOGETHER_DOSSIER, arena, request_id, fn, arg);
}

void store_dossier_first(struct store *s, struct arena *arena, struct str request_id,
                         store_dossier_fn *fn, void *arg)
{
    load(s, TOGETHER_DOSSIER_FIRST, arena, request_id, fn, arg);
}
