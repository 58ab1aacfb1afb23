/* evidence_html.h: the evidence of one request as a page that is a file of its own, beside its
 * pack: the same page that the console shows. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_HTML_H
#define COUNTERSIGN_CLI_EVIDENCE_HTML_H

#include "io/io_pg.h"

struct evidence_html {
    const char *name; /* of the request: id or ticket key */
    struct str pack;  /* what was made of it by evidence_pack_make */
    bool names;       /* people, accounts and what they wrote are shown */
    const char *path; /* of the file, made or replaced */
};
struct evidence_written {
    bool recorded; /* the look is on record; it is not where the database lets the role only read */
    bool unsaid;   /* the page says that the log does not bear out what the tables say */
};
MUST_CHECK bool evidence_html_write(const struct pg_options *options,
                                    const struct evidence_html *html, struct evidence_written *ret,
                                    struct err *err);

#endif
