/* A mapping file, NUL, a ticket: any bytes. Loading lists faults or gives rules; a ticket maps, is
 * held with a reason, or is not ours; a wish made of a mapped ticket gives fields that map to the
 * same hash. */
#include "base/assert.h"
#include "mapping/mapping_trace.h"

enum { ROOM = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_mapped(const struct mapped *r)
{
    ASSERT((r->outcome == MAPPED_NOT_GOVERNED) == (r->rule == NULL));
    if (r->outcome == MAPPED_HOLD)
        ASSERT(r->hold_code && r->hold_text.len && !r->hash && !r->tuple.len);
    if (r->outcome != MAPPED_OK)
        return;
    ASSERT(r->beneficiary.len && r->account.len && r->source.len && r->entitlement.len);
    ASSERT(r->account.len <= LIMIT_KEY_CHARS && r->entitlement.len <= LIMIT_KEY_CHARS);
    ASSERT(r->hash && r->tuple.len && !r->hold_code && r->sla_goal_ms >= 0);
}

static void check_back(const struct mapping *m, struct arena *a, const struct mapped *r)
{
    struct wanted w = {.kind = r->rule->change,
                       .requester = r->requester,
                       .beneficiary = r->beneficiary,
                       .account = r->account,
                       .source = r->source,
                       .entitlement = r->entitlement,
                       .justification = r->justification,
                       .privileged = r->privileged};
    struct mapped again;
    struct str fields;
    struct err err = {0};
    const struct json *made;

    if (!mapping_request(m, a, &w, &again, &fields, &err)) {
        ASSERT(err.what[0]);
        return;
    }
    check_mapped(&again);
    ASSERT(again.rule != r->rule || again.hash == r->hash);
    ASSERT(json_parse(a, fields, &made, &err));
    JSON_EACH(field, made)
    (void)mapping_blame_rule(m, a, again.rule->name, json_name(field));
}

/* What explains a ticket stops nowhere when it maps. */
static void check_trace(struct arena *a, const struct json *issue, const struct mapped *r)
{
    static struct traced traced[TRACE_TARGETS_MAX];
    size_t n = r->rule ? mapping_trace(a, r->rule, issue, traced) : 0;

    ASSERT(n <= TRACE_TARGETS_MAX);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < traced[i].count; k++)
            ASSERT(traced[i].steps[k].name.len && traced[i].steps[k].value.len &&
                   !(traced[i].steps[k].stops && r->outcome == MAPPED_OK));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct diag_list diags;
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct str rest = str_n((const char *)data, size);
    struct str text = str_cut(&rest, '\0');
    const struct json *issue;
    struct mapped r;

    diag_init(&diags, "fuzz.yaml");
    struct mapping *m = mapping_load(a, "fuzz.yaml", text, NULL, 0, &diags);
    ASSERT(!m == (diags.errors > 0));
    for (size_t i = 0; i < diags.count && i < DIAG_MAX; i++)
        ASSERT(diags.items[i].help[0]);
    AUTO(drop_buf) struct buf fixed;
    buf_init(&fixed, ROOM);
    size_t fixes = diag_apply(&diags, &fixed);
    ASSERT(!fixed.over && (fixes || str_eq(buf_str(&fixed), diags.text)));
    if (!m)
        return 0;
    mapping_run_tests(m, a, &diags);
    if (!json_parse(a, rest, &issue, NULL))
        return 0;
    mapping_ticket(m, a, issue, &r);
    check_mapped(&r);
    check_trace(a, issue, &r);
    if (r.outcome == MAPPED_OK)
        check_back(m, a, &r);
    ASSERT(!arena_over(a));
    return 0;
}
