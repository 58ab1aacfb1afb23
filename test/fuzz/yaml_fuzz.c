/* Any bytes as a configuration file: a tree or faults, never both, and the faults can be shown. */
#include "base/assert.h"
#include "yaml/yaml.h"

enum { ROOM = 8 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct yaml *v, size_t depth)
{
    int64_t ms;

    ASSERT(depth <= 33 && v->pos.line > 0 && v->pos.column > 0);
    ASSERT(str_is_utf8(v->scalar) && str_is_utf8(v->key));
    ASSERT(v->kind != YAML_SCALAR || !v->first);
    ASSERT(yaml_is_null(v) + yaml_is_bool(v) + yaml_is_number(v) <= 1);
    (void)!yaml_duration(v->scalar, &ms);
    YAML_EACH(child, v)
    {
        if (v->kind == YAML_MAP)
            for (const struct yaml *other = child->next; other; other = other->next)
                ASSERT(!str_eq(child->key, other->key));
        walk(child, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct diag_list diags;
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    AUTO(drop_buf) struct buf shown;
    AUTO(drop_buf) struct buf fixed;

    buf_init(&shown, ROOM);
    diag_init(&diags, "fuzz.yaml");
    const struct yaml *root = yaml_parse(a, str_n((const char *)data, size), &diags);
    ASSERT(!root == (diags.errors > 0));
    if (root)
        walk(root, 0);
    buf_init(&fixed, 2 * ROOM);
    size_t fixes = diag_apply(&diags, &fixed);
    ASSERT(!fixed.over && (fixes || str_eq(buf_str(&fixed), diags.text)));
    diag_render(&diags, &shown);
    for (size_t i = 0; i < shown.len; i++)
        ASSERT((unsigned char)shown.p[i] >= 0x20 || shown.p[i] == '\n');
    return 0;
}
