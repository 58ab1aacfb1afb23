#include "yaml/yaml.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/limits.h"

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct diag_list *diags;
    size_t nodes;
    bool failed;  /* there is a fault: no tree is returned */
    bool stopped; /* the text cannot be read on */
};

static struct diag_pos place(yaml_mark_t mark)
{
    return (struct diag_pos){(int)mark.line + 1, (int)mark.column + 1, 0};
}

/* Where an event begins, and how wide it is when it ends on the same line. */
static struct diag_pos place_of(const yaml_event_t *ev)
{
    struct diag_pos pos = place(ev->start_mark);
    if (ev->start_mark.line == ev->end_mark.line)
        pos.width = (int)(ev->end_mark.column - ev->start_mark.column);
    return pos;
}

static void fault(struct reader *r, struct diag_pos pos, const char *code, const char *text,
                  const char *help)
{
    diag_error(r->diags, code, pos, "%s", text);
    diag_help(r->diags, "%s", help);
    r->failed = true;
}

/* As fault(), where nothing behind it can be understood. Always NULL. */
static struct yaml *stop(struct reader *r, struct diag_pos pos, const char *code, const char *text,
                         const char *help)
{
    fault(r, pos, code, text, help);
    r->stopped = true;
    return NULL;
}

/* libyaml's mark counts characters, not bytes. */
static bool is_tab(struct str text, yaml_mark_t mark)
{
    struct str line = {0};

    for (size_t i = 0; i <= mark.line; i++)
        line = str_cut(&text, '\n');
    for (size_t i = 0, column = 0; i < line.len; i++) {
        if (((unsigned char)line.p[i] & 0xC0) == 0x80)
            continue;
        if (column++ == mark.column)
            return line.p[i] == '\t';
    }
    return false;
}

static bool next_event(struct reader *r, yaml_event_t *ev)
{
    if (yaml_parser_parse(&r->parser, ev))
        return true;
    yaml_mark_t mark = r->parser.problem_mark;
    const char *why = r->parser.problem ? r->parser.problem : "not YAML";
    if (is_tab(r->diags->text, mark))
        stop(r, place(mark), "M008", "a tab cannot stand here", "indent with spaces");
    else
        stop(r, place(mark), "M001", why, "check quotes, indentation and colons near this place");
    if (r->parser.context && r->parser.context_mark.line < mark.line)
        diag_note(r->diags, "%s, begun in line %zu", r->parser.context,
                  r->parser.context_mark.line + 1);
    return false;
}

/* YAML 1.1 reads these as booleans; people mean words (the Norway problem). */
static bool is_trap(struct str s)
{
    static const char *const WORDS[] = {"yes", "no", "on", "off", "y", "n"};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (str_eq_nocase(s, str_of(WORDS[i])))
            return true;
    return false;
}

/* Quoted it says what people see, and what is true or false says so of it with the next check. */
static void refuse_trap(struct reader *r, struct diag_pos pos, struct str word)
{
    char quoted[8];

    fault(r, pos, "M010", "YAML reads this word as true or false",
          "put it in quotes, or write true or false");
    quoted[0] = '"';
    str_copy(quoted + 1, sizeof quoted - 2, word);
    size_t end = word.len + 1;
    quoted[end] = '"';
    diag_fix(r->diags, pos, str_n(quoted, end + 1));
}

static void refuse_extras(struct reader *r, const void *anchor, const void *tag,
                          struct diag_pos pos)
{
    if (anchor || tag)
        fault(r, pos, "M003", "anchors and tags are not part of this format",
              "write the value out");
}

/* Text of a scalar event, a value or a key, in the arena. */
static struct str take_text(struct reader *r, const yaml_event_t *ev, struct diag_pos pos)
{
    struct str s = str_n((const char *)ev->data.scalar.value, ev->data.scalar.length);

    refuse_extras(r, ev->data.scalar.anchor, ev->data.scalar.tag, pos);
    if (s.len && memchr(s.p, '\0', s.len))
        fault(r, pos, "M009", "a NUL character in the text", "remove it");
    if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && is_trap(s))
        refuse_trap(r, pos, s);
    return arena_str(r->arena, s);
}

static struct yaml *new_node(struct reader *r, enum yaml_kind kind, const yaml_event_t *ev)
{
    struct yaml *node = ARENA_NEW(r->arena, struct yaml);

    if (!node || ++r->nodes > LIMIT_YAML_NODES)
        return stop(r, place(ev->start_mark), "M002", "the file has too many entries", "split it");
    node->kind = kind;
    node->pos = kind == YAML_SCALAR ? place_of(ev) : place(ev->start_mark);
    return node;
}

static int by_key(const void *a, const void *b)
{
    const struct yaml *const *x = a, *const *y = b;
    int order = str_cmp((*x)->key, (*y)->key);
    if (order)
        return order;
    if ((*x)->key_pos.line != (*y)->key_pos.line)
        return (*x)->key_pos.line < (*y)->key_pos.line ? -1 : 1;
    return (*x)->key_pos.column < (*y)->key_pos.column ? -1 : 1;
}

