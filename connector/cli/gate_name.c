/* What the gate has added is known by its number: other names do it no harm, and are told. */
#include "base/limits.h"
#include "cli/gate_work.h"

static const struct json *known_by(const struct json *list, const char *key, struct str id)
{
    JSON_EACH(v, list)
    {
        if (str_eq(json_path_str(v, key), id))
            return v;
    }
    return NULL;
}

/* One list of the workflow as the gate has left it; what was there before is not ours to name. */
static void each_renamed(struct gate_work *w, const struct json *const docs[3], const char *path,
                         const char *key, const char *what, struct gate_lines *to)
{
    JSON_EACH(left, json_path(docs[1], path))
    {
        struct str id = json_path_str(left, key), name = json_path_str(left, "name");
        const struct json *now = known_by(json_path(docs[2], path), key, id);
        struct str called = json_path_str(now, "name");
        if (!now || str_eq(called, name) || known_by(json_path(docs[0], path), key, id))
            continue;
        gate_lines_add(to, arena_printf(w->arena, "%s %.*s is called %.*s now", what, STR_ARG(name),
                                        STR_ARG(called)));
    }
}

static bool parsed(struct gate_work *w, struct str doc, const struct json **ret)
{
    struct err err;
    return json_parse_deep(w->arena, doc, LIMIT_JIRA_JSON_DEPTH, ret, &err);
}

struct str gate_renamed(struct gate_work *w, const struct site_gate *gate)
{
    struct err err;
    const struct json *rows = w->pg ? gate_live(w, &err) : NULL;
    struct gate_lines lines;

    gate_lines_begin(&lines);
    for (size_t i = 0; i < gate->flow_count; i++) {
        const struct json *row = gate_row_of(rows, gate->flows[i].roads.id), *docs[3];
        if (!row || !parsed(w, json_path_str(row, "before"), &docs[0]) ||
            !parsed(w, json_path_str(row, "after"), &docs[1]))
            continue;
        docs[2] = gate->flows[i].json;
        each_renamed(w, docs, "statuses", "statusReference", "the status", &lines);
        each_renamed(w, docs, "workflow/transitions", "id", "the transition", &lines);
    }
    return gate_lines_end(w, &lines);
}
