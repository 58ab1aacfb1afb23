/* /playground: a ticket and a mapping, tried on each other: parsed, evaluated and shown, within
 * bounds and without asking anybody. Its body is what a form sends
 * (https://url.spec.whatwg.org/#application/x-www-form-urlencoded). */
#include "base/limits.h"
#include "console/playground.h"
#include "mapping/mapping_trace.h"
#include "service/console_pages.h"
#include "site/site.h"

enum {
    ROOM = 16 * 1024 * 1024,                     /* for what is made of them */
    BODY_BYTES = 3 * PLAYGROUND_BYTES + 1024,    /* each byte may come as %XX */
    PAGE_BYTES = 12 * PLAYGROUND_BYTES + 262144, /* escaped, and what is around */
};

_Static_assert(TRACE_TARGETS_MAX *TRACE_STEPS_MAX <= PLAYGROUND_STEPS, "one evaluation is bounded");
_Static_assert((int)TRACE_TARGETS_MAX <= PLAYGROUND_TARGETS_MAX, "each target has a place");
_Static_assert((int)TRACE_STEPS_MAX <= PLAYGROUND_STEPS_MAX, "each step has a place");

static const char TICKET[] = "{\n"
                             "  \"key\": \"IAM-482\",\n"
                             "  \"fields\": {\n"
                             "    \"customfield_10010\": { \"requestType\": { \"id\": \"31\" } },\n"
                             "    \"customfield_10061\": \" Okafor\",\n"
                             "    \"customfield_10050\": { \"value\": \"SAP FIN\" },\n"
                             "    \"customfield_10052\": \"fin-ledger-admin \"\n"
                             "  }\n"
                             "}\n";
static const char MAPPING[] =
    "version: 1\n"
    "requests:\n"
    "  - name: remove-app-access\n"
    "    request_type: \"31\"\n"
    "    change: removal\n"
    "    subject: { from: customfield_10061, label: Person, then: [trim, lower], on_missing: hold "
    "}\n"
    "    application: { from: customfield_10050, lookup: { \"SAP FIN\": sap-fin }, on_missing: "
    "hold "
    "}\n"
    "    entitlement: { from: customfield_10052, label: Role, then: [trim], on_missing: hold }\n"
    "    sla: { goal: 8h, privileged_goal: 4h }\n";

/* --- the form --- */

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* '+' is a blank, %XX a byte, and a line ends as it does here. False: there is no room for it. */
static bool decode(struct arena *a, struct str coded, struct str *ret)
{
    char *text = arena_alloc(a, coded.len + 1);
    size_t n = 0;

    for (size_t i = 0; text && i < coded.len; i++) {
        int high = i + 2 < coded.len ? digit(coded.p[i + 1]) : -1;
        int low = high >= 0 ? digit(coded.p[i + 2]) : -1;
        char c = coded.p[i] == '+' ? ' ' : coded.p[i];
        if (coded.p[i] == '%' && low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c != '\r')
            text[n++] = c;
    }
    *ret = text ? str_n(text, n) : STR_NONE;
    return text != NULL;
}

static bool read_form(struct arena *a, struct str body, struct playground *p)
{
    bool fits = true;

    while (body.len) {
        struct str value = str_cut(&body, '&'), name = str_cut(&value, '=');
        if (str_eq_c(name, "ticket"))
            fits = fits && decode(a, value, &p->ticket);
        else if (str_eq_c(name, "mapping"))
            fits = fits && decode(a, value, &p->mapping);
    }
    return fits && p->ticket.len + p->mapping.len <= PLAYGROUND_BYTES;
}

/* --- trying --- */

static void add_fault(struct playground *p, const struct playground_fault *fault)
{
    if (p->fault_count < PLAYGROUND_FAULTS_MAX)
        p->faults[p->fault_count++] = *fault;
    else
        p->more_faults++;
}

static void take_faults(struct arena *a, const struct diag_list *diags, struct playground *p)
{
    for (size_t i = 0; i < diags->count && i < DIAG_MAX; i++) {
        const struct diag *d = &diags->items[i];
        add_fault(p, &(struct playground_fault){.warning = d->warning,
                                                .code = arena_str(a, str_of(d->code)),
                                                .line = d->pos.line,
                                                .column = d->pos.column,
                                                .text = arena_str(a, str_of(d->text)),
                                                .note = arena_str(a, str_of(d->note)),
                                                .help = arena_str(a, str_of(d->help))});
    }
    p->more_faults += diags->count > DIAG_MAX ? diags->count - DIAG_MAX : 0;
}

static void add_fact(struct playground *p, const char *name, struct str value)
{
    if (value.len && p->fact_count < PLAYGROUND_FACTS_MAX)
        p->facts[p->fact_count++] = (struct playground_fact){name, value};
}

