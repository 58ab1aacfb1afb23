#include "domain/roads.h"

const char *const ROAD_REASON_NAMES[ROAD_REASON_COUNT] = {
#define X(suffix, name, state, words) name,
    ROAD_REASONS(X)
#undef X
};
const char *const ROAD_REASON_WORDS[ROAD_REASON_COUNT] = {
#define X(suffix, name, state, words) words,
    ROAD_REASONS(X)
#undef X
};
static const enum road_state REASON_STATES[ROAD_REASON_COUNT] = {
#define X(suffix, name, state, words) ROAD_IS_##state,
    ROAD_REASONS(X)
#undef X
};
const struct gate_finding_text GATE_FINDING_TEXTS[GATE_FINDING_COUNT] = {
#define X(suffix, name, fails, what, help) {name, fails, what, help},
    GATE_FINDINGS(X)
#undef X
};
const char *const GATE_UNSEEN_NAMES[GATE_UNSEEN_COUNT] = {
#define X(suffix, name, words) name,
    GATE_UNSEEN(X)
#undef X
};
const char *const GATE_UNSEEN_WORDS[GATE_UNSEEN_COUNT] = {
#define X(suffix, name, words) words,
    GATE_UNSEEN(X)
#undef X
};
const char *const GATE_KIND_NAMES[GATE_KIND_COUNT] = {
#define X(suffix, name) name,
    GATE_KINDS(X)
#undef X
};

const char *road_state_name(enum road_state state)
{
    static const char *const NAMES[] = {"gated", "open", "left"};
    return NAMES[state];
}

/* --- conditions --- */

/* A node and what is below it. Depth is bounded by whoever filled the tree (ROAD_DEPTH_MAX). */
static bool is_locked(const struct guard *g)
{
    bool any = false, all = g->size > 1;

    if (g->kind == GUARD_US || g->kind == GUARD_NOBODY)
        return true;
    for (size_t i = 1; i < g->size; i += g[i].size) {
        bool locked = is_locked(&g[i]);
        any |= locked;
        all &= locked;
    }
    return (g->kind == GUARD_ALL && any) || (g->kind == GUARD_ANY && all);
}

static bool lets_us(const struct guard *g)
{
    bool any = g->size == 1, all = true;

    if (g->kind != GUARD_ALL && g->kind != GUARD_ANY)
        return g->kind != GUARD_NOBODY;
    for (size_t i = 1; i < g->size; i += g[i].size) {
        bool lets = lets_us(&g[i]);
        any |= lets;
        all &= lets;
    }
    return g->kind == GUARD_ALL ? all : any;
}

static bool has(const struct road *road, enum guard_kind kind)
{
    for (size_t i = 0; i < road->guard_count; i++)
        if (road->guards[i].kind == kind)
            return true;
    return false;
}

bool road_is_locked(const struct road *road)
{
    return road->guard_count && is_locked(road->guards);
}

bool road_lets_us(const struct road *road)
{
    return !road->demands && (!road->guard_count || lets_us(road->guards));
}

static bool is_close(const struct workflow *w, const struct road *r)
{
    return r->to < w->status_count && w->statuses[r->to].role == STATUS_DONE && road_is_locked(r) &&
           road_lets_us(r);
}

bool road_enters(const struct road *road, size_t status)
{
    bool elsewhere = road->type != ROAD_DIRECTED;

    for (size_t i = 0; i < road->from_count; i++)
        elsewhere |= road->from[i] != status;
    return road->to == status && elsewhere;
}

bool roads_answered(const struct workflow *w)
{
    size_t verify = roads_status(w, STATUS_VERIFY);
    bool closes = false, returns = false;

    if (verify == ROAD_NOWHERE || !w->statuses[verify].asks_us)
        return false;
    const struct road_status *s = &w->statuses[verify];
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *r = &w->roads[i];
        closes |= str_eq(r->id, s->on_approve) && is_close(w, r);
        returns |= str_eq(r->id, s->on_decline) && r->to < w->status_count &&
                   w->statuses[r->to].category != CATEGORY_DONE;
    }
    return closes && returns;
}

bool roads_ask(const struct workflow *w)
{
    size_t verify = roads_status(w, STATUS_VERIFY);

    for (size_t i = 0; i < w->road_count; i++)
        if (!w->roads[i].names_us && road_enters(&w->roads[i], verify))
            return false;
    return roads_answered(w);
}

