/* check_online.h: what Jira itself says about the mapping. Private to cli/. */
#ifndef COUNTERSIGN_CLI_CHECK_ONLINE_H
#define COUNTERSIGN_CLI_CHECK_ONLINE_H

#include "cli/cli.h"

/* Ask every site for the form of every rule of its mapping, and where a lock stands beside it, what
 * changed since; and whether the decision point of the policy answers; one line each on stdout, or
 * one JSON array. OK: all fit, as far as Jira tells; FAILED: one does not; UNREACHABLE: one could
 * not be asked. */
enum exit_code check_online(const struct config *config, bool json);

#endif
