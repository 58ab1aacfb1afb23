/* A pattern, NUL, a text: any bytes that are UTF-8. What is no pattern is told; what matches gives
 * a part of the text, and what the part is made of was there. */
#include "base/assert.h"
#include "mapping/mapping_pattern.h"

enum { ROOM = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct str text = str_n((const char *)data, size);
    struct str source = str_cut(&text, '\0');
    const char *wrong = NULL;
    struct str taken;
    struct pattern p;

    if (!str_is_utf8(source) || !str_is_utf8(text))
        return 0;
    bool is_pattern = pattern_parse(source, &p, &wrong);
    ASSERT(is_pattern == !wrong);
    if (!is_pattern)
        return 0;
    ASSERT(p.count <= PATTERN_ATOMS_MAX && p.from >= 0 && p.from <= p.to && p.to <= p.count);
    if (!pattern_match(a, &p, text, &taken))
        return 0;
    ASSERT(taken.p >= text.p && taken.p + taken.len <= text.p + text.len && str_is_utf8(taken));
    struct pattern inner = {.count = p.to - p.from, .from = 0, .to = p.to - p.from};
    struct str all;
    for (int k = 0; k < inner.count; k++)
        inner.atoms[k] = p.atoms[p.from + k];
    ASSERT(pattern_match(a, &inner, taken, &all) && str_eq(all, taken));
    return 0;
}