bool roads_record(const struct workflow *w)
{
    for (size_t i = 0; i < w->road_count; i++)
        if (w->roads[i].records && road_is_locked(&w->roads[i]) && road_lets_us(&w->roads[i]))
            return true;
    return false;
}

static bool is_button(const struct road *road)
{
    return !road_is_locked(road) && !road->demands && !has(road, GUARD_PEOPLE);
}

bool roads_recheck(const struct workflow *w)
{
    size_t verify = roads_status(w, STATUS_VERIFY);

    for (size_t i = 0; verify != ROAD_NOWHERE && i < w->road_count; i++) {
        const struct road *r = &w->roads[i];
        if (r->to == verify && road_leaves(w, r, verify) && is_button(r))
            return true;
    }
    return false;
}

/* --- roads --- */

bool road_leaves(const struct workflow *w, const struct road *road, size_t status)
{
    if (road->type == ROAD_GLOBAL || road->type == ROAD_UNKNOWN)
        return status < w->status_count;
    for (size_t i = 0; i < road->from_count; i++)
        if (road->from[i] == status)
            return road->type == ROAD_DIRECTED;
    return false;
}

size_t roads_status(const struct workflow *w, enum status_role role)
{
    size_t found = ROAD_NOWHERE;

    for (size_t i = 0; i < w->status_count; i++) {
        const struct road_status *s = &w->statuses[i];
        if (s->role != role)
            continue;
        if (s->named)
            return i;
        if (found == ROAD_NOWHERE)
            found = i;
    }
    return found;
}

static bool is_done(const struct road_status *s)
{
    return s->role == STATUS_DONE && s->category == CATEGORY_DONE;
}

bool road_back_ends_in(enum status_role role, enum status_category category)
{
    return role == STATUS_OPEN && category != CATEGORY_NEW;
}

/* Begins only where a ticket is done already: nothing is closed on it. */
static bool stays_inside(const struct workflow *w, const struct road *road)
{
    for (size_t i = 0; i < road->from_count; i++) {
        size_t from = road->from[i];
        if (from >= w->status_count || !is_done(&w->statuses[from]))
            return false;
    }
    return road->type == ROAD_DIRECTED && road->from_count > 0;
}

/* Does an approval go it by itself, and by which word? */
static bool is_approval(const struct workflow *w, const struct road *road, enum road_reason *ret)
{
    for (size_t i = 0; i < w->status_count; i++) {
        const struct road_status *s = &w->statuses[i];
        bool approved = s->on_approve.len && str_eq(s->on_approve, road->id);
        bool ours = s->asks_us && s->role == STATUS_VERIFY;
        if (!approved && !(s->on_decline.len && str_eq(s->on_decline, road->id)))
            continue;
        if (approved && ours && !road_is_locked(road))
            continue; /* people need no approval to go it */
        *ret = !approved           ? ROAD_BECAUSE_REJECTED
               : !ours             ? ROAD_BECAUSE_APPROVED
               : w->approver_shown ? ROAD_BECAUSE_NAMEABLE
                                   : ROAD_BECAUSE_ANSWERED;
        return true;
    }
    return false;
}

bool workflow_fills_proof(const struct workflow *w)
{
    bool fills = w->proof_shown;

    for (size_t i = 0; i < w->road_count; i++)
        fills |= w->roads[i].fills_proof;
    return fills;
}

static enum road_reason reason_of(const struct workflow *w, const struct road *road)
{
    enum road_reason approval;
    enum status_role role = w->statuses[road->to].role;

    if (role == STATUS_CANCELLED)
        return ROAD_BECAUSE_CANCELLED;
    if (role == STATUS_DECLINED)
        return ROAD_BECAUSE_DECLINED;
    if (road->type == ROAD_INITIAL)
        return ROAD_BECAUSE_CREATED;
    if (stays_inside(w, road))
        return ROAD_BECAUSE_INSIDE;
    if (road->triggered) /* Jira asks neither conditions, nor validators, nor permissions then */
        return ROAD_BECAUSE_TRIGGERED;
    if (is_approval(w, road, &approval))
        return approval;
    if (road_is_locked(road))
        return road_lets_us(road) ? ROAD_BECAUSE_CONNECTOR : ROAD_BECAUSE_NOBODY;
    if (road->demands)
        return w->proof_shown            ? ROAD_BECAUSE_SHOWN
               : workflow_fills_proof(w) ? ROAD_BECAUSE_FILLED
                                         : ROAD_BECAUSE_PROVEN;
    if (road->type == ROAD_UNKNOWN)
        return ROAD_BECAUSE_STRANGE;
    if (has(road, GUARD_US_OR) || has(road, GUARD_US))
        return ROAD_BECAUSE_OR_ED;
    if (road->portal)
        return ROAD_BECAUSE_PORTAL;
    if (has(road, GUARD_PEOPLE))
        return ROAD_BECAUSE_HIDDEN;
    if (has(road, GUARD_OTHERS))
        return ROAD_BECAUSE_OTHERS;
    return road->type == ROAD_GLOBAL ? ROAD_BECAUSE_GLOBAL : ROAD_BECAUSE_UNGUARDED;
}

