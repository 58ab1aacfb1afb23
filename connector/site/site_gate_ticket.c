/* A look at a gate: what tickets of the project show, to an agent and to the connector. */
#include "jsm/jsm_approval.h"
#include "site/site_gate_priv.h"

/* The field that must not say anything else than what we know. */
static struct str lock_field(const struct look *l)
{
    return l->gate->key.approving ? l->gate->key.approver_id : l->gate->key.proof_id;
}

/* The status where tickets wait for proof, by its number; empty: none is known. */
static struct str waiting_status(const struct look *l)
{
    for (size_t f = 0; f < l->gate->flow_count; f++) {
        const struct workflow *w = &l->gate->flows[f].roads;
        size_t verify = roads_status(w, STATUS_VERIFY);
        if (verify != ROAD_NOWHERE)
            return w->statuses[verify].ref;
    }
    return STR_NONE;
}

/* The newest of all, then the newest of those that wait: in a busy project they are not among the
 * former. Then those that have a value where none may be, however old. */
enum { SAMPLE_NEWEST, SAMPLE_WAITING, SAMPLE_FILLED, SAMPLES_ALL };

static bool waits(const struct look *l)
{
    for (size_t i = 0; i < l->ticket_count; i++)
        if (l->roles[i] == STATUS_VERIFY)
            return true;
    return false;
}

static bool is_sampled(const struct look *l)
{
    return l->page == SAMPLE_WAITING  ? !waits(l) && waiting_status(l).len
           : l->page == SAMPLE_FILLED ? l->gate->key.demanding && lock_field(l).len
                                      : true;
}

bool look_build_samples(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    const struct jsm_sampling of = {.project = l->gate->project,
                                    .field = lock_field(l),
                                    .request_type = l->eyes.own->o.mapping->request_type_field,
                                    .status =
                                        l->page == SAMPLE_WAITING ? waiting_status(l) : STR_NONE,
                                    .filled = l->page == SAMPLE_FILLED};
    *ret = jsm_call_samples(l->arena, &of);
    return true;
}

/* Does it name anybody but the connector? Its post functions alone write it. */
static bool names_others(const struct look *l, const struct json *people)
{
    JSON_EACH(who, people)
    {
        if (!str_eq(json_path_str(who, "accountId"), l->gate->key.account_id))
            return true;
    }
    return false;
}

static bool is_looked_at(const struct look *l, struct str type)
{
    for (size_t i = 0; i < l->pair_count; i++)
        if (str_eq(l->pairs[2 * i + 1], type))
            return true;
    return false;
}

/* One of each issue type: the screens are a type's. */
static void keep_typed(struct look *l, struct str *seen, struct str type, struct str id)
{
    for (size_t i = 0; i < l->typed_count; i++)
        if (str_eq(seen[i], type))
            return;
    if (l->typed_count == SITE_GATE_TYPES_MAX)
        return;
    seen[l->typed_count] = arena_str(l->arena, type);
    l->typed[l->typed_count++] = arena_str(l->arena, id);
}

/* No interface tells what a request type calls a status on the portal; one of its tickets that
 * stands there does. */
static void keep_read(struct look *l, const struct json *issue)
{
    const struct json *type =
        json_member_str(json_member(issue, "fields"), l->eyes.own->o.mapping->request_type_field);
    struct str name = json_path_str(type, "requestType/name");
    struct str read = json_path_str(type, "currentStatus/status");
    struct site_gate *g = l->gate;

    if (!name.len || !read.len || g->read_count == SITE_GATE_PORTAL_MAX)
        return;
    for (size_t i = 0; i < g->read_count; i++)
        if (str_eq(g->reads[i].request_type, name) && str_eq(g->reads[i].name, read))
            return;
    g->reads[g->read_count++] = (struct site_gate_read){
        arena_str(l->arena, name), arena_str(l->arena, read),
        gate_portal_judge(read, json_path_str(issue, "fields/status/name"))};
}

