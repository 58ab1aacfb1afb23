/* The fields and screens beside the workflows: made, and taken out again. As with workflows, the
 * intent is committed before anything is sent; what is there is what Jira shows. Each piece is done
 * as far as it is missing, so that a run that was cut off is gone on with. */
#include <stdio.h>

#include "cli/gate_part_priv.h"
#include "jsm/jsm_screen.h"

enum { AFTER_BYTES = 4096 };

/* --- one piece --- */

struct piece {
    const char *kind; /* of governance.gate_installation */
    struct str key;   /* what we call it: what tells pieces of a site apart */
    struct str name;
    struct str before, planned;
};

static bool piece_move(struct gate_work *w, int64_t id, const char *from, const char *to,
                       struct str after, struct str said)
{
    struct err err = {0};

    if (gate_move(w, id, from, to, after, said, &err) == STORE_OK)
        return true;
    gate_fail(w, &err);
    return false;
}

/* The intent: that of an earlier run which was cut off, or a new one in the place of what somebody
 * has removed since. */
static bool piece_begin(struct gate_work *w, const struct gate_project *p, const struct json *rows,
                        const struct piece *piece, int64_t *ret_id)
{
    const struct json *row = gate_row_of(rows, piece->key);
    struct store_gate_change change = {.site = w->at->name,
                                       .project = p->gate->project,
                                       .workflow = piece->key,
                                       .kind = str_of(piece->kind),
                                       .name = piece->name,
                                       .mode = str_of(GATE_KIND_NAMES[p->choice.kind]),
                                       .before = piece->before,
                                       .planned = piece->planned,
                                       .changes = gate_parts_changes(w, p),
                                       .replaces = gate_number_of(row, "id")};
    struct err err = {0};

    *ret_id = gate_number_of(row, "id");
    if (row && str_eq_c(json_path_str(row, "state"), "installing"))
        return true;
    if (row && str_eq_c(json_path_str(row, "state"), "removing"))
        return piece_move(w, *ret_id, "removing", "installing", STR_NONE, STR_NONE);
    if (gate_begin(w, &change, ret_id, &err) == STORE_OK)
        return true;
    gate_fail(w, &err);
    return false;
}

/* Jira did not do what this piece needs first: it is over, unless nobody knows. */
static bool piece_lost(struct gate_work *w, const struct piece *piece, int64_t id,
                       const struct jsm_answer *answer)
{
    bool open = answer->verdict == JSM_UNKNOWN;

    gate_say(w, "%.*s %s: %s%s", STR_ARG(piece->name),
             open ? "was perhaps made, perhaps not" : "could not be made", answer->why,
             open ? "; run gate install again" : "; gate install --no-fields goes on without it");
    gate_code(w, gate_code_of(answer));
    if (!open)
        (void)!piece_move(w, id, "installing", "given_up", STR_NONE, str_of(answer->why));
    return false;
}

/* A call whose answer must be good. what: what did not succeed, for people. */
static bool asked(struct gate_work *w, const struct jsm_call *call, const char *what,
                  struct jsm_answer *ret)
{
    *ret = gate_ask(w, call);
    if (ret->verdict == JSM_OK)
        return true;
    gate_say(w, "%s: %s; run gate install again, or --no-fields goes on without it", what,
             ret->why);
    gate_code(w, gate_code_of(ret));
    return false;
}

/* --- fields --- */

static struct piece field_piece(struct gate_work *w, size_t which)
{
    return (struct piece){.kind = "field",
                          .key = arena_printf(w->arena, "field %s", GATE_FIELD_NAMES[which]),
                          .name = arena_printf(w->arena, "the field %s", GATE_FIELD_NAMES[which]),
                          .planned = str_of(GATE_FIELD_TYPES[which])};
}

