/* check_rights.h: what Jira lets our account do that nothing depends on but how fast we are.
 * Private to cli/. */
#ifndef COUNTERSIGN_CLI_CHECK_RIGHTS_H
#define COUNTERSIGN_CLI_CHECK_RIGHTS_H

#include "cli/cli.h"
#include "json/json_write.h"

/* One line, or one object of an open array, on whether many tickets can be opened again by one call
 * at this site (the global permission Bulk Change, jsm_bulk.h), and what happens without; nothing
 * of a Data Center, which has no such call. OK with and without: everything works one by one;
 * UNREACHABLE: it could not be asked. */
enum exit_code rights_line(const struct config *config, const struct site_config *at,
                           struct json_out *json);

#endif
