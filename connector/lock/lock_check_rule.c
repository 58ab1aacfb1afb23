/* One binding against the field it reads. */
#include "lock/lock_check_priv.h"

enum { OPTIONS_SHOWN = 120 };

/* Fields that Jira itself fills, on whatever form. */
static bool is_always_there(struct str id)
{
    static const char *const IDS[] = {"reporter", "creator",    "created",  "updated", "issuetype",
                                      "project",  "resolution", "assignee", "status",  "priority"};

    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++)
        if (str_eq_c(id, IDS[i]))
            return true;
    return false;
}

/* One value of each kind, as Jira gives it; NULL: a text may be anything. */
static const char *sample_of(enum field_kind kind, bool cloud)
{
    switch (kind) {
    case FIELD_USER:
    case FIELD_USERS:
        return cloud ? "{\"accountId\":\"5b10\",\"emailAddress\":\"a@example.com\","
                       "\"displayName\":\"A\"}"
                     : "{\"name\":\"a\",\"key\":\"a\",\"emailAddress\":\"a@example.com\","
                       "\"displayName\":\"A\"}";
    case FIELD_RICH:
        return cloud ? "{\"type\":\"doc\",\"version\":1,\"content\":[{\"type\":\"paragraph\","
                       "\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}]}"
                     : NULL;
    case FIELD_CASCADE:
        return "{\"id\":\"1\",\"value\":\"a\",\"child\":{\"id\":\"2\",\"value\":\"b\"}}";
    case FIELD_GROUP:
    case FIELD_GROUPS:
        return "{\"name\":\"a\"}";
    case FIELD_NAMED:
    case FIELD_COMPONENTS:
    case FIELD_ORGANISATIONS:
        return "{\"id\":\"1\",\"name\":\"a\"}";
    case FIELD_ASSETS:
        return "{\"workspaceId\":\"w\",\"id\":\"w:1\",\"objectId\":\"1\"}";
    case FIELD_NUMBER:
        return "10";
    case FIELD_DATE:
        return "\"2026-01-31\"";
    case FIELD_DATETIME:
        return "\"2026-01-31T10:00:00.000+0000\"";
    case FIELD_OPTION: /* its options are looked at one by one */
    case FIELD_OPTIONS:
    case FIELD_TEXT:
    case FIELD_LABELS:
    case FIELD_KIND_COUNT:
        break;
    }
    return NULL;
}

static const struct json *sample_json(const struct lock_checking *c, struct str text)
{
    const struct json *v = NULL;
    struct err err;

    return json_parse(c->arena, text, &v, &err) ? v : NULL;
}

static bool is_cloud(const struct lock_checking *c)
{
    return !str_eq_c(c->site->flavour, "datacenter");
}

static void note_field(const struct lock_checking *c, const struct jsm_field *f)
{
    diag_note(c->diags, "%.*s (%.*s) holds %s, seen %.*s in " LOCK_FILE, STR_ARG(f->name),
              STR_ARG(f->id), field_kind_name(f->kind), STR_ARG(c->seen));
}

/* --- types (M103) --- */

static const char *begin_with(enum field_kind kind)
{
    switch (kind) {
    case FIELD_USER:
    case FIELD_USERS:
        return "begin with then: [email] or [account]";
    case FIELD_RICH:
        return "begin with then: [plain]";
    case FIELD_CASCADE:
        return "begin with then: [parent] or [child]";
    case FIELD_ASSETS:
        return "begin with then: [id]";
    case FIELD_TEXT:
    case FIELD_OPTION:
    case FIELD_OPTIONS:
    case FIELD_GROUP:
    case FIELD_GROUPS:
    case FIELD_DATE:
    case FIELD_DATETIME:
    case FIELD_NUMBER:
    case FIELD_LABELS:
    case FIELD_NAMED:
    case FIELD_COMPONENTS:
    case FIELD_ORGANISATIONS:
    case FIELD_KIND_COUNT:
        break;
    }
    return "take that function out of then:, or bind a field that holds such a value";
}

/* A question for people: forms tell accounts, and never addresses. */
static bool names_account(const struct jsm_field *f)
{
    return str_starts(f->id, STR(FIELD_QUESTION)) &&
           (f->kind == FIELD_USER || f->kind == FIELD_USERS);
}

static struct diag_pos then_of(const struct lock_bound *bound)
{
    const struct yaml *then = yaml_member(bound->yaml, "then");
    const struct yaml *from = yaml_member(bound->yaml, "from");

    return then ? then->key_pos : from ? from->pos : bound->b->pos;
}

static void does_not_fit(const struct lock_checking *c, const struct lock_bound *bound,
                         const struct jsm_field *f, const char *why)
{
    diag_error(c->diags, "M103", then_of(bound), "'%s' cannot be read from this field: it %s",
               bound->target, why);
    note_field(c, f);
    diag_help(c->diags, "%s",
              names_account(f) ? "begin with then: [account]" : begin_with(f->kind));
}

