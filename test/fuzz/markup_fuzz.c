/* Whatever is written into a page as text, value or address: it stays within its element, is UTF-8,
 * has nothing in it that nobody sees, and leads nowhere but to http. */
#include <stdlib.h>
#include <string.h>

#include "console/markup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static size_t count_of(struct str s, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += s.p[i] == c;
    return n;
}

/* Of what we wrote ourselves: elements and quotes, and nothing of what came. */
static void is_inert(struct str page, size_t brackets, size_t quotes)
{
    must(str_is_utf8(page));
    must(count_of(page, '<') == brackets && count_of(page, '>') == brackets);
    must(count_of(page, '"') == quotes && count_of(page, '\'') == 0);
    for (size_t i = 0; i < page.len; i++)
        must(page.p[i] == '\n' || page.p[i] == '\t' || !str_unseen(page, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str input = {(const char *)data, size};
    AUTO(drop_buf) struct buf out;
    struct markup m;

    buf_init(&out, 64 * size + 1024);
    markup_begin(&m, &out);
    HTML (&m, P, A_STR(TITLE, input), A_STR(CLASS, input))
        markup_text(&m, input);
    is_inert(buf_str(&out), 2, size ? 4 : 0);
    buf_clear(&out);
    markup_said(&m, input, size / 2);
    is_inert(buf_str(&out), 2, 0);
    buf_clear(&out);
    HTML_LEAF(&m, A, STR("x"), A_STR(HREF, input));
    struct str link = buf_str(&out);
    is_inert(link, 2, count_of(link, '"'));
    if (!str_eq_c(link, "<a>x</a>")) {
        struct str at = str_n(link.p + strlen("<a href=\""), link.len - strlen("<a href=\""));
        must(str_starts(at, STR("http://")) || str_starts(at, STR("https://")) ||
             (strchr("./#?", at.p[0]) && !str_starts(at, STR("//"))));
    }
    must(markup_end(&m));
    return 0;
}
