/* Our changes taken out of a workflow that others may have changed since. Each status and
 * transition is settled by its id, and where both have changed one, each of its members by itself:
 * what others changed stays, and of what is changed by both only our own rules go. */
#include "base/limits.h"
#include "jsm/jsm_workflow_priv.h"

/* One list in its three states. */
struct merging {
    const struct json *before, *after, *now;
    const char *key;  /* member that tells elements apart; NULL: their own name */
    const char *what; /* "transition", for people */
    bool guessed;
    struct str *notes;
};

static struct str key_of(const struct merging *m, const struct json *v)
{
    return m->key ? json_path_str(v, m->key) : json_name(v);
}

static const struct json *keyed(const struct merging *m, const struct json *list, struct str key)
{
    JSON_EACH(v, list)
    {
        if (str_eq(key_of(m, v), key))
            return v;
    }
    return NULL;
}

/* --- one element that both have changed --- */

static const struct json *parsed(struct arena *a, const struct buf *b)
{
    const struct json *v = NULL;
    struct err err;

    return !b->over && json_parse_deep(a, buf_str(b), LIMIT_JIRA_JSON_DEPTH, &v, &err) ? v : NULL;
}

/* By the id that Jira gave it; where somebody made it anew, by what it says. */
static bool is_same_rule(struct arena *a, const struct json *x, const struct json *y)
{
    struct str id = json_path_str(x, "id");
    struct str one = jsm_workflow_text(a, json_member(x, "parameters"));

    if (id.len && str_eq(id, json_path_str(y, "id")))
        return true;
    return str_eq(json_path_str(x, "ruleKey"), json_path_str(y, "ruleKey")) &&
           str_eq(one, jsm_workflow_text(a, json_member(y, "parameters")));
}

static bool is_listed(struct arena *a, const struct json *rules, const struct json *rule)
{
    JSON_EACH(r, rules)
    {
        if (is_same_rule(a, r, rule))
            return true;
    }
    return false;
}

static bool has_rule(struct arena *a, const struct json *group, const struct json *rule)
{
    return is_listed(a, json_member(group, "conditions"), rule);
}

/* The conditions as they are now without the rule of ours; without the group around them that we
 * made for it. NULL: none are left. */
static const struct json *without_rule(struct arena *a, const struct json *before,
                                       const struct json *after, const struct json *now)
{
    static const char *const OWN[] = {"conditions", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *groups = json_member(now, "conditionGroups");
    size_t left = 0;

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    jsm_workflow_put_others(&out, now, OWN);
    json_put_name(&out, "conditions");
    json_open_array(&out);
    JSON_EACH(rule, json_member(now, "conditions"))
    {
        if (has_rule(a, after, rule) && !has_rule(a, before, rule)) /* ours */
            continue;
        json_put_value(&out, rule);
        left++;
    }
    json_close_array(&out);
    json_close_object(&out);
    if (left || !str_eq_c(json_path_str(now, "operation"), "ALL"))
        return parsed(a, &b);
    if (json_count(groups) == 1)
        return json_first(groups);
    return json_count(groups) || before ? parsed(a, &b) : NULL;
}

/* A list of rules as it is now, without those that we added. */
static const struct json *without_rules(struct arena *a, const struct json *before,
                                        const struct json *after, const struct json *now)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_array(&out);
    JSON_EACH(rule, now)
    {
        if (!is_listed(a, after, rule) || is_listed(a, before, rule))
            json_put_value(&out, rule);
    }
    json_close_array(&out);
    return parsed(a, &b);
}

/* What a member becomes; NULL: it goes. */
static const struct json *settle_member(struct arena *a, struct str name, const struct json *before,
                                        const struct json *after, const struct json *now)
{
    struct str was = jsm_workflow_text(a, before), ours = jsm_workflow_text(a, after);
    struct str is = jsm_workflow_text(a, now);

    if (str_eq(ours, is))
        return before;
    if (str_eq(was, ours) || str_eq(was, is) || !now)
        return now;
    if (str_eq_c(name, "validators") || str_eq_c(name, "actions"))
        return without_rules(a, before, after, now);
    return str_eq_c(name, "conditions") ? without_rule(a, before, after, now) : now;
}