static void take_facts(struct arena *a, const struct mapped *r, struct playground *p)
{
    add_fact(p, "change", str_of(request_kind_name(r->rule->change)));
    add_fact(p, "subject", r->beneficiary);
    add_fact(p, "account", r->account);
    add_fact(p, "application", r->source);
    add_fact(p, "entitlement", mapping_names(a, r->entitlement));
    add_fact(p, "done when it is", str_of(desired_name(r->rule->expect)));
    add_fact(p, "instead of", mapping_names(a, r->instead_of));
    add_fact(p, "privileged", r->privileged ? STR("yes") : STR("no"));
    add_fact(p, "requester", r->requester);
    add_fact(p, "justification", r->justification);
    add_fact(p, "to approve", mapping_approvers(a, r));
    add_fact(p, "goal", r->sla_goal_ms ? mapping_goal(a, r->sla_goal_ms) : r->rule->sla_policy);
    add_fact(p, "mode", str_of(gate_mode_name(r->rule->mode)));
}

static void take_trace(const struct traced *traced, size_t count, struct playground *p)
{
    for (size_t i = 0; i < count; i++) {
        const struct binding *b = traced[i].binding;
        struct playground_target *t = &p->targets[p->target_count++];
        *t = (struct playground_target){.name = str_of(traced[i].target),
                                        .field = b->constant.len ? STR_NONE : b->from,
                                        .label = b->label,
                                        .raw = b->constant.len ? b->constant : traced[i].raw,
                                        .line = b->pos.line,
                                        .step_count = traced[i].count};
        for (size_t k = 0; k < traced[i].count; k++)
            t->steps[k] = (struct playground_step){
                traced[i].steps[k].name, traced[i].steps[k].value, traced[i].steps[k].stops};
        p->steps += traced[i].count;
    }
}

static void try_it(struct arena *a, struct playground *p)
{
    struct diag_list *diags = ARENA_NEW(a, struct diag_list);
    struct traced *traced = arena_array(a, TRACE_TARGETS_MAX, sizeof *traced);
    const struct json *issue = NULL;
    struct mapped r;
    struct err err = {0};

    p->outcome = PLAYED_FAULTS;
    diag_init(diags, "mapping.yaml");
    const struct mapping *m = mapping_load(a, "mapping.yaml", p->mapping, NULL, 0, diags);
    take_faults(a, diags, p);
    if (!json_parse_deep(a, p->ticket, LIMIT_JIRA_JSON_DEPTH, &issue, &err))
        add_fault(p, &(struct playground_fault){
                         .text = arena_printf(a, "the ticket is no JSON: %s", err.what)});
    if (!m || !issue || arena_over(a))
        return;
    mapping_ticket(m, a, issue, &r);
    p->request_type = r.request_type;
    p->outcome = r.outcome == MAPPED_OK     ? PLAYED_MAPPED
                 : r.outcome == MAPPED_HOLD ? PLAYED_HELD
                                            : PLAYED_NO_RULE;
    if (!r.rule)
        return;
    p->rule = r.rule->name;
    p->rule_line = r.rule->pos.line;
    p->hold_code = str_of(r.hold_code ? r.hold_code : "");
    p->hold_text = r.hold_text;
    if (r.outcome == MAPPED_OK)
        take_facts(a, &r, p);
    take_trace(traced, mapping_trace(a, r.rule, issue, traced), p);
}

/* --- the page --- */

/* An auditor begins with what is live; it names people, whom viewers are not shown. */
static void begin(struct console_visit *visit, struct arena *a, struct playground *p)
{
    const struct site *site = visit->svc->sites[0];
    const struct mapping *live = site ? site->o.mapping : NULL;

    p->ticket = str_of(TICKET);
    p->mapping = str_of(MAPPING);
    if (visit->role != CONSOLE_AUDITOR || !live || live->text.len > PLAYGROUND_BYTES / 2)
        return;
    p->mapping = live->text;
    p->mapping_is = arena_printf(a,
                                 "What is live at site %.*s, %.12s. Change it as you like: it is "
                                 "only tried.",
                                 STR_ARG(site->config->name), live->sha256);
}

void console_playground(struct console_visit *visit)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    AUTO(drop_buf) struct buf page;
    struct playground *p = ARENA_NEW(a, struct playground);
    struct str body = serve_body(visit->request);

    *p = (struct playground){.visitor = visit->who};
    if (!str_eq_c(serve_method(visit->request), "POST")) {
        begin(visit, a, p);
    } else if (body.len > BODY_BYTES || !read_form(a, body, p)) {
        console_notice(visit, 413, STR("Too much to try"),
                       STR("Ticket and mapping may have 64 KB together."),
                       STR("In a terminal there is no such bound: countersign mapping try."));
        return;
    } else {
        try_it(a, p);
    }
    buf_init(&page, PAGE_BYTES);
    bool fits = playground_render(&page, p) && !arena_over(a);
    console_reply(visit, 200, &page, fits);
}
