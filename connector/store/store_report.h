/* store_report.h: what reports read: views of the public schema sla alone, so that the role of
 * dashboards is enough, but for what says otherwise. Blocking; for the command line. */
#ifndef COUNTERSIGN_STORE_REPORT_H
#define COUNTERSIGN_STORE_REPORT_H

#include "domain/advice.h"
#include "io/io_pg.h"

/* Which closes: of one site (empty: all), since a time (epoch milliseconds), or 0 and so long ago
 * by the database's clock. */
struct report_span {
    struct str site;
    int64_t since_ms, age_ms;
    int64_t now_ms; /* filled in, and so is since_ms: the database's clock */
};

/* One request type; strings are borrowed until the return. */
struct report_row {
    struct str site, rule, request_type;
    struct close_tally tally;                    /* its mode: of the newest close */
    struct str still_present_keys, missing_keys; /* closed to this day; divided by blanks */
};
typedef bool report_row_fn(void *arg, const struct report_row *row); /* false: stop */
/* The types with anything worth a look first. */
MUST_CHECK bool store_report_closes(const struct pg_options *options, struct report_span *span,
                                    report_row_fn *fn, void *arg, struct err *err);
/* Changes that no request asked for, so many at the most, and whether tickets, requests and log are
 * as many: *ret is the document of schemas/report-ungoverned.schema.json, in the arena. Reads the
 * schemas governance and audit, as auditors may. */
MUST_CHECK bool store_report_ungoverned(const struct pg_options *options,
                                        const struct report_span *span, int64_t rows,
                                        struct arena *arena, struct str *ret, struct err *err);

#endif
