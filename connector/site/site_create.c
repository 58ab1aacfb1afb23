#include "site/site_create.h"

#include <stdarg.h>
#include <stdio.h>

#include "jsm/jsm_answers.h"
#include "jsm/jsm_marker.h"
#include "json/json_write.h"

enum { FIELDS_BYTES = 256 * 1024 };

const struct wanted CREATION_ANY = {.kind = REQUEST_GRANT,
                                    .requester = STR("x"),
                                    .beneficiary = STR("x"),
                                    .account = STR("x"),
                                    .source = STR("x"),
                                    .entitlement = STR("x"),
                                    .justification = STR("x"),
                                    .request_id = STR("x")};

/* --- the wish in words --- */

void creation_begin(struct creation *c, struct arena *arena, const struct mapping *m,
                    const struct mapping_rule *rule, const struct wanted *w)
{
    *c = (struct creation){.m = m, .rule = rule};
    c->count = mapping_writes(arena, rule, w, c->writes);
    if (m->ticket.behalf.len)
        c->behalf = mapping_person(w, m->ticket.behalf);
    for (size_t i = 0; i < m->ticket.participant_count; i++) {
        struct str person = mapping_person(w, m->ticket.participants[i]);
        if (person.len)
            c->participants[c->participant_count++] = person;
    }
}

/* As Jira describes the field, else as the mapping does. */
static struct jsm_field field_of(const struct creation *c, const struct mapping_write *w)
{
    const struct jsm_field *known = c->form ? jsm_form_field(c->form, w->field) : NULL;

    if (known)
        return *known;
    return (struct jsm_field){.id = w->field, .name = w->field, .kind = w->kind, .writable = true};
}

static bool holds_people(const struct jsm_field *f)
{
    return f->writable && (f->kind == FIELD_USER || f->kind == FIELD_USERS);
}

/* An organisation that is named: a number says itself. */
static bool names_organisation(const struct jsm_field *f, struct str value)
{
    return f->writable && f->kind == FIELD_ORGANISATIONS && !jsm_is_id(value);
}

static const struct creation_person *person_of(const struct creation *c, struct str word,
                                               bool is_organisation)
{
    for (size_t i = 0; i < c->people_count; i++)
        if (str_eq(c->people[i].word, word) && !c->people[i].organisation == !is_organisation)
            return &c->people[i];
    return NULL;
}

/* organisation: the field that names it; NULL: a person. */
static bool add_person(struct creation *c, struct str word,
                       const struct mapping_write *organisation)
{
    if (!word.len || person_of(c, word, organisation != NULL))
        return true;
    if (c->people_count == CREATION_PEOPLE_MAX)
        return false;
    c->people[c->people_count++] =
        (struct creation_person){.word = word, .organisation = organisation};
    return true;
}

bool creation_gather_followers(struct creation *c)
{
    bool fits = true;

    for (size_t i = 0; i < c->participant_count; i++)
        fits = fits && add_person(c, c->participants[i], NULL);
    return fits;
}

bool creation_gather(struct creation *c, const struct jsm_form *form, struct str desk)
{
    bool fits = true;

    c->form = form;
    c->desk = desk;
    for (size_t i = 0; i < c->count; i++) {
        const struct mapping_write *w = &c->writes[i];
        struct jsm_field f = field_of(c, w);
        for (size_t k = 0; k < w->count; k++) {
            bool named = names_organisation(&f, w->values[k]);
            if (named || holds_people(&f))
                fits = fits && add_person(c, w->values[k], named ? w : NULL);
        }
    }
    return fits && add_person(c, c->behalf, NULL) && creation_gather_followers(c);
}

/* --- what speaks against it --- */

struct faults {
    const struct creation *c;
    struct arena *arena;
    creation_fault_fn *fn;
    void *arg;
};

