#include "json/json_read.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/assert.h"
#include "base/limits.h"
#include "json/json_scan.h"

/* struct json is a cJSON node under another name: no copy is made, and nobody outside sees the
 * library. */
static const cJSON *node(const struct json *v)
{
    return (const cJSON *)(const void *)v;
}

static const struct json *value(const cJSON *n)
{
    return (const struct json *)(const void *)n;
}

/* cJSON takes its memory from here. While a text is being parsed it is the caller's arena, so a
 * document is bounded by the arena's limit and dies with it; nothing is ever given back one by one.
 */
static _Thread_local struct arena *parsing;

static void *take(size_t size)
{
    ASSERT(parsing);
    return arena_alloc(parsing, size);
}

static void give(void *p)
{
    (void)p;
}

__attribute__((constructor)) static void set_hooks(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = take, .free_fn = give});
}

enum { FEW_MEMBERS = 12 }; /* up to here comparing each with each is cheaper than a table */

/* The name that stands twice in one object; NULL when none does. */
static const char *duplicate_in(const cJSON *object, struct arena *scratch)
{
    size_t count = 0, slots = 8;

    for (const cJSON *m = object->child; m && count <= FEW_MEMBERS; m = m->next, count++)
        for (const cJSON *other = object->child; other != m; other = other->next)
            if (strcmp(other->string, m->string) == 0)
                return m->string;
    if (count <= FEW_MEMBERS)
        return NULL;
    count = (size_t)cJSON_GetArraySize(object);
    while (slots < count * 2)
        slots *= 2;
    arena_clear(scratch);
    const char **table = arena_array(scratch, slots, sizeof *table);
    ASSERT(table); /* the scan has counted the values */
    for (const cJSON *m = object->child; m; m = m->next) {
        size_t at = str_hash(str_of(m->string)) & (slots - 1);
        for (; table[at]; at = (at + 1) & (slots - 1))
            if (strcmp(table[at], m->string) == 0)
                return m->string;
        table[at] = m->string;
    }
    return NULL;
}

/* Depth is bounded by the scan. */
static const char *find_duplicate(const cJSON *n, struct arena *scratch)
{
    const char *name = cJSON_IsObject(n) ? duplicate_in(n, scratch) : NULL;

    for (const cJSON *c = n->child; c && !name; c = c->next)
        if (c->child)
            name = find_duplicate(c, scratch);
    return name;
}

/* Numbers get the digits that the scan saw, in the same order. cJSON leaves a number's string
 * unused.
 */
static void keep_digits(cJSON *n, struct arena *arena, const struct str **next)
{
    for (; n; n = n->next) {
        if (cJSON_IsNumber(n)) {
            struct str copy = arena_str(arena, *(*next)++);
            n->valuestring = (char *)(uintptr_t)copy.p;
        }
        keep_digits(n->child, arena, next);
    }
}

bool json_parse(struct arena *arena, struct str text, const struct json **ret, struct err *err)
{
    return json_parse_deep(arena, text, LIMIT_JSON_DEPTH, ret, err);
}