static void holds_one(const struct lock_checking *c, const struct lock_bound *bound,
                      const struct jsm_field *f)
{
    diag_error(c->diags, "M103", yaml_member(bound->yaml, "many")->key_pos,
               "'%s' cannot be many here: this field holds one value", bound->target);
    note_field(c, f);
    diag_help(c->diags, "take many: out, bind a field with several values, or split the text: "
                        "then: [{ split: \",\" }]");
}

/* `type` says how we write; what Jira says counts more, and so it can only mislead. */
static void check_said_type(const struct lock_checking *c, const struct lock_bound *bound,
                            const struct jsm_field *f)
{
    const struct yaml *type = yaml_member(bound->yaml, "type");
    const char *is = field_kind_name(f->kind);

    if (!type || str_eq_c(type->scalar, is))
        return;
    diag_error(c->diags, "M103", type->pos, "this field is not of type %.*s",
               STR_ARG(type->scalar));
    note_field(c, f);
    diag_help(c->diags, "write type: %s, or leave type out", is);
    diag_fix(c->diags, type->pos, str_of(is));
}

/* --- options (M104) --- */

static const struct jsm_choice *upper_of(const struct jsm_field *f, struct str id)
{
    for (size_t i = 0; i < f->choice_count; i++)
        if (!f->choices[i].parent.len && str_eq(f->choices[i].id, id))
            return &f->choices[i];
    return NULL;
}

static const struct json *choice_json(const struct lock_checking *c, const struct jsm_field *f,
                                      const struct jsm_choice *choice)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    bool named = f->kind == FIELD_NAMED || f->kind == FIELD_COMPONENTS;
    const struct jsm_choice *upper = choice->parent.len ? upper_of(f, choice->parent) : NULL;

    buf_init(&b, 64 * 1024);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "id", upper ? upper->id : choice->id);
    json_str_member(&out, named ? "name" : "value", upper ? upper->text : choice->text);
    if (upper) {
        json_put_name(&out, "child");
        json_open_object(&out);
        json_str_member(&out, "id", choice->id);
        json_str_member(&out, "value", choice->text);
        json_close_object(&out);
    }
    json_close_object(&out);
    return sample_json(c, buf_str(&b));
}

/* What a lookup can meet: each option as the functions make it, each once. */
struct met {
    const char **names; /* ends with NULL */
    size_t count;
    const char *why; /* none can be read: why the first cannot */
};

static bool is_among(const struct met *met, struct str text)
{
    for (size_t i = 0; i < met->count; i++)
        if (str_eq_c(text, met->names[i]))
            return true;
    return false;
}

static struct met met_of(const struct lock_checking *c, const struct lock_bound *bound,
                         const struct jsm_field *f)
{
    struct met met = {.names = arena_array(c->arena, f->choice_count + 1, sizeof *met.names)};

    for (size_t i = 0; met.names && i < f->choice_count; i++) {
        struct str text;
        const char *why;
        const struct json *v = choice_json(c, f, &f->choices[i]);
        if (!mapping_reads(c->arena, bound->b, v, true, &text, &why))
            met.why = met.why ? met.why : why;
        else if (text.len && !is_among(&met, text))
            met.names[met.count++] = arena_cstr(c->arena, text);
    }
    return met;
}

/* Options that no key stands for yet: only those can be what was meant. */
static const char *const *left_of(const struct lock_checking *c, const struct met *met,
                                  const struct yaml *lookup)
{
    const char **left = arena_array(c->arena, met->count + 1, sizeof *left);
    size_t n = 0;

    for (size_t i = 0; left && i < met->count; i++)
        if (!yaml_member(lookup, met->names[i]))
            left[n++] = met->names[i];
    return left;
}

static struct str options_shown(const struct lock_checking *c, const struct met *met)
{
    struct str all = STR("");
    size_t i = 0;

    for (; i < met->count && all.len < OPTIONS_SHOWN; i++)
        all = arena_printf(c->arena, "%.*s%s\"%s\"", STR_ARG(all), i ? ", " : "", met->names[i]);
    if (i < met->count)
        return arena_printf(c->arena, "use one of %.*s and %zu more", STR_ARG(all), met->count - i);
    return arena_printf(c->arena, "use one of %.*s", STR_ARG(all));
}

static void check_key(const struct lock_checking *c, const struct lock_bound *bound,
                      const struct jsm_field *f, const struct met *met, const struct yaml *pair)
{
    const struct yaml *lookup = yaml_member(bound->yaml, "lookup");
    const char *const *left = left_of(c, met, lookup);

    if (is_among(met, pair->key) || !left)
        return;
    diag_error(c->diags, "M104", pair->key_pos,
               "\"%.*s\" is not an option of this field on request type %.*s", STR_ARG(pair->key),
               STR_ARG(bound->t->id));
    diag_note(c->diags, "%.*s (%.*s) has %zu option%s, seen %.*s in " LOCK_FILE, STR_ARG(f->name),
              STR_ARG(f->id), f->choice_count, f->choice_count == 1 ? "" : "s", STR_ARG(c->seen));
    diag_similar(c->diags, pair->key_pos, pair->key, left, options_shown(c, met).p);
}