static const struct json *settle_members(struct arena *a, const struct json *before,
                                         const struct json *after, const struct json *now)
{
    const struct json *lists[] = {now, before};
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    for (size_t l = 0; l < 2; l++)
        JSON_EACH(m, lists[l])
        {
            const char *name = json_name(m).p;
            if (l && json_member(now, name))
                continue;
            const struct json *kept =
                settle_member(a, json_name(m), json_member(before, name), json_member(after, name),
                              json_member(now, name));
            if (!kept)
                continue;
            json_put_name(&out, name);
            json_put_value(&out, kept);
        }
    json_close_object(&out);
    return parsed(a, &b);
}

/* What one element becomes; NULL: it goes. False: ours and theirs at once, and nobody knows which
 * is which. */
static bool settle(struct arena *a, const struct merging *m, struct str key,
                   const struct json **ret, struct err *err)
{
    const struct json *before = keyed(m, m->before, key), *after = keyed(m, m->after, key);
    const struct json *now = keyed(m, m->now, key);
    struct str was = jsm_workflow_text(a, before), ours = jsm_workflow_text(a, after);
    struct str is = jsm_workflow_text(a, now), name = json_path_str(now ? now : after, "name");

    *ret = str_eq(ours, is) ? before : now;
    if (str_eq(ours, is) || str_eq(was, ours) || str_eq(was, is))
        return true;
    if (m->guessed)
        return FAIL(err, ERR_CONFLICT,
                    "%s '%.*s' was changed by somebody else since the gate was "
                    "installed",
                    m->what, STR_ARG(name.len ? name : key));
    if (!before) /* ours, whatever they did to it */
        *ret = NULL;
    else if (now && json_type(now) == JSON_OBJECT)
        *ret = settle_members(a, before, after, now);
    if (!before && name.len)
        *m->notes = arena_printf(a, "%.*s%s%.*s", STR_ARG(*m->notes), m->notes->len ? ", " : "",
                                 STR_ARG(name));
    return !now || !before || *ret ||
           FAIL(err, ERR_INPUT, "%s '%.*s' is longer than we look at", m->what, STR_ARG(key));
}

static bool merge(struct arena *a, struct json_out *out, const struct merging *m, struct err *err)
{
    const struct json *lists[] = {m->now, m->before};
    const struct json *kept;

    for (size_t l = 0; l < 2; l++) {
        JSON_EACH(v, lists[l])
        {
            struct str key = key_of(m, v);
            if (l && keyed(m, m->now, key))
                continue;
            if (!settle(a, m, key, &kept, err))
                return false;
            if (kept && !m->key)
                json_put_name(out, json_name(kept).p);
            if (kept)
                json_put_value(out, kept);
        }
    }
    /* what is in none of these two was ours and is gone already */
    return true;
}

/* like: what is the same for all lists; path: which one. */
static bool merge_member(struct arena *a, struct json_out *out, const struct merging *like,
                         const char *path, const char *name, const char *key, const char *what,
                         struct err *err)
{
    struct merging m = *like;

    m.before = json_path(like->before, path);
    m.after = json_path(like->after, path);
    m.now = json_path(like->now, path);
    m.key = key;
    m.what = what;

    json_put_name(out, name);
    json_open_array(out);
    bool ok = merge(a, out, &m, err);
    json_close_array(out);
    return ok;
}