static bool make_field(struct gate_work *w, const struct gate_project *p, const struct json *rows,
                       size_t which, struct str *ret_field)
{
    struct piece piece = field_piece(w, which);
    struct jsm_call call = jsm_call_field_add(w->arena, (enum gate_field)which);
    int64_t id;

    if (!piece_begin(w, p, rows, &piece, &id))
        return false;
    struct jsm_answer answer = gate_ask(w, &call);
    *ret_field = arena_str(w->arena, json_path_str(answer.body, "id"));
    if (answer.verdict != JSM_OK || !ret_field->len)
        return piece_lost(w, &piece, id, &answer);
    gate_say(w, "made the field %s: %.*s", GATE_FIELD_NAMES[which], STR_ARG(*ret_field));
    return piece_move(w, id, "installing", "installed", *ret_field, STR_NONE);
}

/* One that an earlier run asked for and did not hear of is there. */
static bool take_up_field(struct gate_work *w, const struct json *rows, size_t which,
                          struct str field)
{
    struct piece piece = field_piece(w, which);
    const struct json *row = gate_row_of(rows, piece.key);

    if (!row || str_eq_c(json_path_str(row, "state"), "installed"))
        return true;
    return piece_move(w, gate_number_of(row, "id"), json_path_str(row, "state").p, "installed",
                      field, STR_NONE);
}

/* A select list takes what stands in its list, and nothing else. */
static bool fill_options(struct gate_work *w, struct str field)
{
    struct jsm_call call = jsm_call_contexts(w->arena, field);
    struct jsm_answer answer;

    if (!asked(w, &call, "the options of Access check", &answer))
        return false;
    struct str context = jsm_first_id(w->arena, answer.body);
    call = jsm_call_options(w->arena, field, context);
    if (!asked(w, &call, "the options of Access check", &answer))
        return false;
    call = jsm_call_options_add(w->arena, field, context, answer.body);
    return !call.path.len || asked(w, &call, "the options of Access check", &answer);
}

/* --- screens --- */

/* The tab of that name, else (name empty) the first one. */
static struct str tab_of(struct gate_work *w, const struct json *tabs, struct str name)
{
    JSON_EACH(tab, tabs)
    {
        if (!name.len || str_eq(json_path_str(tab, "name"), name))
            return json_id(w->arena, json_member(tab, "id"));
    }
    return STR_NONE;
}

/* What all tabs of a screen carry, "summary,customfield_1": a field stands on one of them only. */
static bool read_carried(struct gate_work *w, struct str screen, const struct json *tabs,
                         struct str *ret_fields)
{
    struct jsm_answer there;

    *ret_fields = STR("");
    JSON_EACH(tab, tabs)
    {
        struct jsm_call call =
            jsm_call_tab_fields(w->arena, screen, json_id(w->arena, json_member(tab, "id")));
        if (!asked(w, &call, "the fields of a screen", &there))
            return false;
        JSON_EACH(f, there.body)
        *ret_fields = arena_printf(w->arena, "%.*s,%.*s", STR_ARG(*ret_fields),
                                   STR_ARG(json_path_str(f, "id")));
    }
    return true;
}

/* Onto a tab, those that the screen carries nowhere. */
static bool fill_tab(struct gate_work *w, struct str screen, struct str tab, struct str carried,
                     const struct str *fields, size_t count)
{
    struct jsm_answer answer;

    for (size_t i = 0; i < count; i++) {
        if (gate_is_listed(carried, fields[i]))
            continue;
        struct jsm_call call = jsm_call_tab_field_add(w->arena, screen, tab, fields[i]);
        if (!asked(w, &call, "a field onto a screen", &answer))
            return false;
    }
    return true;
}

/* Screens of ours only. */
static bool fill_screen(struct gate_work *w, struct str screen, const struct str *fields,
                        size_t count)
{
    struct jsm_call call = jsm_call_tabs(w->arena, screen);
    struct jsm_answer tabs;
    struct str carried;

    return asked(w, &call, "the tabs of a screen", &tabs) &&
           read_carried(w, screen, tabs.body, &carried) &&
           fill_tab(w, screen, tab_of(w, tabs.body, STR_NONE), carried, fields, count);
}