/* One of each status that means something else, so that few calls say much. */
bool look_take_samples(struct look *l, const struct jsm_answer *answer)
{
    struct str *seen = l->seen, *types = l->seen_types;

    JSON_EACH(issue, json_member(answer->body, "issues"))
    {
        const struct json *status = json_path(issue, "fields/status");
        struct str name = json_path_str(status, "name"), id = json_path_str(issue, "id");
        enum status_category category = jsm_category(json_path_str(status, "statusCategory/key"));
        struct str type = json_id(l->arena, json_path(issue, "fields/issuetype/id"));
        bool again = false;
        if (!is_looked_at(l, type))
            continue;
        enum status_role role =
            jsm_role_by_id(&l->eyes.own->view, json_path_str(status, "id"), name, category, NULL);
        if (role == STATUS_VERIFY)
            keep_read(l, issue);
        const struct json *lock = json_member_str(json_member(issue, "fields"), lock_field(l));
        if (!l->gate->key.approving && json_str(lock).len)
            l->gate->facts.proof_filled = ROAD_YES;
        if (l->gate->key.approving && names_others(l, lock))
            l->gate->facts.approver_forged = ROAD_YES;
        keep_typed(l, types, type, id);
        for (size_t i = 0; i < l->ticket_count; i++)
            again |= str_eq(seen[i], name);
        if (again || category == CATEGORY_DONE || l->ticket_count == SITE_GATE_TICKETS_MAX)
            continue;
        seen[l->ticket_count] = arena_str(l->arena, name);
        l->roles[l->ticket_count] = role;
        l->tickets[l->ticket_count] = arena_str(l->arena, id);
        l->keys[l->ticket_count++] = arena_str(l->arena, json_path_str(issue, "key"));
    }
    do
        l->page++;
    while (l->page < SAMPLES_ALL && !is_sampled(l));
    return l->page < SAMPLES_ALL;
}

/* --- screens --- */

static bool next_screen(const struct look *l, struct jsm_call *ret)
{
    if (l->index < l->typed_count)
        *ret = jsm_call_edit_screen(l->arena, l->typed[l->index]);
    return l->index < l->typed_count;
}

static bool is_named(struct str list, struct str name)
{
    while (list.len)
        if (str_eq(str_trim(str_cut(&list, ',')), name))
            return true;
    return false;
}

/* One that says so suffices; that it is so nowhere, all must have said. */
static void note(enum road_known *fact, bool yes, bool all)
{
    if (yes)
        *fact = ROAD_YES;
    else if (all && *fact == ROAD_NOT_KNOWN)
        *fact = ROAD_NO;
}

bool look_build_screen(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.agent ? l->eyes.agent : l->eyes.own;
    return next_screen(l, ret);
}

bool look_take_screen(struct look *l, const struct jsm_answer *answer)
{
    const struct json *fields = json_member(answer->body, "fields");
    const struct mapping *m = l->eyes.own->o.mapping;
    const struct str ours[] = {m->check_field, m->reason_field};
    struct str *editable = &l->gate->editable;
    bool read = json_type(fields) == JSON_OBJECT;

    l->unread_screens += !read;
    l->index++;
    bool all = l->index == l->pair_count && !l->unread_screens && !l->more_pairs;
    note(&l->gate->facts.resolution, read && json_member(fields, "resolution"), all);
    for (size_t i = 0; read && i < 2; i++) {
        struct str name = json_path_str(json_member_str(fields, ours[i]), "name");
        if (ours[i].len && name.len && !is_named(*editable, name))
            *editable = arena_printf(l->arena, "%.*s%s%.*s", STR_ARG(*editable),
                                     editable->len ? ", " : "", STR_ARG(name));
    }
    return true;
}

bool look_build_fields(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_all_fields();
    return true;
}

bool look_take_fields(struct look *l, const struct jsm_answer *answer)
{
    const struct mapping *m = l->eyes.own->o.mapping;
    const struct str ours[] = {m->check_field, m->reason_field};
    struct str *missing = &l->gate->missing;

    for (size_t i = 0; answer->verdict == JSM_OK && i < 2; i++)
        if (ours[i].len && !jsm_has_field(answer->body, ours[i]))
            *missing = arena_printf(l->arena, "%.*s%s%.*s", STR_ARG(*missing),
                                    missing->len ? ", " : "", STR_ARG(ours[i]));
    /* one that is on no screen is not in that list */
    for (size_t i = 0; missing->len && i < GATE_FIELDS_SHOWN; i++)
        if (ours[i].len && l->gate->there.known && str_eq(l->gate->there.fields[i], ours[i]) &&
            str_eq(*missing, ours[i]))
            *missing = STR_NONE;
    if (missing->len)
        l->gate->facts.words = ROAD_NO, l->gate->facts.fields_missing = true;
    return false;
}