static void PRINTF_LIKE(3, 4)
    fault(struct faults *to, struct creation_fault said, const char *format, ...)
{
    char words[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    said.words = words;
    to->fn(to->arg, &said);
}

static struct creation_fault of_write(enum creation_fault_kind kind, const struct mapping_write *w)
{
    return (struct creation_fault){kind, w->target, w->pos, w, w->field, NULL};
}

static struct creation_fault of_ticket(const struct faults *to, enum creation_fault_kind kind)
{
    return (struct creation_fault){kind, "ticket", to->c->m->ticket.pos, NULL, STR_NONE, NULL};
}

static const char *form_name(const struct faults *to)
{
    const struct creation *c = to->c;

    if (c->m->ticket.by == CREATE_BY_REQUEST)
        return arena_printf(to->arena, "the form of request type %.*s",
                            STR_ARG(c->rule->request_type))
            .p;
    return "the create screen";
}

/* A value that could be written and not be read again would hold the ticket. */
static const char *unreadable(const struct jsm_field *f, const struct binding *b)
{
    enum mapping_step first = b->step_count ? b->steps[0] : STEP_COUNT;

    static const struct {
        enum field_kind kind;
        enum mapping_step first, or ;
        const char *why;
    } NEEDS[] = {
        {FIELD_RICH, STEP_PLAIN, STEP_PLAIN, "formatted text: begin with then: [plain]"},
        {FIELD_CASCADE, STEP_PARENT, STEP_CHILD,
         "a choice in two levels: begin with then: [parent] or [child]"},
        {FIELD_USER, STEP_EMAIL, STEP_ACCOUNT, "a person: begin with then: [email] or [account]"},
        {FIELD_USERS, STEP_EMAIL, STEP_ACCOUNT, "people: begin with then: [email] or [account]"},
        {FIELD_ASSETS, STEP_ID, STEP_ID, "an object of Assets: begin with then: [id]"},
    };

    if (str_starts(f->id, STR(FIELD_QUESTION)) &&
        (f->kind == FIELD_USER || f->kind == FIELD_USERS) && first != STEP_ACCOUNT)
        return "a person in a form, which shows no addresses: begin with then: [account]";
    if (f->by_key)
        return "an object of a Data Center's Assets, which can be written and not read: set it "
               "under ticket: fields";
    if (b->many && !jsm_field_is_list(f->kind) && !mapping_splits(b))
        return "of one value: bind a field with several for many: true, or a text with { split: "
               "\",\" }";
    for (size_t i = 0; i < sizeof NEEDS / sizeof NEEDS[0]; i++)
        if (f->kind == NEEDS[i].kind && first != NEEDS[i].first && first != NEEDS[i].or)
            return NEEDS[i].why;
    return NULL;
}

/* Who and which organisation is meant is found out later. */
static void check_values(struct faults *to, const struct mapping_write *w,
                         const struct jsm_field *f, const struct str *values, size_t count)
{
    struct str checked[MAPPING_VALUES_MAX];
    struct err err = {0};
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (!holds_people(f) && !names_organisation(f, values[i]))
            checked[n++] = values[i];
    if (n && !jsm_field_check(to->arena, f, checked, n, &err))
        fault(to, of_write(CREATION_VALUE, w), "%s", err.what);
}

/* Without a wish: everything that the lookup can make. */
static void check_lookup(struct faults *to, const struct mapping_write *w,
                         const struct jsm_field *f)
{
    if (!f->choice_count || f->kind == FIELD_CASCADE)
        return;
    for (size_t i = 0; i < w->binding->lookup_count; i++)
        check_values(to, w, f, &w->binding->lookup[i].from, 1);
}

static bool is_answer(const struct mapping_write *w)
{
    return str_starts(w->field, STR(FIELD_QUESTION));
}

static void check_write(struct faults *to, const struct mapping_write *w, bool is_wish)
{
    const struct jsm_field *f = jsm_form_field(to->c->form, w->field);

    if (is_answer(w) && to->c->m->ticket.by == CREATE_BY_ISSUE) {
        fault(to, of_write(CREATION_OFF_FORM, w),
              "%.*s is a question of a form, which tickets have that are made as the portal does "
              "it; write ticket: { create: request }",
              STR_ARG(w->field));
        return;
    }
    if (!f) {
        fault(to, of_write(CREATION_OFF_FORM, w),
              "%.*s is not on %s, or we may not see it; add it there, or take it out here",
              STR_ARG(w->field), form_name(to));
        return;
    }
    const char *why = w->binding ? unreadable(f, w->binding) : NULL;
    if (why)
        fault(to, of_write(CREATION_UNREADABLE, w), "%.*s '%.*s' is %s", STR_ARG(f->id),
              STR_ARG(f->name), why);
    else if (is_wish || (!w->binding && !w->varies))
        check_values(to, w, f, w->values, w->count);
    else if (w->binding)
        check_lookup(to, w, f);
}

/* What a create fills in without the mapping, or Jira does. */
static bool is_filled(const struct creation *c, const struct jsm_field *f)
{
    static const char *const OURS[] = {"summary", "description", "project", "issuetype",
                                       "reporter"};

    for (size_t i = 0; i < sizeof OURS / sizeof OURS[0]; i++)
        if (str_eq_c(f->id, OURS[i]))
            return true;
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->writes[i].field, f->id))
            return true;
    return str_eq(f->id, c->m->request_type_field) || str_eq(f->id, c->m->ticket.marker);
}