/* The screen of that name, made where it is not there. */
static bool have_screen(struct gate_work *w, const struct piece *piece, struct str name, int64_t id,
                        struct str *ret_screen)
{
    struct jsm_call call = jsm_call_screens(w->arena, name, 0);
    struct jsm_answer answer;

    if (!asked(w, &call, "the screens", &answer))
        return false;
    *ret_screen = jsm_screen_named(w->arena, answer.body, name);
    if (ret_screen->len)
        return true;
    call = jsm_call_screen_add(w->arena, name);
    answer = gate_ask(w, &call);
    *ret_screen = json_id(w->arena, json_member(answer.body, "id"));
    return (answer.verdict == JSM_OK && ret_screen->len) || piece_lost(w, piece, id, &answer);
}

static bool make_screen(struct gate_work *w, const struct gate_project *p, const struct json *rows,
                        struct str *ret_screen)
{
    struct piece piece = {.kind = "screen",
                          .key = STR("screen " GATE_SCREEN_NAME),
                          .name = STR("the screen " GATE_SCREEN_NAME)};
    int64_t id;

    return piece_begin(w, p, rows, &piece, &id) &&
           have_screen(w, &piece, STR(GATE_SCREEN_NAME), id, ret_screen) &&
           piece_move(w, id, "installing", "installed", *ret_screen, STR_NONE);
}

/* One tab of the screen for viewing, into the copy, which carries some already. */
static bool copy_tab(struct gate_work *w, struct str from, const struct json *tab, struct str to,
                     struct str to_tab, struct str carried)
{
    struct jsm_call call =
        jsm_call_tab_fields(w->arena, from, json_id(w->arena, json_member(tab, "id")));
    struct jsm_answer answer;

    if (!asked(w, &call, "the screen for viewing", &answer))
        return false;
    size_t count = json_count(answer.body), n = 0;
    struct str *fields = arena_array(w->arena, count + 1, sizeof *fields);
    JSON_EACH(f, answer.body)
    fields[n++] = arena_str(w->arena, json_path_str(f, "id"));
    return fill_tab(w, to, to_tab, carried, fields, n);
}

/* Its first tab becomes the first one of the copy, whatever they are called. */
static bool copy_screen(struct gate_work *w, struct str from, struct str to)
{
    struct jsm_call call = jsm_call_tabs(w->arena, from);
    struct jsm_answer source, made, answer;
    struct str carried;
    bool first = true;

    if (!asked(w, &call, "the screen for viewing", &source))
        return false;
    call = jsm_call_tabs(w->arena, to);
    if (!asked(w, &call, "the screen for viewing", &made) ||
        !read_carried(w, to, made.body, &carried))
        return false;
    JSON_EACH(tab, source.body)
    {
        struct str name = json_path_str(tab, "name");
        struct str there = tab_of(w, made.body, first ? STR_NONE : name);
        if (!there.len) {
            call = jsm_call_tab_add(w->arena, to, name);
            if (!asked(w, &call, "a tab of the screen for viewing", &answer))
                return false;
            there = json_id(w->arena, json_member(answer.body, "id"));
        }
        if (!copy_tab(w, from, tab, to, there, carried))
            return false;
        first = false;
    }
    return true;
}

/* was: what served for viewing before our copy did; empty: none of its own. */
static struct str view_words(struct gate_work *w, const struct gate_scheme *s, struct str was,
                             struct str screen)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, AFTER_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "scheme", s->id);
    json_str_member(&out, "name", gate_view_name(w, s));
    json_str_member(&out, "was", was);
    json_str_member(&out, "screen", screen);
    json_close_object(&out);
    return arena_str(w->arena, buf_str(&b));
}

static struct str view_key(struct gate_work *w, const struct gate_scheme *s)
{
    return arena_printf(w->arena, "view of screen scheme %.*s", STR_ARG(s->id));
}

