/* Tickets we make: `ticket` of the file and of each rule, and what kinds of fields are called. */
#include "mapping/mapping_priv.h"

static const char *const KINDS[] = {
#define X(name, text) text,
    FIELD_KINDS(X)
#undef X
        NULL};

const char *field_kind_name(enum field_kind kind)
{
    return KINDS[kind];
}

/* What the functions and the lookup say of a field whose `type` does not stand in the file. */
static enum field_kind likely_kind(const struct binding *b)
{
    bool yes_no = b->step_count && b->steps[b->step_count - 1] == STEP_BOOL;

    enum mapping_step first = b->step_count ? b->steps[0] : STEP_COUNT;
    if (first == STEP_PLAIN)
        return FIELD_RICH;
    if (first == STEP_PARENT || first == STEP_CHILD)
        return FIELD_CASCADE;
    if (b->lookup_count || yes_no)
        return FIELD_OPTION;
    return first == STEP_ACCOUNT ? FIELD_USER : FIELD_TEXT;
}

void load_kind(const struct loader *l, const struct yaml *v, struct binding *b)
{
    struct str type = text_of(l, v, "type", "");

    b->type = likely_kind(b);
    if (!type.len)
        return;
    for (size_t i = 0; i < FIELD_KIND_COUNT; i++) {
        if (str_eq_c(type, KINDS[i])) {
            b->type = (enum field_kind)i;
            return;
        }
    }
    struct diag_pos pos = yaml_member(v, "type")->pos;
    diag_error(l->diags, "M048", pos, "a field cannot be of type '%.*s'", STR_ARG(type));
    diag_note(l->diags, "types are text, option, user, rich_text, options, cascading, users, "
                        "group, groups, date, datetime, number, labels, named, components, "
                        "assets, organisations");
    diag_similar(l->diags, pos, type, KINDS, "take one of these");
}

/* --- `ticket: fields` of a rule --- */

static bool is_static_field(const struct loader *l, struct str id)
{
    static const char *const SYSTEM[] = {"priority", "components", "labels", "duedate"};

    for (size_t i = 0; i < sizeof SYSTEM / sizeof SYSTEM[0]; i++)
        if (str_eq_c(id, SYSTEM[i]))
            return true;
    return is_question(id) ||
           (str_starts(id, STR("customfield_")) && is_field_id(id) &&
            !str_eq(id, l->m->request_type_field) && !str_eq(id, l->m->ticket.marker));
}

/* Words that stand for a part of the request: "$requester". */
static void check_word(const struct loader *l, const struct yaml *v)
{
    static const struct wanted NOBODY;
    struct str ignored;

    if (v->kind != YAML_SCALAR || !str_starts(v->scalar, STR("$")) ||
        wish_word(l->arena, &NOBODY, v->scalar, &ignored))
        return;
    diag_error(l->diags, "M064", v->pos, "no part of a request is called '%.*s'",
               STR_ARG(v->scalar));
    diag_help(l->diags, "use $request, $kind, $requester, $beneficiary, $account, $application, "
                        "$entitlement, $justification or $access_until; $$ is a $ itself");
}

void load_ticket_rule(const struct loader *l, const struct yaml *ticket, struct mapping_rule *r)
{
    static const char *const KNOWN[] = {"fields", NULL};
    const struct yaml *fields = yaml_member(ticket, "fields");

    refuse_unknown(l, ticket, KNOWN, "ticket");
    YAML_EACH(v, fields)
    {
        bool bound = false;
#define X(member, required) bound |= r->member.present && str_eq(r->member.from, v->key);
        MAPPING_TARGETS(X)
#undef X
        if (bound || !is_static_field(l, v->key) || r->static_count == MAPPING_STATIC_MAX) {
            diag_error(l->diags, "M049", v->key_pos, "'%.*s' cannot be set here", STR_ARG(v->key));
            diag_help(l->diags,
                      "up to %d fields that no binding writes: customfield_..., priority, "
                      "components, labels, duedate",
                      MAPPING_STATIC_MAX);
            continue;
        }
        check_word(l, v);
        YAML_EACH(one, v)
        check_word(l, one);
        r->statics[r->static_count++] = (struct mapping_static){v->key, v};
    }
}

/* --- `ticket` of the file --- */

static bool is_role(struct str word)
{
    return str_eq_c(word, "requester") || str_eq_c(word, "beneficiary");
}

static void load_participants(const struct loader *l, const struct yaml *list,
                              struct mapping_ticket *t)
{
    YAML_EACH(v, list_of(l, list, "'participants'"))
    {
        if (t->participant_count == MAPPING_PEOPLE_MAX || v->kind != YAML_SCALAR ||
            !v->scalar.len) {
            diag_error(l->diags, "M063", v->pos, "up to %d people can take part",
                       MAPPING_PEOPLE_MAX);
            diag_help(l->diags, "write participants: [requester, \"boss@example.com\"]");
            return;
        }
        t->participants[t->participant_count++] = v->scalar;
    }
}

void load_ticket_head(const struct loader *l, const struct yaml *ticket)
{
    static const char *const KNOWN[] = {"project", "issue_type",   "create", "marker",
                                        "behalf",  "participants", NULL};
    struct mapping_ticket *t = &l->m->ticket;
    struct str by = text_of(l, ticket, "create", "issue");

    refuse_unknown(l, ticket, KNOWN, "ticket");
    t->pos = ticket ? ticket->key_pos : (struct diag_pos){.line = 1, .column = 1};
    t->by = str_eq_c(by, "request") ? CREATE_BY_REQUEST : CREATE_BY_ISSUE;
    if (t->by == CREATE_BY_ISSUE && !str_eq_c(by, "issue")) {
        diag_error(l->diags, "M060", yaml_member(ticket, "create")->pos,
                   "tickets cannot be created by '%.*s'", STR_ARG(by));
        diag_help(l->diags,
                  "use issue (any field of the create screen) or request (as the portal)");
    }
    t->marker = text_of(l, ticket, "marker", "labels");
    bool custom = str_starts(t->marker, STR("customfield_")) && is_field_id(t->marker);
    if (!custom && !str_eq_c(t->marker, "labels") && !str_eq_c(t->marker, "description")) {
        diag_error(l->diags, "M061", yaml_member(ticket, "marker")->pos,
                   "'%.*s' cannot carry our marker", STR_ARG(t->marker));
        diag_help(l->diags, "use labels, description, or the customfield_... of a text field");
    }
    t->behalf = text_of(l, ticket, "behalf", "");
    if (t->behalf.len && !is_role(t->behalf)) {
        diag_error(l->diags, "M062", yaml_member(ticket, "behalf")->pos,
                   "a ticket cannot be raised on behalf of '%.*s'", STR_ARG(t->behalf));
        diag_help(l->diags, "use requester or beneficiary");
    }
    load_participants(l, yaml_member(ticket, "participants"), t);
}