static const struct json *plain_members(struct arena *a, const struct json *doc)
{
    static const char *const LISTS[] = {"statuses", "transitions", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *v = NULL;
    struct err err;

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    jsm_workflow_put_others(&out, json_member(doc, "workflow"), LISTS);
    json_close_object(&out);
    return json_parse_deep(a, buf_str(&b), LIMIT_JIRA_JSON_DEPTH, &v, &err) ? v : NULL;
}

static bool has_status(const struct json *workflow, struct str ref)
{
    JSON_EACH(l, json_member(workflow, "statuses"))
    {
        if (str_eq(json_path_str(l, "statusReference"), ref))
            return true;
    }
    return false;
}

/* A transition of others that begins in the status that goes begins there no more; one that leads
 * there, or begins nowhere else, cannot stay as it is. */
static bool put_ends(struct json_out *out, const struct json *w, const struct json *t,
                     struct err *err)
{
    static const char *const LINKS[] = {"links", NULL};
    const struct json *links = json_member(t, "links"), *to = json_member(t, "toStatusReference");
    size_t left = 0;

    json_open_object(out);
    jsm_workflow_put_others(out, t, LINKS);
    if (links) {
        json_put_name(out, "links");
        json_open_array(out);
        JSON_EACH(link, links)
        {
            struct str from = json_path_str(link, "fromStatusReference");
            if (from.len && !has_status(w, from)) /* an initial one may name none */
                continue;
            json_put_value(out, link);
            left++;
        }
        json_close_array(out);
    }
    json_close_object(out);
    if ((!to || has_status(w, json_str(to))) && (left || !json_count(links)))
        return true;
    return FAIL(err, ERR_CONFLICT, "transition '%.*s' uses the status that the gate added",
                STR_ARG(json_path_str(t, "name")));
}

static bool settle_ends(struct arena *a, struct str doc, struct str *ret, struct err *err)
{
    static const char *const TRANSITIONS[] = {"transitions", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *v;

    if (!json_parse_deep(a, doc, LIMIT_JIRA_JSON_DEPTH, &v, err))
        return false;
    const struct json *w = json_member(v, "workflow");
    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "statuses");
    json_put_value(&out, json_member(v, "statuses"));
    json_put_name(&out, "workflow");
    json_open_object(&out);
    jsm_workflow_put_others(&out, w, TRANSITIONS);
    json_put_name(&out, "transitions");
    json_open_array(&out);
    JSON_EACH(t, json_member(w, "transitions"))
    {
        if (!put_ends(&out, w, t, err))
            return false;
    }
    json_close_array(&out);
    json_close_object(&out);
    json_close_object(&out);
    *ret = jsm_workflow_canonical(a, &b);
    return ret->len || FAIL(err, ERR_INPUT, "the workflow is longer than we look at");
}

bool jsm_workflow_undo(struct arena *a, const struct jsm_undo *of, struct str *ret,
                       struct str *ret_notes, struct err *err)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *three[3];
    const struct str texts[] = {of->before, of->after, of->now};

    *ret_notes = STR_NONE;
    for (size_t i = 0; i < 3; i++)
        if (!json_parse_deep(a, texts[i], LIMIT_JIRA_JSON_DEPTH, &three[i], err))
            return false;
    struct merging all = {three[0], three[1], three[2], NULL, NULL, of->guessed, ret_notes};
    struct merging plain = {plain_members(a, three[0]),
                            plain_members(a, three[1]),
                            plain_members(a, three[2]),
                            NULL,
                            "the workflow's",
                            of->guessed,
                            ret_notes};
    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (!merge_member(a, &out, &all, "statuses", "statuses", "statusReference", "status", err))
        return false;
    json_put_name(&out, "workflow");
    json_open_object(&out);
    if (!merge(a, &out, &plain, err) ||
        !merge_member(a, &out, &all, "workflow/statuses", "statuses", "statusReference",
                      "the place of status", err) ||
        !merge_member(a, &out, &all, "workflow/transitions", "transitions", "id", "transition",
                      err))
        return false;
    json_close_object(&out);
    json_close_object(&out);
    return settle_ends(a, jsm_workflow_canonical(a, &b), ret, err);
}