/* What an earlier run has written of a view: what it left, else what it was about to do. */
static const struct json *view_row(struct gate_work *w, const struct json *row)
{
    struct str text = json_path_str(row, "after");
    const struct json *v;
    struct err err;

    if (!text.len)
        text = json_path_str(row, "before");
    return json_parse(w->arena, text, &v, &err) ? v : NULL;
}

/* By its name, or because we know that we have made it. */
static bool is_our_view(struct gate_work *w, const struct gate_scheme *s, const struct json *row)
{
    struct str ours = json_path_str(view_row(w, row), "screen");

    return s->view_is_ours || (ours.len && str_eq(s->on_view, ours));
}

static bool show_in_view(struct gate_work *w, const struct gate_project *p, const struct json *rows,
                         const struct gate_scheme *s, const struct str *fields)
{
    const struct json *row = gate_row_of(rows, view_key(w, s));
    bool mend = is_our_view(w, s, row);
    struct str from = gate_view_screen(s), screen = from;
    /* what viewing goes back to one day is never a screen of ours */
    struct str was = mend ? json_path_str(view_row(w, row), "was") : s->on_view;
    struct piece piece = {
        .kind = "view",
        .key = view_key(w, s),
        .name = arena_printf(w->arena, "the screen for viewing of %.*s", STR_ARG(s->name)),
        .before = view_words(w, s, was, mend ? screen : STR_NONE)};
    struct jsm_answer answer;
    int64_t id;

    if (!piece_begin(w, p, rows, &piece, &id))
        return false;
    if (!mend && (!have_screen(w, &piece, gate_view_name(w, s), id, &screen) ||
                  !copy_screen(w, from, screen)))
        return false;
    if (!fill_screen(w, screen, fields, GATE_FIELDS_SHOWN))
        return false;
    if (!mend) {
        struct jsm_call call = jsm_call_scheme_view(w->arena, s->id, screen);
        if (!asked(w, &call, "the screen for viewing", &answer))
            return false;
    }
    return piece_move(w, id, "installing", "installed", view_words(w, s, was, screen), STR_NONE);
}

/* An earlier run has done it, and was cut off before it said so. */
static bool take_up_view(struct gate_work *w, const struct json *rows, const struct gate_scheme *s)
{
    const struct json *row = gate_row_of(rows, view_key(w, s));

    if (!row || str_eq_c(json_path_str(row, "state"), "installed"))
        return true;
    return piece_move(w, gate_number_of(row, "id"), json_path_str(row, "state").p, "installed",
                      STR_NONE, STR_NONE);
}

/* --- all of it --- */

static bool install_fields(struct gate_work *w, const struct gate_project *p,
                           const struct json *rows, struct str *fields)
{
    bool ours = gate_row_of(rows, field_piece(w, GATE_FIELD_CHECK).key) ||
                p->parts.make_field[GATE_FIELD_CHECK];

    for (size_t i = 0; i < GATE_FIELDS; i++) {
        fields[i] = p->gate->there.fields[i];
        bool ok = p->parts.make_field[i] ? make_field(w, p, rows, i, &fields[i])
                                         : take_up_field(w, rows, i, fields[i]);
        if (!ok)
            return false;
    }
    return !ours || fill_options(w, fields[GATE_FIELD_CHECK]);
}

static bool install_screens(struct gate_work *w, const struct gate_project *p,
                            const struct json *rows, const struct str *fields)
{
    const struct gate_parts_there *t = &p->gate->there;
    const struct json *row = gate_row_of(rows, STR("screen " GATE_SCREEN_NAME));
    struct str screen = t->screen;

    if (!p->parts.by_loop)
        return true;
    bool half = row && !str_eq_c(json_path_str(row, "state"), "installed");
    if ((p->parts.make_screen || half) && !make_screen(w, p, rows, &screen))
        return false;
    bool lacks = p->parts.make_screen;
    for (size_t i = 0; i < GATE_FIELDS_SHOWN; i++)
        lacks |= p->parts.fill_screen[i];
    if (lacks && !fill_screen(w, screen, fields, GATE_FIELDS_SHOWN))
        return false;
    for (size_t i = 0; i < t->scheme_count; i++) {
        const struct gate_scheme *s = &t->schemes[i];
        bool ok = p->parts.views[i] == GATE_VIEW_IS ? take_up_view(w, rows, s)
                                                    : show_in_view(w, p, rows, s, fields);
        if (!ok)
            return false;
    }
    return true;
}

