#include "json/json_read.h"

#include <math.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "base/assert.h"
#include "base/limits.h"
#include "json/json_scan.h"

/* struct json is a cJSON node under another name: no copy is made, and nobody outside sees the library. */
static const cJSON *node(const struct json *v)
{
    return (const cJSON *)(const void *)v;
}

static const struct json *value(const cJSON *n)
{
    return (const struct json *)(const void *)n;
}

static void free_tree(void *tree)
{
    cJSON_Delete(tree);
}

/* Names of one object, to find duplicates: open addressing on the hash, remade per object. */
static bool object_has_duplicate(const cJSON *object, struct arena *scratch)
{
    size_t count = (size_t)cJSON_GetArraySize(object);
    size_t slots = 8;
    while (slots < count * 2)
        slots *= 2;
    const char **table = arena_array(scratch, slots, sizeof *table);
    if (!table)
        return true;
    for (const cJSON *m = object->child; m; m = m->next) {
        struct str name = str_of(m->string);
        size_t at = str_hash(name) & (slots - 1);
        while (table[at]) {
            if (str_eq_c(name, table[at]))
                return true;
            at = (at + 1) & (slots - 1);
        }
        table[at] = m->string;
    }
    return false;
}

static bool tree_has_duplicate(const cJSON *n, struct arena *scratch)
{
    if (cJSON_IsObject(n) && n->child && n->child->next) {
        arena_clear(scratch);
        if (object_has_duplicate(n, scratch))
            return true;
    }
    for (const cJSON *c = n->child; c; c = c->next)
        if (c->child && tree_has_duplicate(c, scratch)) /* depth is bounded by the scan */
            return true;
    return false;
}

bool json_parse(struct arena *arena, struct str text, const struct json **ret, struct err *err)
{
    size_t offset;
    const char *wrong = json_scan(text, &offset);
    if (wrong)
        return FAIL(err, ERR_INPUT, "not JSON at byte %zu: %s", offset, wrong);

    cJSON *tree = cJSON_ParseWithLength(text.p, text.len);
    if (!tree)
        return FAIL(err, ERR_INPUT, "not JSON");
    arena_on_free(arena, free_tree, tree);
    if (arena_over(arena))
        return FAIL(err, ERR_INPUT, "the document is larger than its limit");
    AUTO(drop_arena) struct arena *scratch = arena_new(LIMIT_JSON_NODES * 4 * sizeof(char *));
    if (tree_has_duplicate(tree, scratch))
        return FAIL(err, ERR_INPUT, "a member name stands twice in one object");
    *ret = value(tree);
    return true;
}

enum json_type json_type(const struct json *v)
{
    const cJSON *n = node(v);
    if (!n || cJSON_IsNull(n))
        return JSON_NULL;
    if (cJSON_IsBool(n))
        return JSON_BOOL;
    if (cJSON_IsNumber(n))
        return JSON_NUMBER;
    if (cJSON_IsString(n))
        return JSON_STRING;
    return cJSON_IsArray(n) ? JSON_ARRAY : JSON_OBJECT;
}

static const struct json *member_n(const struct json *object, struct str name)
{
    if (json_type(object) != JSON_OBJECT)
        return NULL;
    for (const cJSON *m = node(object)->child; m; m = m->next)
        if (str_eq_c(name, m->string))
            return value(m);
    return NULL;
}

const struct json *json_member(const struct json *object, const char *name)
{
    return member_n(object, str_of(name));
}

static const struct json *step(const struct json *v, struct str name)
{
    int64_t index;
    if (json_type(v) != JSON_ARRAY)
        return member_n(v, name);
    if (!str_to_i64(name, &index) || index < 0 || index > LIMIT_JSON_NODES)
        return NULL;
    return value(cJSON_GetArrayItem(node(v), (int)index));
}

const struct json *json_path(const struct json *v, const char *path)
{
    struct str rest = str_of(path);
    while (v && rest.len)
        v = step(v, str_cut(&rest, '/'));
    return v;
}

const struct json *json_pointer(const struct json *v, struct str pointer)
{
    enum { NAME_MAX = 256 };
    char name[NAME_MAX];

    if (!pointer.len)
        return v;
    if (pointer.p[0] != '/')
        return NULL;
    struct str rest = str_n(pointer.p + 1, pointer.len - 1);
    bool more = true;
    while (v && more) {
        more = str_find(rest, '/') >= 0;
        struct str part = str_cut(&rest, '/');
        size_t len = 0;
        for (size_t i = 0; i < part.len && len < NAME_MAX; i++) {
            bool escape = part.p[i] == '~' && i + 1 < part.len;
            char c = part.p[i];
            if (escape) {
                i++;
                c = part.p[i] == '1' ? '/' : '~';
            }
            name[len++] = c;
        }
        v = step(v, str_n(name, len));
    }
    return v;
}

struct str json_str(const struct json *v)
{
    return json_type(v) == JSON_STRING ? str_of(node(v)->valuestring) : STR_NONE;
}

struct str json_path_str(const struct json *v, const char *path)
{
    return json_str(json_path(v, path));
}

bool json_is_true(const struct json *v)
{
    return v && cJSON_IsTrue(node(v));
}

bool json_i64(const struct json *v, int64_t *ret)
{
    const double EXACT = 9007199254740992.0; /* 2^53 */

    if (json_type(v) != JSON_NUMBER)
        return false;
    double d = node(v)->valuedouble;
    if (!(d >= -EXACT && d <= EXACT) || d != floor(d))
        return false;
    *ret = (int64_t)d;
    return true;
}

struct str json_id(struct arena *arena, const struct json *v)
{
    int64_t number;
    if (json_type(v) == JSON_STRING)
        return json_str(v);
    if (!json_i64(v, &number))
        return STR_NONE;
    return arena_printf(arena, "%lld", (long long)number);
}

size_t json_count(const struct json *v)
{
    enum json_type type = json_type(v);
    return type == JSON_ARRAY || type == JSON_OBJECT ? (size_t)cJSON_GetArraySize(node(v)) : 0;
}

const struct json *json_first(const struct json *v)
{
    enum json_type type = json_type(v);
    return type == JSON_ARRAY || type == JSON_OBJECT ? value(node(v)->child) : NULL;
}

const struct json *json_next(const struct json *v)
{
    return v ? value(node(v)->next) : NULL;
}

struct str json_name(const struct json *v)
{
    return v ? str_of(node(v)->string) : STR_NONE;
}
