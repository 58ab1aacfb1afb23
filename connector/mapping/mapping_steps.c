/* `then` of a binding: functions by name, some with an argument: [trim, { split: ";" }]. */
#include "mapping/mapping_priv.h"

enum argument_kind { TAKES_NONE, TAKES_TEXT, TAKES_NUMBER, TAKES_PAIR, TAKES_PATTERN };
enum { ARGUMENT_BYTES = 256, PART_MAX = 64 };

static const struct {
    enum argument_kind takes;
    enum step_kind kind;
} FUNCTIONS[] = {
#define X(suffix, name, argument, kind) {TAKES_##argument, STEP_##kind},
    MAPPING_FUNCTIONS(X)
#undef X
};
static const char *const NAMES[] = {
#define X(suffix, name, argument, kind) name,
    MAPPING_FUNCTIONS(X)
#undef X
        NULL};

enum step_kind step_kind(enum mapping_step step)
{
    return FUNCTIONS[step].kind;
}

static const char *how_to_write(enum argument_kind takes)
{
    switch (takes) {
    case TAKES_NONE:
        return "write its name alone: then: [trim]";
    case TAKES_TEXT:
        return "write { split: \";\" }, { before: fin- } or { after: -role }";
    case TAKES_NUMBER:
        return "write { part: 2 }; parts count from 1 to 64";
    case TAKES_PAIR:
        return "write { replace: [\"_\", \"-\"] }: each of the first becomes the second";
    case TAKES_PATTERN:
        return "write { match: \"CN=([^,]+),.*\" }: what is in ( ) is taken";
    }
    return "";
}

static bool is_short_text(const struct yaml *v, bool may_be_empty)
{
    return v && v->kind == YAML_SCALAR && v->scalar.len <= ARGUMENT_BYTES &&
           (may_be_empty || v->scalar.len);
}

static bool take_pair(const struct yaml *v, struct step_argument *a)
{
    const struct yaml *with = v->first ? v->first->next : NULL;

    if (v->kind != YAML_LIST || yaml_count(v) != 2 || !is_short_text(v->first, false) ||
        !is_short_text(with, true))
        return false;
    a->text = v->first->scalar;
    a->with = with->scalar;
    return true;
}

/* False: it says itself what is wrong. */
static bool take_pattern(const struct loader *l, const struct yaml *v, struct step_argument *a)
{
    struct pattern *p = ARENA_NEW(l->arena, struct pattern);
    const char *wrong = NULL;

    if (!p || pattern_parse(v->scalar, p, &wrong)) {
        a->text = v->scalar;
        a->pattern = p;
        return p != NULL;
    }
    diag_error(l->diags, "M067", v->pos, "the pattern %s", wrong);
    diag_note(l->diags, "a pattern has characters, ., [a-z], [^,], \\d, \\w, \\s, then *, + or ?, "
                        "and one ( )");
    diag_help(l->diags, "write { match: \"CN=([^,]+),.*\" }; all of the text must fit");
    return false;
}

/* The argument, in the arena; NULL with a fault, or where the function takes none. */
static const struct step_argument *load_argument(const struct loader *l, enum mapping_step step,
                                                 const struct yaml *v, struct diag_pos pos)
{
    enum argument_kind takes = FUNCTIONS[step].takes;
    struct step_argument *a = ARENA_NEW(l->arena, struct step_argument);
    bool good = false;

    if (!a || (takes == TAKES_NONE && !v))
        return NULL;
    *a = (struct step_argument){0};
    if (takes == TAKES_PATTERN && is_short_text(v, false))
        return take_pattern(l, v, a) ? a : NULL;
    if (takes == TAKES_TEXT && is_short_text(v, false)) {
        a->text = v->scalar;
        good = true;
    } else if (takes == TAKES_NUMBER && v && v->kind == YAML_SCALAR) {
        good = str_to_i64(v->scalar, &a->number) && a->number >= 1 && a->number <= PART_MAX;
    } else if (takes == TAKES_PAIR && v) {
        good = take_pair(v, a);
    }
    if (good)
        return a;
    diag_error(l->diags, "M066", v ? v->pos : pos, "'%s' takes %s", NAMES[step],
               takes == TAKES_NONE ? "no argument" : "another argument");
    diag_help(l->diags, "%s", how_to_write(takes));
    return NULL;
}

static void load_step(const struct loader *l, const struct yaml *v, struct binding *b)
{
    const struct yaml *argument = v->kind == YAML_MAP && yaml_count(v) == 1 ? v->first : NULL;
    struct str name = argument ? argument->key : v->scalar;
    struct diag_pos pos = argument ? argument->key_pos : v->pos;
    size_t i = 0;

    while (NAMES[i] && !str_eq_c(name, NAMES[i]))
        i++;
    if (!NAMES[i]) {
        diag_error(l->diags, "M022", pos, "there is no function '%.*s'", STR_ARG(name));
        diag_note(l->diags,
                  "functions are trim, lower, upper, email, account, bool, number, date, first, "
                  "plain, parent, child, id, split, part, match, replace, before, after");
        diag_similar(l->diags, pos, name, NAMES, "take one of these");
    } else if (b->step_count == MAPPING_STEPS_MAX) {
        diag_error(l->diags, "M023", pos, "more than %d functions in one binding",
                   MAPPING_STEPS_MAX);
        diag_help(l->diags, "leave out those that change nothing");
    } else {
        const struct step_argument *a = load_argument(l, (enum mapping_step)i, argument, pos);
        if (!a && (argument || FUNCTIONS[i].takes != TAKES_NONE))
            return;
        b->arguments[b->step_count] = a;
        b->steps[b->step_count++] = (enum mapping_step)i;
    }
}

void load_steps(const struct loader *l, const struct yaml *list, struct binding *b)
{
    YAML_EACH(v, list_of(l, list, "'then'"))
    load_step(l, v, b);
}

struct str mapping_step_text(struct arena *arena, const struct binding *b, size_t i)
{
    const char *name = NAMES[b->steps[i]];
    const struct step_argument *a = b->arguments[i];

    switch (FUNCTIONS[b->steps[i]].takes) {
    case TAKES_NONE:
        break;
    case TAKES_NUMBER:
        return arena_printf(arena, "%s %d", name, (int)a->number);
    case TAKES_PAIR:
        return arena_printf(arena, "%s \"%.*s\" \"%.*s\"", name, STR_ARG(a->text),
                            STR_ARG(a->with));
    case TAKES_TEXT:
    case TAKES_PATTERN:
        return arena_printf(arena, "%s \"%.*s\"", name, STR_ARG(a->text));
    }
    return str_of(name);
}
