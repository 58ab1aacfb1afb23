/* report_ungoverned.h: changes in target systems that no request asked for, and whether tickets,
 * requests and log are as many. */
#ifndef COUNTERSIGN_CLI_REPORT_UNGOVERNED_H
#define COUNTERSIGN_CLI_REPORT_UNGOVERNED_H

#include "cli/cli.h"
#include "store/store_report.h"

/* Prints it, with --json as schemas/report-ungoverned.schema.json has it. Returns the exit code:
 * EXIT_CODE_FAILED where the counts differ; that something changed is no failure of the report. */
int report_ungoverned(const struct cli *cli, const struct pg_options *options,
                      const struct report_span *span);

#endif
