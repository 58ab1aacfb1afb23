#include "jsm/jsm_automation.h"

#include <string.h>

#include "base/limits.h"
#include "domain/gate_part.h"
#include "jsm/jsm_auth.h"

enum { PARTS_DEPTH = 16, NEXT_MAX = 2048, ID_MAX = 64 };

#define BASE "/gateway/api/automation/public/jira/%.*s/rest/v1/rule/"

/* --- calls --- */

struct jsm_call jsm_call_tenant(void)
{
    return jsm_call_of(JSM_ROUTE_TENANT, JSM_READ, STR(JSM_TENANT_INFO), STR_NONE);
}

struct jsm_call jsm_call_rules(struct arena *a, struct str cloud_id, struct str next)
{
    struct str query = next.len ? next : STR("?limit=100");

    return jsm_call_of(JSM_ROUTE_RULES, JSM_READ,
                       arena_printf(a, BASE "summary%.*s", STR_ARG(cloud_id), STR_ARG(query)),
                       STR_NONE);
}

/* Letters, digits and what the caller allows beside them. */
static bool is_made_of(struct str s, const char *others)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!good && (!c || !strchr(others, c)))
            return false;
    }
    return s.len > 0;
}

bool jsm_rules_next(const struct json *body, struct str *ret)
{
    const struct json *links = json_member(body, "links"), *link = json_member(links, "next");
    struct str next = json_str(link);
    ptrdiff_t at = str_find(next, '?'); /* once it was a whole address */

    *ret = STR_NONE;
    if (json_type(link) == JSON_NULL || (json_type(link) == JSON_STRING && !next.len))
        return json_type(links) == JSON_NULL || json_type(links) == JSON_OBJECT;
    if (at < 0 || next.len > NEXT_MAX)
        return false;
    next = str_n(next.p + at, next.len - (size_t)at);
    if (!is_made_of(next, "?=&%-_.~+/:"))
        return false;
    *ret = next;
    return true;
}

static bool is_id(struct str id)
{
    return id.len <= ID_MAX && is_made_of(id, "-");
}

struct jsm_call jsm_call_rule(struct arena *a, struct str cloud_id, struct str id)
{
    struct str path = STR_NONE;

    if (is_id(id))
        path = arena_printf(a, BASE "%.*s", STR_ARG(cloud_id), STR_ARG(id));
    return jsm_call_of(JSM_ROUTE_RULE, JSM_READ, path, STR_NONE);
}

/* --- which of them --- */

/* "ari:cloud:jira:{cloud}:project/10001" is one project; whatever else is more than one. */
static bool reaches(const struct json *scopes, struct str project_id)
{
    static const struct str PROJECT = {":project/", sizeof ":project/" - 1};

    JSON_EACH(scope, scopes)
    {
        struct str ari = json_str(scope);
        ptrdiff_t slash = str_find(ari, '/');
        struct str head = str_n(ari.p, slash < 0 ? 0 : (size_t)slash + 1);
        if (!str_ends(head, PROJECT) ||
            str_eq(str_n(ari.p + head.len, ari.len - head.len), project_id))
            return true;
    }
    return json_count(scopes) == 0; /* not told: it may */
}

bool jsm_rules_page(const struct json *body, struct str project_id, struct str *ids, size_t *count,
                    size_t *ret_all)
{
    const struct json *data = json_member(body, "data");

    JSON_EACH(rule, data)
    {
        struct str id = json_path_str(rule, "uuid");
        if (str_eq_c(json_path_str(rule, "state"), "DISABLED") ||
            !reaches(json_member(rule, "ruleScopeARIs"), project_id))
            continue;
        if (*count < JSM_RULES_MAX && is_id(id)) /* else nobody can ask for it */
            ids[(*count)++] = id;
        (*ret_all)++;
    }
    return json_type(data) == JSON_ARRAY;
}

/* --- what one does --- */

struct reading {
    struct arena *arena;
    const struct jsm_rule_place *place;
    struct auto_rule *rule;
};