bool gate_parts_install(struct gate_work *w, const struct gate_project *p)
{
    struct str fields[GATE_FIELDS];
    struct err err = {0};
    const struct json *rows = gate_live(w, &err);

    if (!rows) {
        gate_fail(w, &err);
        return false;
    }
    if (!p->gate->there.known)
        return true;
    return install_fields(w, p, rows, fields) && install_screens(w, p, rows, fields);
}

/* --- taking them out --- */

/* What is left in Jira. Only what is gone, or kept on purpose, ends its row. */
struct left {
    enum { LEFT_NOTHING, LEFT_ON_PURPOSE, LEFT_OPEN } how;
    struct str why;
    enum exit_code code;
};

static struct left gone(void)
{
    return (struct left){.how = LEFT_NOTHING};
}

/* Of an answer: nothing is left when it is good, or when the thing is not there. */
static struct left left_by(struct gate_work *w, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK || answer->verdict == JSM_MISSING)
        return gone();
    return (struct left){.how = LEFT_OPEN,
                         .why = arena_printf(w->arena, "it is not taken out: %s", answer->why),
                         .code = gate_code_of(answer)};
}

static struct left remove_screen(struct gate_work *w, struct str screen)
{
    struct jsm_call call = jsm_call_screen_remove(w->arena, screen);
    struct jsm_answer answer;

    if (!call.path.len)
        return gone(); /* it never was made */
    answer = gate_ask(w, &call);
    return left_by(w, &answer);
}

/* Nobody heard of it when it was made: it is known by its name. False: *ret_left. */
static bool find_screen(struct gate_work *w, struct str name, struct str *screen,
                        struct left *ret_left)
{
    struct jsm_call call = jsm_call_screens(w->arena, name, 0);

    if (screen->len)
        return true;
    struct jsm_answer answer = gate_ask(w, &call);
    *ret_left = left_by(w, &answer);
    if (answer.verdict != JSM_OK)
        return false;
    *screen = jsm_screen_named(w->arena, answer.body, name);
    return true;
}

/* Viewing gets back what it had, unless somebody has chosen another screen since. */
static struct left remove_view(struct gate_work *w, const struct json *row)
{
    const struct json *v = view_row(w, row);
    struct str screen = json_path_str(v, "screen");
    struct gate_scheme now = {.id = json_path_str(v, "scheme")};
    struct left left;

    if (!v)
        return (struct left){
            .how = LEFT_OPEN, .why = STR("what it was is not known"), .code = EXIT_CODE_FAILED};
    struct jsm_call call = jsm_call_schemes(w->arena, &now, 1);
    struct jsm_answer answer = gate_ask(w, &call);
    if (answer.verdict != JSM_OK)
        return left_by(w, &answer);
    JSON_EACH(s, json_member(answer.body, "values"))
    {
        struct gate_scheme one = jsm_scheme_read(w->arena, s);
        if (str_eq(one.id, now.id))
            now = one;
    }
    if (!find_screen(w, json_path_str(v, "name"), &screen, &left))
        return left;
    if (screen.len && str_eq(now.on_view, screen)) {
        call = jsm_call_scheme_view(w->arena, now.id, json_path_str(v, "was"));
        answer = gate_ask(w, &call);
        if (answer.verdict != JSM_OK) {
            left = left_by(w, &answer);
            return left.how == LEFT_OPEN
                       ? left
                       : (struct left){.how = LEFT_OPEN,
                                       .why = STR("the screen it had before is not there any "
                                                  "more: choose one in Jira's screen scheme"),
                                       .code = EXIT_CODE_FAILED};
        }
    }
    return remove_screen(w, screen);
}