static void check_options(const struct lock_checking *c, const struct lock_bound *bound,
                          const struct jsm_field *f)
{
    struct met met = met_of(c, bound, f);

    if (!met.count && met.why) {
        does_not_fit(c, bound, f, met.why);
        return;
    }
    YAML_EACH(pair, met.count ? yaml_member(bound->yaml, "lookup") : NULL)
    check_key(c, bound, f, &met, pair);
}

/* --- the field --- */

static void check_field(const struct lock_checking *c, const struct lock_bound *bound,
                        const struct jsm_field *f)
{
    const char *sample =
        names_account(f) ? "{\"accountId\":\"5b10\"}" : sample_of(f->kind, is_cloud(c));
    const char *why;
    struct str text;

    if (!f->writable)
        return;
    check_said_type(c, bound, f);
    if (names_account(f) &&
        mapping_reads(c->arena, bound->b, sample_json(c, str_of(sample)), false, &text, &why) &&
        !text.len)
        does_not_fit(c, bound, f, "shows no addresses");
    else if (sample &&
             !mapping_reads(c->arena, bound->b, sample_json(c, str_of(sample)), false, &text, &why))
        does_not_fit(c, bound, f, why);
    else if (bound->b->many && !jsm_field_is_list(f->kind) && !mapping_splits(bound->b))
        holds_one(c, bound, f);
    else if (f->choice_count)
        check_options(c, bound, f);
}

/* A field that nobody can fill on the form is empty on each ticket: what must be there holds them
 * all. */
static void not_on_form(const struct lock_checking *c, const struct lock_bound *bound,
                        const struct lock_field *known)
{
    const struct binding *b = bound->b;
    const struct yaml *from = yaml_member(bound->yaml, "from");
    bool must = b->on_missing != MISSING_IGNORE && !b->has_fallback;

    if (must)
        diag_error(c->diags, "M102", from->pos,
                   "%.*s is not on the form of request type %.*s: every ticket would be held",
                   STR_ARG(b->from), STR_ARG(bound->t->id));
    else
        diag_warning(c->diags, "M102", from->pos,
                     "%.*s is not on the form of request type %.*s: it stays empty",
                     STR_ARG(b->from), STR_ARG(bound->t->id));
    diag_note(c->diags, "%.*s \"%.*s\" asks for %zu fields, seen %.*s in " LOCK_FILE,
              STR_ARG(bound->t->id), STR_ARG(bound->t->name), bound->t->form.count,
              STR_ARG(c->seen));
    diag_help(c->diags, "put \"%.*s\" on that form, or bind another field",
              STR_ARG(known ? known->name : b->from));
}

/* A question that is linked to a field is that field; whose form is another one, M107 says. */
static void check_question(const struct lock_checking *c, const struct lock_bound *bound,
                           const struct jsm_field *f)
{
    const struct yaml *from = yaml_member(bound->yaml, "from");
    const struct jsm_form *form = &bound->t->form;

    bool must = bound->b->on_missing != MISSING_IGNORE && !bound->b->has_fallback;

    if (!form->template_known || !str_eq(form->template, bound->form))
        return;
    if (f) {
        check_field(c, bound, f);
        return;
    }
    diag_error(c->diags, "M108", from->pos,
               "the form of request type %.*s has no question %.*s: %s", STR_ARG(bound->t->id),
               STR_ARG(bound->b->from), must ? "every ticket would be held" : "it stays empty");
    diag_note(c->diags, "form %.*s of \"%.*s\", seen %.*s in " LOCK_FILE, STR_ARG(form->template),
              STR_ARG(bound->t->name), STR_ARG(c->seen));
    diag_help(c->diags, "%s", lock_questions_shown(c, bound->t, bound->b->label).p);
}

void lock_check_binding(const struct lock_checking *c, const struct lock_bound *bound)
{
    struct str id = bound->b->from;
    const struct lock_field *known = lock_field_of(c->site, id);
    const struct jsm_field *f = jsm_form_field(&bound->t->form, id);

    bool question = str_starts(id, STR(FIELD_QUESTION));

    if (question) {
        check_question(c, bound, f);
        return;
    }
    if (!id.len || (c->site->field_count && !known))
        return; /* M101 says so */
    if (!f && bound->screen)
        f = jsm_form_field(bound->screen, id);
    if (!f && !is_always_there(id)) {
        not_on_form(c, bound, known);
        return;
    }
    struct jsm_field as_told = {.id = id};
    if (!f && known)
        as_told = (struct jsm_field){
            .id = id, .name = known->name, .kind = known->kind, .writable = known->is_known};
    check_field(c, bound, f ? f : &as_told);
}