void roads_judge(const struct workflow *w, struct road_report *ret)
{
    ret->count = ret->open = ret->left = 0;
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *road = &w->roads[i];
        if (road->to >= w->status_count || w->statuses[road->to].category != CATEGORY_DONE)
            continue;
        enum road_reason reason = reason_of(w, road);
        enum road_state state = REASON_STATES[reason];
        ret->rows[ret->count++] = (struct road_verdict){i, state, reason};
        ret->open += state == ROAD_IS_OPEN;
        ret->left += state == ROAD_IS_LEFT;
    }
}

/* --- what else counts --- */

bool road_ends_in(const struct road_status *s, enum status_role part)
{
    return part == STATUS_OPEN ? road_back_ends_in(s->role, s->category) : s->role == part;
}

/* A road for us between parts: from a status of the one to one of the other. */
static bool joins(const struct workflow *w, enum status_role from, enum status_role to)
{
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *road = &w->roads[i];
        if (road->to >= w->status_count || !road_ends_in(&w->statuses[road->to], to) ||
            !road_lets_us(road))
            continue;
        if (w->wants_proof && to == STATUS_DONE && !road_is_locked(road))
            continue; /* one that people have, and that will demand */
        for (size_t s = 0; s < w->status_count; s++)
            if (w->statuses[s].role == from && road_leaves(w, road, s))
                return true;
    }
    return false;
}

static bool is_misnamed(const struct workflow *w)
{
    for (size_t i = 0; i < w->status_count; i++)
        if (w->statuses[i].role == STATUS_DONE && !is_done(&w->statuses[i]))
            return true;
    return false;
}

static bool is_frozen(const struct workflow *w)
{
    for (size_t i = 0; i < w->status_count; i++) {
        enum status_role role = w->statuses[i].role;
        if (w->statuses[i].frozen && role != STATUS_CANCELLED && role != STATUS_DECLINED)
            return true;
    }
    return false;
}

static bool is_early(const struct workflow *w)
{
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *road = &w->roads[i];
        if (road->resolves && road->to < w->status_count &&
            w->statuses[road->to].role == STATUS_VERIFY)
            return true;
    }
    return false;
}

/* Jira shows no screen when an approval goes a road: only post functions set anything. */
static bool is_unresolved(const struct workflow *w)
{
    size_t verify = roads_status(w, STATUS_VERIFY);

    for (size_t i = 0; i < w->road_count; i++)
        if (str_eq(w->roads[i].id, w->statuses[verify].on_approve) && !w->roads[i].resolves)
            return true;
    return false;
}

static unsigned group_findings(const struct gate_facts *f)
{
    unsigned found = 0;

    if (f->group == ROAD_NO)
        return 1U << GATE_FOUND_NO_GROUP;
    if (f->group == ROAD_NOT_KNOWN)
        return 1U << GATE_FOUND_GROUP_UNSEEN;
    if (f->member == ROAD_NO)
        found |= 1U << GATE_FOUND_NOT_MEMBER;
    if (f->strangers)
        found |= 1U << GATE_FOUND_STRANGERS;
    return found;
}