static struct left remove_own_screen(struct gate_work *w, const struct json *row)
{
    struct str screen = json_path_str(row, "after");
    struct left left;

    return find_screen(w, STR(GATE_SCREEN_NAME), &screen, &left) ? remove_screen(w, screen) : left;
}

/* Into the trash, with its values: an administrator can take it out again for a month. One that
 * somebody has put on a screen is somebody's. */
static struct left remove_field(struct gate_work *w, const struct json *row)
{
    struct str field = json_path_str(row, "after");
    struct jsm_answer answer;
    struct jsm_call call;

    for (size_t i = 0; !field.len && i < GATE_FIELDS; i++) {
        if (!str_eq(field_piece(w, i).key, json_path_str(row, "workflow")))
            continue;
        call = jsm_call_fields_named(w->arena, str_of(GATE_FIELD_NAMES[i]), 0);
        answer = gate_ask(w, &call);
        field = jsm_field_named(w->arena, answer.body, GATE_FIELD_NAMES[i], GATE_FIELD_TYPES[i]);
        if (!field.len) /* it never was made, or that is not known */
            return left_by(w, &answer);
    }
    call = jsm_call_field_screens(w->arena, field, 0);
    answer = gate_ask(w, &call);
    if (answer.verdict != JSM_OK)
        return left_by(w, &answer);
    if (jsm_ids(w->arena, answer.body).len)
        return (struct left){.how = LEFT_ON_PURPOSE,
                             .why = STR("it stays in Jira: a screen of somebody else shows it")};
    call = jsm_call_field_trash(w->arena, field);
    answer = gate_ask(w, &call);
    return left_by(w, &answer);
}

static const struct {
    const char *kind;
    struct left (*remove)(struct gate_work *w, const struct json *row);
} REMOVALS[] = {{"view", remove_view}, {"screen", remove_own_screen}, {"field", remove_field}};

/* False: it is there still, and the next run goes on with it. */
static bool remove_piece(struct gate_work *w, const struct json *row, size_t how)
{
    int64_t id = gate_number_of(row, "id");
    const char *state = json_path_str(row, "state").p;

    if (!str_eq_c(str_of(state), "removing") &&
        !piece_move(w, id, state, "removing", STR_NONE, STR_NONE))
        return false;
    struct left left = REMOVALS[how].remove(w, row);
    bool open = left.how == LEFT_OPEN;
    gate_say(w, "%.*s: %.*s%s", STR_ARG(json_path_str(row, "name")),
             STR_ARG(left.why.len ? left.why : STR("taken out")),
             open ? "; gate uninstall goes on from here" : "");
    if (open) {
        gate_code(w, left.code);
        return false;
    }
    return piece_move(w, id, "removing", "removed", STR_NONE, left.why);
}

static bool remove_kind(struct gate_work *w, const struct json *rows, size_t how)
{
    bool all = true;

    JSON_EACH(row, rows)
    {
        if (str_eq_c(json_path_str(row, "kind"), REMOVALS[how].kind))
            all &= remove_piece(w, row, how);
    }
    return all;
}

void gate_parts_uninstall(struct gate_work *w)
{
    struct err err = {0};
    const struct json *rows = gate_live(w, &err);

    if (!rows) {
        gate_fail(w, &err);
        return;
    }
    JSON_EACH(row, rows)
    {
        if (str_eq_c(json_path_str(row, "kind"), "workflow"))
            return; /* other gates of this site still need them */
    }
    /* screens go before the fields they carry: a field is not taken off one that is left */
    bool all = true;
    for (size_t how = 0; all && how < sizeof REMOVALS / sizeof REMOVALS[0]; how++)
        all = remove_kind(w, rows, how);
}
