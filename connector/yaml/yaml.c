#include "yaml/yaml.h"

#include <yaml.h>

#include "base/limits.h"

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct diag_list *diags;
    size_t nodes;
    bool failed;
};

static struct diag_pos place(yaml_mark_t mark)
{
    return (struct diag_pos){(int)mark.line + 1, (int)mark.column + 1};
}

static void fault(struct reader *r, struct diag_pos pos, const char *code, const char *text, const char *help)
{
    diag_error(r->diags, code, pos, "%s", text);
    diag_help(r->diags, "%s", help);
    r->failed = true;
}

static bool next_event(struct reader *r, yaml_event_t *ev)
{
    if (yaml_parser_parse(&r->parser, ev))
        return true;
    const char *why = r->parser.problem ? r->parser.problem : "not YAML";
    fault(r, place(r->parser.problem_mark), "M001", why, "check quotes, indentation and colons near this place");
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

static struct yaml *new_node(struct reader *r, enum yaml_kind kind, yaml_mark_t mark)
{
    struct yaml *node = ARENA_NEW(r->arena, struct yaml);

    if (!node || ++r->nodes > LIMIT_YAML_NODES) {
        fault(r, place(mark), "M002", "the file has too many entries", "split it");
        return NULL;
    }
    node->kind = kind;
    node->pos = place(mark);
    return node;
}

static struct yaml *read_scalar(struct reader *r, const yaml_event_t *ev)
{
    struct yaml *node = new_node(r, YAML_SCALAR, ev->start_mark);
    if (!node)
        return NULL;
    if (ev->data.scalar.anchor || ev->data.scalar.tag)
        fault(r, node->pos, "M003", "anchors and tags are not part of this format", "write the value out");
    node->scalar = arena_str(r->arena, str_n((const char *)ev->data.scalar.value, ev->data.scalar.length));
    node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (!node->quoted && is_trap(node->scalar))
        fault(r, node->pos, "M010", "YAML reads this word as true or false", "put it in quotes, or write true or false");
    return node;
}

static struct yaml *read_node(struct reader *r, const yaml_event_t *ev, size_t depth);

static void check_duplicate(struct reader *r, const struct yaml *map, struct str key, struct diag_pos pos)
{
    YAML_EACH (member, map)
        if (str_eq(member->key, key))
            fault(r, pos, "M004", "this key stands twice", "remove one of the two");
}

/* Members of a map or elements of a list, up to the end event. */
static bool read_children(struct reader *r, struct yaml *parent, size_t depth)
{
    const struct yaml **tail = &parent->first;
    yaml_event_type_t end = parent->kind == YAML_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;

    while (!r->failed) {
        yaml_event_t ev;
        struct str key = STR_NONE;
        struct diag_pos key_pos = {0};
        if (!next_event(r, &ev))
            return false;
        if (ev.type == end) {
            yaml_event_delete(&ev);
            return true;
        }
        if (parent->kind == YAML_MAP) {
            key_pos = place(ev.start_mark);
            if (ev.type != YAML_SCALAR_EVENT) {
                yaml_event_delete(&ev);
                fault(r, key_pos, "M005", "a key must be a word", "write 'key: value'");
                return false;
            }
            key = arena_str(r->arena, str_n((const char *)ev.data.scalar.value, ev.data.scalar.length));
            check_duplicate(r, parent, key, key_pos);
            yaml_event_delete(&ev);
            if (!next_event(r, &ev))
                return false;
        }
        struct yaml *child = read_node(r, &ev, depth + 1);
        yaml_event_delete(&ev);
        if (!child)
            return false;
        child->key = key;
        child->key_pos = key_pos;
        *tail = child;
        tail = &child->next;
    }
    return false;
}

static struct yaml *read_node(struct reader *r, const yaml_event_t *ev, size_t depth)
{
    struct yaml *node;

    if (depth > LIMIT_JSON_DEPTH) {
        fault(r, place(ev->start_mark), "M002", "nested too deep", "flatten it");
        return NULL;
    }
    if (ev->type == YAML_SCALAR_EVENT)
        return read_scalar(r, ev);
    if (ev->type != YAML_MAPPING_START_EVENT && ev->type != YAML_SEQUENCE_START_EVENT) {
        fault(r, place(ev->start_mark), "M003", "aliases are not part of this format", "write the value out");
        return NULL;
    }
    node = new_node(r, ev->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST, ev->start_mark);
    if (!node || !read_children(r, node, depth))
        return NULL;
    return node;
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
        if (type == YAML_STREAM_END_EVENT || type == YAML_DOCUMENT_END_EVENT) {
            yaml_event_delete(&ev);
            fault(r, (struct diag_pos){0}, "M006", "the file is empty", "see schemas/example/");
            return NULL;
        }
        const struct yaml *root = read_node(r, &ev, 0);
        yaml_event_delete(&ev);
        return root;
    }
}

const struct yaml *yaml_parse(struct arena *arena, struct str text, struct diag_list *diags)
{
    struct reader r = {.arena = arena, .diags = diags};

    diags->text = text;
    if (text.len > LIMIT_YAML_BYTES || !str_is_utf8(text)) {
        fault(&r, (struct diag_pos){0}, "M002", text.len > LIMIT_YAML_BYTES ? "the file is larger than 1 MB" : "not UTF-8",
              "save it as UTF-8 text");
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser))
        return NULL;
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.len);
    const struct yaml *root = read_document(&r);
    yaml_parser_delete(&r.parser);
    return r.failed ? NULL : root;
}

const struct yaml *yaml_member(const struct yaml *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    YAML_EACH (member, map)
        if (str_eq_c(member->key, key))
            return member;
    return NULL;
}

size_t yaml_count(const struct yaml *v)
{
    size_t n = 0;
    YAML_EACH (child, v) {
        (void)child;
        n++;
    }
    return n;
}