/* Numbers of questions mean nothing in another form. */
static void check_template(struct faults *to)
{
    const struct creation *c = to->c;
    struct creation_fault said = {CREATION_FORM, "form", c->rule->pos, NULL, STR_NONE, NULL};

    if (!c->rule->form.len || !c->form->template_known || str_eq(c->rule->form, c->form->template))
        return;
    if (c->form->template.len)
        fault(to, said,
              "another form is attached to request type %.*s: write form: %.*s, and bind its "
              "questions",
              STR_ARG(c->rule->request_type), STR_ARG(c->form->template));
    else
        fault(to, said,
              "no form is attached to request type %.*s: attach it, or bind fields of the ticket",
              STR_ARG(c->rule->request_type));
}

static void check_marker(struct faults *to)
{
    struct str id = to->c->m->ticket.marker;
    const struct jsm_field *f = jsm_form_field(to->c->form, id);
    bool text = str_starts(id, STR("customfield_"));

    if (!f)
        fault(to, of_ticket(to, CREATION_MARKER),
              "%.*s, which is to carry our marker, is not on %s: add it there, or write marker: "
              "labels, description, or the customfield_... of a text field that is",
              STR_ARG(id), form_name(to));
    else if (text && f->kind != FIELD_TEXT)
        fault(to, of_ticket(to, CREATION_MARKER),
              "%.*s '%.*s', which is to carry our marker, is no text field of one line",
              STR_ARG(id), STR_ARG(f->name));
}

static void check_people(struct faults *to)
{
    const struct mapping_ticket *t = &to->c->m->ticket;

    if (t->by == CREATE_BY_ISSUE) {
        if (t->behalf.len && !jsm_form_field(to->c->form, STR("reporter")))
            fault(
                to, of_ticket(to, CREATION_PEOPLE),
                "reporter is not on the create screen, or we may not set it: give our account the "
                "permission Modify Reporter, or take behalf out");
        return;
    }
    if (t->behalf.len && !to->c->form->may_behalf)
        fault(to, of_ticket(to, CREATION_PEOPLE),
              "Jira does not let our account raise %.*s on behalf of others: make it an agent of "
              "the service desk, or take behalf out",
              STR_ARG(to->c->rule->request_type));
    if (t->participant_count && !to->c->form->may_participants)
        fault(to, of_ticket(to, CREATION_PEOPLE),
              "Jira does not let our account add participants to %.*s: make it an agent of the "
              "service desk, or take participants out",
              STR_ARG(to->c->rule->request_type));
}

void creation_each_fault(const struct creation *c, struct arena *arena, bool is_wish,
                         creation_fault_fn *fn, void *arg)
{
    struct faults to = {c, arena, fn, arg};

    if (!c->form)
        return;
    check_template(&to);
    check_marker(&to);
    check_people(&to);
    for (size_t i = 0; i < c->count; i++)
        check_write(&to, &c->writes[i], is_wish);
    for (size_t i = 0; i < c->form->count; i++) {
        const struct jsm_field *f = &c->form->fields[i];
        struct creation_fault said = {CREATION_REQUIRED,
                                      arena_printf(arena, "rule %.*s", STR_ARG(c->rule->name)).p,
                                      c->rule->pos,
                                      NULL,
                                      f->id,
                                      NULL};
        if (f->required && !is_filled(c, f))
            fault(&to, said,
                  "%.*s '%.*s' is required by %s; bind it, or set it under ticket: fields",
                  STR_ARG(f->id), STR_ARG(f->name), form_name(&to));
    }
}