/* Sorted, because a file may be one map of 50,000 keys. */
static void refuse_duplicates(struct reader *r, const struct yaml *map)
{
    size_t count = yaml_count(map), n = 0;
    const struct yaml **members = count > 1 ? calloc(count, sizeof *members) : NULL;

    if (!members)
        return;
    YAML_EACH(member, map)
    members[n++] = member;
    qsort(members, n, sizeof *members, by_key);
    for (size_t i = 1; i < n; i++) {
        if (!str_eq(members[i - 1]->key, members[i]->key))
            continue;
        fault(r, members[i]->key_pos, "M004", "this key stands twice", "remove one of the two");
        diag_note(r->diags, "'%.*s' stands first in line %d", STR_ARG(members[i]->key),
                  members[i - 1]->key_pos.line);
    }
    free(members);
}

static struct yaml *read_node(struct reader *r, const yaml_event_t *ev, size_t depth);

/* One member or element, its first event already read. */
static struct yaml *read_child(struct reader *r, yaml_event_t *ev, bool in_map, size_t depth)
{
    struct str key = STR_NONE;
    struct diag_pos key_pos = {0};

    if (in_map) {
        key_pos = place_of(ev);
        if (ev->type != YAML_SCALAR_EVENT) {
            yaml_event_delete(ev);
            return stop(r, (struct diag_pos){key_pos.line, key_pos.column, 0}, "M005",
                        "a key must be a word", "write 'key: value'");
        }
        key = take_text(r, ev, key_pos);
        yaml_event_delete(ev);
        if (!next_event(r, ev))
            return NULL;
    }
    struct yaml *child = read_node(r, ev, depth + 1);
    yaml_event_delete(ev);
    if (child) {
        child->key = key;
        child->key_pos = key_pos;
    }
    return child;
}

/* Members of a map or elements of a list, up to the end event. */
static bool read_children(struct reader *r, struct yaml *parent, size_t depth)
{
    const struct yaml **tail = &parent->first;
    bool in_map = parent->kind == YAML_MAP;
    yaml_event_t ev;

    for (;;) {
        if (!next_event(r, &ev))
            return false;
        if (ev.type == YAML_MAPPING_END_EVENT || ev.type == YAML_SEQUENCE_END_EVENT)
            break;
        struct yaml *child = read_child(r, &ev, in_map, depth);
        if (!child)
            return false;
        *tail = child;
        tail = &child->next;
    }
    yaml_event_delete(&ev);
    if (in_map)
        refuse_duplicates(r, parent);
    return true;
}

static struct yaml *read_node(struct reader *r, const yaml_event_t *ev, size_t depth)
{
    struct yaml *node;
    struct diag_pos pos = place(ev->start_mark);

    if (depth > LIMIT_JSON_DEPTH)
        return stop(r, pos, "M002", "nested too deep", "flatten it");
    if (ev->type == YAML_ALIAS_EVENT)
        return stop(r, place_of(ev), "M003", "aliases are not part of this format",
                    "write the value out");
    if (ev->type == YAML_SCALAR_EVENT) {
        node = new_node(r, YAML_SCALAR, ev);
        if (!node)
            return NULL;
        node->scalar = take_text(r, ev, node->pos);
        node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        return node;
    }
    bool map = ev->type == YAML_MAPPING_START_EVENT;
    node = new_node(r, map ? YAML_MAP : YAML_LIST, ev);
    if (map)
        refuse_extras(r, ev->data.mapping_start.anchor, ev->data.mapping_start.tag, pos);
    else
        refuse_extras(r, ev->data.sequence_start.anchor, ev->data.sequence_start.tag, pos);
    return node && read_children(r, node, depth) ? node : NULL;
}

/* After the root: the document must end, and with it the file. */
static void expect_end(struct reader *r)
{
    yaml_event_t ev;

    while (!r->stopped && next_event(r, &ev)) {
        yaml_event_type_t type = ev.type;
        struct diag_pos pos = place(ev.start_mark);
        yaml_event_delete(&ev);
        if (type == YAML_STREAM_END_EVENT)
            return;
        if (type == YAML_DOCUMENT_START_EVENT)
            stop(r, pos, "M007", "a second document begins here", "keep one document in a file");
    }
}

static const struct yaml *read_document(struct reader *r)
{
    yaml_event_t ev;

    for (;;) {
        if (!next_event(r, &ev))
            return NULL;
        yaml_event_type_t type = ev.type;
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT) {
            yaml_event_delete(&ev);
            continue;
        }
        if (type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&ev);
            return stop(r, (struct diag_pos){0}, "M006", "the file is empty",
                        "see schemas/example/");
        }
        const struct yaml *root = read_node(r, &ev, 0);
        yaml_event_delete(&ev);
        if (root)
            expect_end(r);
        return root;
    }
}