unsigned gate_findings(const struct workflow *w, const struct gate_facts *f)
{
    unsigned found = w->team_managed ? 0 : group_findings(f);

    if (roads_status(w, STATUS_VERIFY) == ROAD_NOWHERE)
        found |= 1U << GATE_FOUND_NO_VERIFY;
    else if (!joins(w, STATUS_VERIFY, STATUS_DONE))
        found |= 1U << GATE_FOUND_NO_CLOSE;
    if (!joins(w, STATUS_DONE, STATUS_OPEN))
        found |= 1U << GATE_FOUND_NO_REOPEN;
    if (roads_status(w, STATUS_VERIFY) != ROAD_NOWHERE && !roads_recheck(w))
        found |= 1U << GATE_FOUND_NO_CHECK;
    if (is_misnamed(w))
        found |= 1U << GATE_FOUND_NOT_DONE;
    if (is_frozen(w))
        found |= 1U << GATE_FOUND_FROZEN;
    if (is_early(w))
        found |= 1U << GATE_FOUND_EARLY;
    if (w->wants_proof && f->proof_edited == ROAD_YES)
        found |= 1U << GATE_FOUND_PROOF_EDITED;
    if (w->wants_proof && f->proof_filled == ROAD_YES)
        found |= 1U << GATE_FOUND_PROOF_FILLED;
    if (w->wants_approval && roads_status(w, STATUS_VERIFY) != ROAD_NOWHERE && !roads_ask(w))
        found |= 1U << GATE_FOUND_NOT_ASKED;
    if (w->wants_approval && roads_answered(w) && is_unresolved(w))
        found |= 1U << GATE_FOUND_UNRESOLVED;
    if (w->wants_approval && f->approver_edited == ROAD_YES)
        found |= 1U << GATE_FOUND_APPROVER_EDITED;
    if (w->wants_approval && f->approver_forged == ROAD_YES)
        found |= 1U << GATE_FOUND_APPROVER_FORGED;
    if (f->resolution == ROAD_YES)
        found |= 1U << GATE_FOUND_RESOLUTION;
    if (f->may_transition == ROAD_NO)
        found |= 1U << GATE_FOUND_NO_TRANSITION_RIGHT;
    if (f->may_edit == ROAD_NO)
        found |= 1U << GATE_FOUND_NO_EDIT_RIGHT;
    if (f->words == ROAD_NO && (f->fields_missing || !roads_record(w)))
        found |= 1U << GATE_FOUND_NO_WORDS;
    if (f->agent_closes == ROAD_YES)
        found |= 1U << GATE_FOUND_AGENT_CLOSES;
    if (f->connector_closes == ROAD_NO)
        found |= 1U << GATE_FOUND_CONNECTOR_STUCK;
    return found;
}

struct gate_facts gate_lasting(const struct gate_facts *facts, bool missing)
{
    struct gate_facts lasting = *facts;

    lasting.resolution = lasting.agent_closes = lasting.connector_closes = ROAD_NOT_KNOWN;
    lasting.proof_filled = lasting.approver_forged = ROAD_NOT_KNOWN;
    lasting.words = missing ? ROAD_NO : ROAD_NOT_KNOWN;
    lasting.fields_missing = missing;
    return lasting;
}

size_t gate_failures(unsigned findings)
{
    size_t count = 0;

    for (unsigned i = 0; i < GATE_FINDING_COUNT; i++)
        count += (findings & 1U << i) && GATE_FINDING_TEXTS[i].fails;
    return count;
}

/* --- which gate --- */

/* What stands against all that is installed in a workflow; NULL: nothing. */
static const char *against_all(const struct gate_abilities *able)
{
    if (!able->workflow_rest)
        return "Data Center has no REST interface for workflows: an administrator applies the "
               "steps";
    if (!able->readable)
        return "our account may not read the workflow";
    if (!able->may_write)
        return able->team_managed ? "this needs the permission Administer projects"
                                  : "this needs the permission Administer Jira";
    return NULL;
}

static const char *against(const struct gate_abilities *able, enum gate_kind kind)
{
    const char *all = against_all(able);

    if (kind == GATE_BY_REOPEN)
        return NULL;
    if (all)
        return all;
    if (kind != GATE_BY_CLOSES && able->team_managed)
        return "a team-managed project keeps its fields to itself, and no interface reaches them: "
               "none of ours can stay off its screens";
    /* each of them needs a road that only we go: there we close */
    if (!able->rule_restrict)
        return "the project does not offer the rule that restricts who may transition";
    if (!able->team_managed && !able->group_ready)
        return "the connector's group does not exist, and our account may not create it";
    if (kind == GATE_BY_APPROVAL && !able->rule_approval)
        return "the project does not offer approvals that block a transition";
    if (kind == GATE_BY_VALIDATOR && !able->rule_validator)
        return "the project does not offer validators of fields";
    return NULL;
}

void gate_choose(const struct gate_abilities *able, enum gate_kind from, struct gate_choice *ret)
{
    ret->kind = GATE_BY_REOPEN;
    for (int k = GATE_BY_REOPEN; k >= 0; k--) {
        ret->why_not[k] = against(able, (enum gate_kind)k);
        if (!ret->why_not[k] && k >= (int)from)
            ret->kind = (enum gate_kind)k;
    }
}