bool look_build_words(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    return next_screen(l, ret);
}

/* Of every type that was looked at: one that lacks a field suffices. */
bool look_take_words(struct look *l, const struct jsm_answer *answer)
{
    const struct json *fields = json_member(answer->body, "fields");
    const struct mapping *m = l->eyes.own->o.mapping;
    bool check = !m->check_field.len || json_member_str(fields, m->check_field);
    bool reason = !m->reason_field.len || json_member_str(fields, m->reason_field);

    if (json_type(fields) == JSON_OBJECT && l->gate->facts.words != ROAD_NO)
        l->gate->facts.words = look_known(check && reason);
    l->index++;
    return true;
}

/* Jira offers what a validator refuses later. The same number is another road in another workflow:
 * all of that number must demand. */
static bool is_refused_later(const struct site_gate *g, struct str id)
{
    size_t demanding = 0, others = 0;

    for (size_t f = 0; f < g->flow_count; f++)
        for (size_t i = 0; i < g->flows[f].roads.road_count; i++) {
            const struct workflow *w = &g->flows[f].roads;
            if (!str_eq(w->roads[i].id, id))
                continue;
            bool holds = w->roads[i].demands && !workflow_fills_proof(w);
            demanding += holds;
            others += !holds;
        }
    return demanding && !others;
}

static size_t count_into_done(const struct look *l, const struct json *body)
{
    size_t count = 0;

    JSON_EACH(t, json_member(body, "transitions"))
    {
        const struct json *available = json_member(t, "isAvailable");
        const struct json *to = json_member(t, "to");
        enum status_category category = jsm_category(json_path_str(to, "statusCategory/key"));
        bool offered = !available || json_is_true(available);
        if (is_refused_later(l->gate, json_id(l->arena, json_member(t, "id"))))
            continue;
        count +=
            offered && category == CATEGORY_DONE &&
            jsm_role(&l->eyes.own->view, json_path_str(to, "name"), category, NULL) == STATUS_DONE;
    }
    return count;
}

/* fact: that it is offered at all; NULL: this ticket does not tell. */
static void count_try(struct look *l, const char *who, const struct jsm_answer *answer,
                      size_t offered, enum road_known *fact)
{
    struct site_gate *g = l->gate;

    if (answer->verdict == JSM_OK) {
        g->tries[g->try_count++] = (struct site_gate_try){l->keys[l->index], str_of(who), offered};
        if (fact && *fact != ROAD_YES)
            *fact = look_known(offered > 0);
    }
    l->index++;
}

bool look_build_agent(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.agent;
    if (!l->eyes.agent || l->index >= l->ticket_count)
        return false;
    *ret = jsm_call_all_transitions(l->arena, l->tickets[l->index]);
    return true;
}

bool look_take_agent(struct look *l, const struct jsm_answer *answer)
{
    /* which of the offers demand what nobody fills, only the workflows say */
    bool told = l->gate->flow_count || !l->eyes.own->view.demanded;

    count_try(l, "agent", answer, count_into_done(l, answer->body),
              told ? &l->gate->facts.agent_closes : NULL);
    return true;
}

/* Where an approval waits for us, no road is offered: its answer goes one. */
static bool asks_us(const struct look *l)
{
    return l->gate->key.approving && l->roles[l->index] == STATUS_VERIFY && !l->unasked;
}

bool look_build_own(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    if (l->index >= l->ticket_count)
        return false;
    *ret = asks_us(l) ? jsm_call_approvals(l->arena, l->tickets[l->index], 0)
                      : jsm_call_all_transitions(l->arena, l->tickets[l->index]);
    return true;
}

bool look_take_own(struct look *l, const struct jsm_answer *answer)
{
    bool verifies = l->roles[l->index] == STATUS_VERIFY, asked = asks_us(l);

    if (asked && !jsm_approval_open(l->arena, answer->body, l->gate->key.account_id).len) {
        l->unasked = true; /* then there is the road itself */
        return true;
    }
    l->unasked = false;
    count_try(l, "connector", answer, asked ? 1 : count_into_done(l, answer->body),
              verifies ? &l->gate->facts.connector_closes : NULL);
    return true;
}
