/* check_ladder.h: does a ladder speak of what a site has? Private to cli/. */
#ifndef COUNTERSIGN_CLI_CHECK_LADDER_H
#define COUNTERSIGN_CLI_CHECK_LADDER_H

#include "cli/cli.h"
#include "json/json_write.h"

/* One line, or one object of an open array, for each rung of the service levels that names a
 * project, a type of ticket, a group, its field or a person that this site does not show us, with
 * the place of the rung and what to do. Nothing where all is there, or where no rung names any. OK,
 * FAILED, or UNREACHABLE: it could not be asked. Priorities are not asked for: which one may be set
 * depends on the ticket. */
enum exit_code ladders_line(const struct config *config, const struct site_config *at,
                            struct json_out *json);

#endif