/* Fields are named in any case, blanks as underscores or not. */
static char folded(char c)
{
    return c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool starts(struct str text, struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (i >= text.len || folded(text.p[i]) != folded(word.p[i]))
            return false;
    return word.len > 0;
}

static bool has(struct str text, struct str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (starts(str_n(text.p + i, text.len - i), word))
            return true;
    return false;
}

/* A value is an object, or one as a string; NULL: neither. */
static const struct json *value_of(const struct reading *r, const struct json *part)
{
    const struct json *value = json_member(part, "value"), *inner;
    struct err err;

    if (json_type(value) == JSON_OBJECT)
        return value;
    return json_parse_deep(r->arena, json_str(value), LIMIT_JIRA_JSON_DEPTH, &inner, &err) ? inner
                                                                                           : NULL;
}

/* The status that a rule names by number or name, in one of the workflows; NULL: not there. */
static const struct road_status *status_in(const struct jsm_workflow *flow, struct str named)
{
    JSON_EACH(s, json_member(flow->json, "statuses"))
    {
        struct str ref = json_path_str(s, "statusReference");
        if (!str_eq(json_path_str(s, "id"), named) &&
            !str_eq_nocase(json_path_str(s, "name"), named))
            continue;
        for (size_t i = 0; i < flow->roads.status_count; i++)
            if (str_eq(flow->roads.statuses[i].ref, ref))
                return &flow->roads.statuses[i];
    }
    return NULL;
}

/* Every workflow that has the status says what it means there. True: some has it. */
static bool take_status(struct reading *r, struct str named)
{
    bool found = false;

    for (size_t f = 0; f < r->place->flow_count; f++) {
        const struct road_status *s = status_in(&r->place->flows[f], named);
        if (!s)
            continue;
        found = true;
        r->rule->cancels |= s->role == STATUS_CANCELLED || s->role == STATUS_DECLINED;
        r->rule->closes |= s->category == CATEGORY_DONE && s->role == STATUS_DONE;
    }
    return found;
}

/* "{{…}}" is worked out when it runs. */
static bool is_smart(struct str text)
{
    return has(text, STR("{{"));
}

static void take_transition(struct reading *r, const struct json *value)
{
    const struct json *to = json_member(value, "destinationStatus");
    struct str named = json_path_str(to, "value");

    r->rule->passes |= json_is_true(json_member(value, "ignoreConditions"));
    if (!named.len || is_smart(named) || str_eq_c(json_path_str(to, "type"), "SMART"))
        r->rule->wanders = true; /* by the name of a transition, or by what it works out */
    else
        (void)!take_status(r, named); /* else it leads where no ticket of ours can be */
}

/* The field that the gate hangs on, by its id or its name; text: that alone, or JSON in which it is
 * one of the keys. */
static bool names_lock(const struct reading *r, struct str text, bool json)
{
    const struct jsm_gate_key *key = r->place->key;
    const enum gate_field field = key->approving ? GATE_FIELD_APPROVER : GATE_FIELD_PROOF;
    const struct str names[] = {key->approving ? key->approver_id : key->proof_id,
                                str_of(GATE_FIELD_NAMES[field])};

    for (size_t i = 0; i < 2 && (key->approving || key->demanding); i++) {
        struct str quoted = arena_printf(r->arena, "\"%.*s\"", STR_ARG(names[i]));
        if (json ? has(text, quoted) : text.len == names[i].len && starts(text, names[i]))
            return true;
    }
    return false;
}

/* Fields that an action sets, one by one and as JSON that somebody wrote by hand
 * (https://support.atlassian.com/cloud-automation/docs/advanced-field-editing-using-json/). */
static void take_fields(struct reading *r, const struct json *value)
{
    struct str advanced = json_path_str(value, "advancedFields");

    JSON_EACH(op, json_member(value, "operations"))
    {
        struct str field = json_path_str(op, "field/value");
        const struct json *set = json_member(op, "value");
        if (!field.len)
            field = json_path_str(op, "fieldId");
        if (json_type(set) == JSON_NULL)
            continue; /* emptied */
        r->rule->resolves |= str_eq_nocase(field, STR("resolution"));
        r->rule->fills |= names_lock(r, field, false);
    }
    r->rule->resolves |= has(advanced, STR("\"resolution\""));
    r->rule->fills |= names_lock(r, advanced, true);
}

static void take_action(struct reading *r, const struct json *part)
{
    struct str type = json_path_str(part, "type");
    const struct json *value = value_of(r, part);

    if (str_eq_c(type, "jira.issue.transition"))
        take_transition(r, value);
    else if (has(type, STR("approv")))
        r->rule->wanders = true;
    else if (!str_eq_c(type, "jira.issue.edit"))
        return;
    take_fields(r, value);
}

/* Conditions and branches have children, and so has the tree of its components. */
static void take_parts(struct reading *r, const struct json *parts, int depth)
{
    JSON_EACH(part, parts)
    {
        if (str_eq_c(json_path_str(part, "component"), "ACTION"))
            take_action(r, part);
        if (depth < PARTS_DEPTH)
            take_parts(r, json_member(part, "children"), depth + 1);
        else
            r->rule->wanders = true;
    }
}

/* Does it start only when a ticket of ours comes into a status that means done, or never? */
static bool starts_after(struct reading *r, const struct json *trigger)
{
    const struct json *to = json_member(value_of(r, trigger), "toStatus");

    if (!str_eq_c(json_path_str(trigger, "type"), "jira.issue.event.trigger:transitioned"))
        return false;
    JSON_EACH(status, to)
    {
        struct auto_rule seen = {0};
        struct reading other = {r->arena, r->place, &seen};
        struct str named = json_path_str(status, "value");
        if (!named.len || (take_status(&other, named) && !seen.closes))
            return false;
    }
    return json_count(to) > 0;
}

static enum rule_actor actor_of(const struct json *rule, const struct jsm_gate_key *key)
{
    struct str who = json_path_str(rule, "actor/actor");

    if (!who.len || !str_eq_c(json_path_str(rule, "actor/type"), "ACCOUNT_ID"))
        return RULE_AS_WHOEVER;
    return str_eq(who, key->account_id) ? RULE_AS_US : RULE_AS_OTHERS;
}

bool jsm_rule_read(struct arena *a, const struct json *body, const struct jsm_rule_place *place,
                   struct auto_rule *ret)
{
    const struct json *rule = json_member(body, "rule");
    struct reading r = {a, place, ret};

    *ret = (struct auto_rule){.id = json_path_str(rule, "uuid"),
                              .name = json_path_str(rule, "name"),
                              .actor = actor_of(rule, place->key)};
    if (json_type(json_member(rule, "components")) != JSON_ARRAY)
        return false;
    take_parts(&r, json_member(rule, "components"), 0);
    ret->is_after = starts_after(&r, json_member(rule, "trigger"));
    return true;
}
