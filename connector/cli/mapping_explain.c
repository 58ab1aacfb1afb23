#include <stdio.h>

#include "cli/cli.h"
#include "cli/explain.h"
#include "json/json_write.h"

const char *explain_page(struct str code)
{
    for (size_t i = 0; i < EXPLAIN_PAGE_COUNT; i++)
        if (str_eq_nocase(code, str_of(EXPLAIN_PAGES[i].code)))
            return EXPLAIN_PAGES[i].text;
    return NULL;
}

struct str explain_title(struct str code)
{
    struct str text = str_of(explain_page(code));
    struct str head = str_cut(&text, '\n');

    str_cut(&head, ':');
    return head.p ? str_trim(head) : STR_NONE;
}

bool explain_is_code(struct str word)
{
    if (word.len != 4 || (word.p[0] != 'M' && word.p[0] != 'm'))
        return false;
    for (size_t i = 1; i < word.len; i++)
        if (word.p[i] < '0' || word.p[i] > '9')
            return false;
    return true;
}

static void print_json(const char *code, const char *page)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, 64 * 1024);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "code", str_n(page, 4));
    json_str_member(&out, "title", explain_title(str_of(code)));
    json_str_member(&out, "text", str_of(page));
    json_close_object(&out);
    printf("%s\n", b.p);
}

int explain_command(const struct cli *cli, const char *code)
{
    const char *page = explain_page(str_of(code));

    if (!page) {
        fprintf(stderr, "countersign: there is no fault %s; schemas/README.md lists them all\n",
                code);
        return EXIT_CODE_USAGE;
    }
    if (cli->json)
        print_json(code, page);
    else
        fputs(page, stdout);
    return EXIT_CODE_OK;
}
