#include "base/fold.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/arena.h"

/* Blanks are squeezed, and what nobody sees is left out. */
static bool add_seen(struct buf *out, const uint8_t *p, size_t len)
{
    bool blank = false, any = false;
    ucs4_t c;

    for (int n; len; p += n, len -= (size_t)n) {
        n = u8_mbtouc(&c, p, len);
        if (uc_is_property_default_ignorable_code_point(c))
            continue;
        if (uc_is_property_white_space(c)) {
            blank = true;
            continue;
        }
        if (blank && any && !buf_add_byte(out, ' '))
            return false;
        blank = false;
        any = true;
        if (!buf_add(out, p, (size_t)n))
            return false;
    }
    return !out->over;
}

bool fold_name(struct buf *out, struct str name)
{
    AUTO(drop_buf) struct buf seen;
    size_t len = 0;

    buf_init(&seen, name.len + 1);
    if (u8_check((const uint8_t *)name.p, name.len))
        return buf_add_str(out, name);
    /* first of all: an invisible character may stand between two that combine */
    (void)add_seen(&seen, (const uint8_t *)name.p, name.len);
    uint8_t *folded =
        u8_casefold((const uint8_t *)seen.p, seen.len, NULL, UNINORM_NFKC, NULL, &len);
    bool fits = folded ? add_seen(out, folded, len) : !seen.len;
    free(folded);
    return fits;
}

static struct str without(struct str key, struct str before)
{
    return str_starts(key, before) ? str_trim(str_n(key.p + before.len, key.len - before.len))
                                   : key;
}

bool fold_person(struct buf *out, struct str key)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, 4 * key.len + 16);
    if (!fold_name(&b, key))
        return false;
    struct str said = str_trim(buf_str(&b));
    ptrdiff_t open = str_find(said, '<');
    if (open >= 0 && str_ends(said, STR(">")) && str_find(said, '@') > open)
        said = str_trim(str_n(said.p + open + 1, said.len - (size_t)open - 2));
    if (str_starts(said, STR("[~")) && str_ends(said, STR("]")))
        said = str_n(said.p + 2, said.len - 3);
    return buf_add_str(out, without(without(said, STR("mailto:")), STR("accountid:")));
}
