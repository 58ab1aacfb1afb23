/* check_policy.h: does the decision point of the configuration answer? Private to cli/. */
#ifndef COUNTERSIGN_CLI_CHECK_POLICY_H
#define COUNTERSIGN_CLI_CHECK_POLICY_H

#include "cli/cli.h"
#include "json/json_write.h"

/* Ask it about nobody and nothing, as the service asks, and for its discovery document, which it
 * need not have. One line on stdout, or one object into `out`. OK: it decides, whichever way, or
 * none is configured; FAILED: what it says is no decision, or its document speaks of somebody else;
 * UNREACHABLE: nobody answers. */
enum exit_code policy_line(const struct config *config, struct json_out *out);

#endif
