/* explain.h: a page for each fault of a mapping, from schemas/explain (generated). */
#ifndef COUNTERSIGN_CLI_EXPLAIN_H
#define COUNTERSIGN_CLI_EXPLAIN_H

#include "base/str.h"

/* By code. The first line of the text is "CODE: title". */
extern const struct explain_page {
    const char *code, *text;
} EXPLAIN_PAGES[];
extern const size_t EXPLAIN_PAGE_COUNT;

/* NULL when there is no such code; letters' case does not count. */
const char *explain_page(struct str code);
/* The title of that page, STR_NONE when there is none. */
struct str explain_title(struct str code);
/* M and three digits, whether or not there is such a page. */
bool explain_is_code(struct str word);
/* `countersign mapping explain CODE`: prints the page; an exit code. */
struct cli;
int explain_command(const struct cli *cli, const char *code);

#endif
