/* diag_view.h: faults of files as people, programs and code review read them. */
#ifndef COUNTERSIGN_CLI_DIAG_VIEW_H
#define COUNTERSIGN_CLI_DIAG_VIEW_H

#include "yaml/diag.h"

enum diag_format {
    DIAG_TEXT,   /* to stderr, place, line and caret */
    DIAG_JSON,   /* {"errors":1,"faults":[{"file","line","column","code",...}]} */
    DIAG_SARIF,  /* SARIF 2.1.0 (OASIS), columns in code points, fixes included */
    DIAG_GITHUB, /* one line each, as workflow commands of GitHub Actions take them */
};

/* --format text|json|sarif|github taken off the command line, or --json; false for any other
 * word. */
struct cli;
MUST_CHECK bool diag_format_option(struct cli *cli, enum diag_format *ret);
/* Print all faults of all lists, at most 16. */
void diag_print(const struct diag_list *const *lists, size_t count, enum diag_format format);

#endif