struct sentences {
    const struct creation *c;
    struct buf text;
};

static void add_sentence(void *arg, const struct creation_fault *fault)
{
    struct sentences *s = arg;

    buf_printf(&s->text, "%s%s (%s:%d:%d): %s", s->text.len ? "; " : "", fault->who, s->c->m->file,
               fault->pos.line, fault->pos.column, fault->words);
}

struct str creation_faults(const struct creation *c, struct arena *arena, bool is_wish)
{
    struct sentences s = {c, {0}};

    buf_init(&s.text, FIELDS_BYTES);
    creation_each_fault(c, arena, is_wish, add_sentence, &s);
    char cut[CREATION_FAULT_BYTES];
    bool whole = str_copy(cut, sizeof cut, buf_str(&s.text));
    buf_done(&s.text);
    return arena_printf(arena, "%s%s", cut, whole ? "" : "...");
}

/* --- the call --- */

struct str creation_account(const struct creation *c, struct str word)
{
    const struct creation_person *who = person_of(c, word, false);
    return who ? who->account : STR_NONE;
}

struct str creation_unknown(const struct creation *c, struct arena *arena,
                            const struct creation_person *who, const char *why)
{
    const struct mapping_write *w = who->organisation;

    if (!w)
        return arena_printf(arena, "%s", why);
    return arena_printf(arena, "%s (%s:%d:%d): %.*s: %s", w->target, c->m->file, w->pos.line,
                        w->pos.column, STR_ARG(w->field), why);
}

/* Who is written by one key and read by another would look like somebody else. */
static bool reads_back(const struct creation *c, const struct mapping_write *w, struct str word,
                       struct err *err)
{
    enum mapping_step first =
        w->binding && w->binding->step_count ? w->binding->steps[0] : STEP_COUNT;
    bool other_account = first == STEP_ACCOUNT && !str_eq(creation_account(c, word), word);
    bool no_address = first == STEP_EMAIL && str_find(word, '@') <= 0;

    if (!other_account && !no_address)
        return true;
    return FAIL(err, ERR_INPUT,
                "%s (%s:%d:%d): %.*s is read as %s, and '%.*s' is none: begin with "
                "then: [%s], or name people so",
                w->target, c->m->file, w->pos.line, w->pos.column, STR_ARG(w->field),
                other_account ? "an account id" : "an e-mail address", STR_ARG(word),
                other_account ? "email" : "account");
}

/* The same of an organisation: [id] reads its number, everything else its name. */
static bool organisation_reads_back(const struct creation *c, const struct mapping_write *w,
                                    struct str word, struct err *err)
{
    bool by_id = w->binding && w->binding->step_count && w->binding->steps[0] == STEP_ID;

    if (!w->binding || by_id == jsm_is_id(word))
        return true;
    return FAIL(err, ERR_INPUT, "%s (%s:%d:%d): %.*s is read by its %s, and '%.*s' is none: %s",
                w->target, c->m->file, w->pos.line, w->pos.column, STR_ARG(w->field),
                by_id ? "number" : "name", STR_ARG(word),
                by_id ? "take then: [id] out, or write numbers"
                      : "begin with then: [id], or write names");
}

