/* report_view.h: what a report says, as JSON and to people. */
#ifndef COUNTERSIGN_CLI_REPORT_VIEW_H
#define COUNTERSIGN_CLI_REPORT_VIEW_H

#include <stdio.h>

#include "base/buf.h"
#include "store/store_report.h"

enum { REPORT_TYPES_MAX = 512 };

/* Its rows live in the caller's arena. */
struct close_report {
    struct report_span span;
    struct report_row rows[REPORT_TYPES_MAX];
    size_t count;
    bool cut; /* there are more */
};

/* schemas/report-observe.schema.json */
void report_json(const struct close_report *r, struct buf *out);
void report_text(const struct close_report *r, FILE *to);

#endif