const struct yaml *yaml_parse(struct arena *arena, struct str text, struct diag_list *diags)
{
    struct reader r = {.arena = arena, .diags = diags};

    if (str_starts(text, STR("\xEF\xBB\xBF"))) /* editors put it before UTF-8; nobody sees it */
        text = str_n(text.p + 3, text.len - 3);
    diags->text = text;
    if (text.len > LIMIT_YAML_BYTES)
        return stop(&r, (struct diag_pos){0}, "M002", "the file is larger than 1 MB", "split it");
    if (!str_is_utf8(text))
        return stop(&r, (struct diag_pos){0}, "M002", "the file is not UTF-8",
                    "save it as UTF-8 text");
    if (!yaml_parser_initialize(&r.parser))
        abort(); /* out of memory */
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.len);
    const struct yaml *root = read_document(&r);
    yaml_parser_delete(&r.parser);
    if (arena_over(arena) && !r.failed)
        return stop(&r, (struct diag_pos){0}, "M002",
                    "the file does not fit the memory set aside for it", "split it");
    return r.failed ? NULL : root;
}

const struct yaml *yaml_member(const struct yaml *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    YAML_EACH(member, map)
    if (str_eq_c(member->key, key))
        return member;
    return NULL;
}

size_t yaml_count(const struct yaml *v)
{
    size_t n = 0;
    YAML_EACH(child, v)
    {
        (void)child;
        n++;
    }
    return n;
}

static bool plain(const struct yaml *v)
{
    return v && v->kind == YAML_SCALAR && !v->quoted;
}

bool yaml_is_null(const struct yaml *v)
{
    return plain(v) && (!v->scalar.len || str_eq_c(v->scalar, "~") || str_eq_c(v->scalar, "null"));
}

bool yaml_is_bool(const struct yaml *v)
{
    return plain(v) && (str_eq_c(v->scalar, "true") || str_eq_c(v->scalar, "false"));
}

static size_t digits_at(struct str s, size_t i)
{
    size_t begin = i;
    while (i < s.len && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i - begin;
}

bool yaml_is_number(const struct yaml *v)
{
    if (!plain(v) || !v->scalar.len)
        return false;
    struct str s = v->scalar;
    size_t i = s.p[0] == '-', n = digits_at(s, i);

    if (!n || (n > 1 && s.p[i] == '0'))
        return false;
    i += n;
    if (i < s.len && s.p[i] == '.') {
        n = digits_at(s, ++i);
        i += n;
        if (!n)
            return false;
    }
    if (i < s.len && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        i += i < s.len && (s.p[i] == '+' || s.p[i] == '-');
        n = digits_at(s, i);
        i += n;
        if (!n)
            return false;
    }
    return i == s.len;
}

enum { KNOWN_MAX = 64 };

static bool is_known(struct str key, const char *const *known)
{
    for (size_t i = 0; known[i]; i++)
        if (str_eq_c(key, known[i]))
            return true;
    return false;
}

/* Those of the known names that do not stand there yet: only they can have been meant. */
static void absent(const struct yaml *map, const char *const *known, const char **ret)
{
    size_t n = 0;

    for (size_t i = 0; known[i] && n < KNOWN_MAX; i++)
        if (!yaml_member(map, known[i]))
            ret[n++] = known[i];
    ret[n] = NULL;
}

void yaml_refuse_unknown(const struct yaml *map, const char *const *known, const char *where,
                         struct yaml_codes codes, struct diag_list *diags)
{
    if (map && map->kind != YAML_MAP) {
        diag_error(diags, codes.no_map, map->pos, "%s must be a map", where);
        diag_help(diags, "write name: value, one below the other");
        return;
    }
    YAML_EACH(member, map)
    {
        if (is_known(member->key, known))
            continue;
        const char *free_names[KNOWN_MAX + 1];
        absent(map, known, free_names);
        diag_error(diags, codes.unknown, member->key_pos, "'%.*s' is not known in %s",
                   STR_ARG(member->key), where);
        diag_similar(diags, member->key_pos, member->key, free_names,
                     "remove it; schemas/README.md lists what is known");
    }
}

bool yaml_duration(struct str text, int64_t *ret_ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } UNITS[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    const int64_t TEN_YEARS = 3650LL * 86400000;
    size_t digits = digits_at(text, 0);
    int64_t n;

    if (!str_to_i64(str_n(text.p, digits), &n))
        return false;
    struct str unit = str_n(text.p + digits, text.len - digits);
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (str_eq_c(unit, UNITS[i].name)) {
            if (n > TEN_YEARS / UNITS[i].ms)
                return false;
            *ret_ms = n * UNITS[i].ms;
            return true;
        }
    }
    if (unit.len || n) /* only 0 needs no unit */
        return false;
    *ret_ms = 0;
    return true;
}