static bool put_write(const struct creation *c, struct arena *arena, struct json_out *out,
                      const struct mapping_write *w, struct err *err)
{
    struct jsm_field f = field_of(c, w);
    struct str values[MAPPING_VALUES_MAX];
    bool told = c->form && jsm_form_field(c->form, w->field);

    json_put_name(out, arena_cstr(arena, f.question.len ? f.question : w->field));
    if (!w->count || (!w->binding && !told)) {
        json_put_raw(out, w->raw);
        return true;
    }
    for (size_t i = 0; i < w->count; i++) {
        const struct creation_person *org = person_of(c, w->values[i], true);
        bool is_org = f.kind == FIELD_ORGANISATIONS;
        if (holds_people(&f) && !reads_back(c, w, w->values[i], err))
            return false;
        if (is_org && !organisation_reads_back(c, w, w->values[i], err))
            return false;
        values[i] = holds_people(&f) ? creation_account(c, w->values[i])
                    : is_org && org  ? org->account
                                     : w->values[i];
    }
    return f.question.len ? jsm_answer_put(arena, out, &f, values, w->count, err)
                          : jsm_field_put(arena, out, &f, values, w->count, err);
}

/* A question whose form Jira does not tell cannot be written: nobody knows its kind. */
static bool check_told(const struct creation *c, struct err *err)
{
    for (size_t i = 0; i < c->count; i++)
        if (is_answer(&c->writes[i]) && !(c->form && jsm_form_field(c->form, c->writes[i].field)))
            return FAIL(err, ERR_INPUT, "%.*s: Jira does not tell us the form of request type %.*s",
                        STR_ARG(c->writes[i].field), STR_ARG(c->rule->request_type));
    return true;
}

/* Which of the two a write goes to: fields of the ticket, or answers of its form. */
static bool is_asked_by_form(const struct creation *c, const struct mapping_write *w)
{
    const struct jsm_field *f = c->form ? jsm_form_field(c->form, w->field) : NULL;

    return c->m->ticket.by == CREATE_BY_REQUEST && f && f->question.len;
}

/* Labels are shared with the marker. */
static struct str more_labels(struct arena *arena, const struct mapping_write *w)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    for (size_t i = 0; i < w->count; i++)
        json_put_str(&out, w->values[i]);
    return arena_str(arena, buf_str(&b));
}

/* An object of those that go there. */
static bool put_members(const struct creation *c, struct arena *arena, bool answers,
                        struct str *ret, struct err *err)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    bool fine = true;

    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    for (size_t i = 0; fine && i < c->count; i++)
        if (!str_eq_c(c->writes[i].field, "labels") &&
            is_asked_by_form(c, &c->writes[i]) == answers)
            fine = put_write(c, arena, &out, &c->writes[i], err);
    json_close_object(&out);
    if (fine && b.over)
        return FAIL(err, ERR_INPUT, "the request is too large for a ticket");
    *ret = arena_str(arena, buf_str(&b));
    return fine;
}

static bool put_writes(const struct creation *c, struct arena *arena, struct jsm_create *create,
                       struct err *err)
{
    bool any = false;

    for (size_t i = 0; i < c->count; i++) {
        if (str_eq_c(c->writes[i].field, "labels"))
            create->labels = more_labels(arena, &c->writes[i]);
        any |= is_asked_by_form(c, &c->writes[i]);
    }
    if (!check_told(c, err) || !put_members(c, arena, false, &create->fields, err))
        return false;
    return !any || put_members(c, arena, true, &create->answers, err);
}

bool creation_call(const struct creation *c, struct arena *arena, const struct jsm_create *base,
                   struct jsm_call *ret, struct err *err)
{
    struct jsm_create create = *base;
    struct str participants[MAPPING_PEOPLE_MAX];

    create.marker_field = c->m->ticket.marker;
    create.reporter = c->behalf.len ? creation_account(c, c->behalf) : STR_NONE;
    if (!put_writes(c, arena, &create, err))
        return false;
    if (c->m->ticket.by == CREATE_BY_ISSUE) {
        *ret = jsm_call_create(jsm_create_body(arena, &create));
    } else {
        if (c->form && !jsm_form_field(c->form, STR("description")))
            create.description = STR_NONE;
        for (size_t i = 0; i < c->participant_count; i++)
            participants[i] = creation_account(c, c->participants[i]);
        *ret = jsm_call_request(
            jsm_request_body(arena, &create, c->desk, participants, c->participant_count));
    }
    return ret->body.len > 0 || FAIL(err, ERR_INPUT, "the request is too large for a ticket");
}