bool json_parse_deep(struct arena *arena, struct str text, size_t depth_max,
                     const struct json **ret, struct err *err)
{
    struct json_numbers numbers = {0};
    size_t offset;
    const char *wrong = json_scan(arena, text, depth_max, &numbers, &offset);
    if (wrong)
        return FAIL(err, ERR_INPUT, "not JSON at byte %zu: %s", offset, wrong);

    parsing = arena;
    cJSON *tree = cJSON_ParseWithLength(text.p, text.len);
    parsing = NULL;
    const struct str *next = numbers.items;
    if (tree && !arena_over(arena))
        keep_digits(tree, arena, &next);
    if (arena_over(arena))
        return FAIL(err, ERR_INPUT, "the document is larger than its limit");
    if (!tree)
        return FAIL(err, ERR_INPUT, "not JSON");
    ASSERT(next == numbers.items + numbers.count);

    AUTO(drop_arena) struct arena *scratch = arena_new(LIMIT_JSON_NODES * 4 * sizeof(char *));
    const char *twice = find_duplicate(tree, scratch);
    if (twice)
        return FAIL(err, ERR_INPUT, "the member name '%.64s' stands twice in one object", twice);
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

/* A ticket has some hundred fields of almost one name: a name is compared without its length. */
const struct json *json_member_str(const struct json *object, struct str name)
{
    if (json_type(object) != JSON_OBJECT || (name.len && memchr(name.p, '\0', name.len)))
        return NULL;
    for (const cJSON *m = node(object)->child; m; m = m->next)
        if (!name.len ? !m->string[0]
                      : strncmp(m->string, name.p, name.len) == 0 && !m->string[name.len])
            return value(m);
    return NULL;
}

const struct json *json_member(const struct json *object, const char *name)
{
    return json_member_str(object, str_of(name));
}

static const struct json *step(const struct json *v, struct str name)
{
    int64_t index;
    if (json_type(v) != JSON_ARRAY)
        return json_member_str(v, name);
    if (!str_to_i64(name, &index) || index < 0 || index > LIMIT_JSON_NODES)
        return NULL;
    if (name.len > 1 && name.p[0] == '0') /* RFC 6901 */
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

/* One reference token of RFC 6901: ~1 is '/', ~0 is '~'. False when it is no token or too long. */
static bool unescape(struct str token, char *name, size_t room, size_t *ret_len)
{
    size_t len = 0;

    for (size_t i = 0; i < token.len; i++) {
        char c = token.p[i];
        if (c == '~') {
            if (++i == token.len || (token.p[i] != '0' && token.p[i] != '1'))
                return false;
            c = token.p[i] == '1' ? '/' : '~';
        }
        if (len == room)
            return false;
        name[len++] = c;
    }
    *ret_len = len;
    return true;
}

const struct json *json_pointer(const struct json *v, struct str pointer)
{
    enum { NAME_MAX = 256 };
    char name[NAME_MAX];
    size_t len;

    if (pointer.len && pointer.p[0] != '/')
        return NULL;
    for (bool more = pointer.len > 0; v && more;) {
        pointer = str_n(pointer.p + 1, pointer.len - 1); /* its '/' */
        ptrdiff_t end = str_find(pointer, '/');
        struct str token = str_n(pointer.p, end < 0 ? pointer.len : (size_t)end);
        if (!unescape(token, name, sizeof name, &len))
            return NULL;
        v = step(v, str_n(name, len));
        more = end >= 0;
        pointer = str_n(pointer.p + token.len, pointer.len - token.len);
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

struct str json_number_text(const struct json *v)
{
    return json_type(v) == JSON_NUMBER ? str_of(node(v)->valuestring) : STR_NONE;
}

static bool is_plain_integer(struct str digits)
{
    if (!digits.len)
        return false;
    for (size_t i = digits.p[0] == '-'; i < digits.len; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
    return true;
}

bool json_i64(const struct json *v, int64_t *ret)
{
    const double EXACT = 9007199254740992.0; /* 2^53 */
    struct str digits = json_number_text(v);

    if (is_plain_integer(digits))
        return str_to_i64(digits, ret);
    if (!digits.len)
        return false;
    double d = node(v)->valuedouble; /* with a fraction or an exponent */
    if (!(d > -EXACT && d < EXACT) || d != floor(d))
        return false;
    *ret = (int64_t)d;
    return true;
}

struct str json_id(struct arena *arena, const struct json *v)
{
    (void)arena;
    if (json_type(v) == JSON_STRING)
        return json_str(v);
    struct str digits = json_number_text(v);
    return is_plain_integer(digits) ? digits : STR_NONE;
}

bool json_get(const struct json *v, const char *pointer, enum json_type type,
              const struct json **ret, struct err *err)
{
    static const char *const NAMES[] = {
        [JSON_NULL] = "null",       [JSON_BOOL] = "true or false", [JSON_NUMBER] = "a number",
        [JSON_STRING] = "a string", [JSON_ARRAY] = "a list",       [JSON_OBJECT] = "an object",
    };
    const struct json *found = json_pointer(v, str_of(pointer));

    if (!found)
        return FAIL(err, ERR_INPUT, "'%s' is missing", pointer);
    if (json_type(found) != type)
        return FAIL(err, ERR_INPUT, "'%s' must be %s", pointer, NAMES[type]);
    *ret = found;
    return true;
}

bool json_get_str(const struct json *v, const char *pointer, struct str *ret, struct err *err)
{
    const struct json *found;
    if (!json_get(v, pointer, JSON_STRING, &found, err))
        return false;
    *ret = json_str(found);
    return true;
}

bool json_get_i64(const struct json *v, const char *pointer, int64_t min, int64_t max, int64_t *ret,
                  struct err *err)
{
    const struct json *found;
    int64_t number;
    if (!json_get(v, pointer, JSON_NUMBER, &found, err))
        return false;
    if (!json_i64(found, &number) || number < min || number > max)
        return FAIL(err, ERR_INPUT, "'%s' must be an integer from %lld to %lld", pointer,
                    (long long)min, (long long)max);
    *ret = number;
    return true;
}

bool json_get_bool(const struct json *v, const char *pointer, bool *ret, struct err *err)
{
    const struct json *found;
    if (!json_get(v, pointer, JSON_BOOL, &found, err))
        return false;
    *ret = json_is_true(found);
    return true;
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
