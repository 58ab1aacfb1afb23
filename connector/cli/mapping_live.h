/* mapping_live.h: a ticket explained as Jira has it now. Private to cli/. */
#ifndef COUNTERSIGN_CLI_MAPPING_LIVE_H
#define COUNTERSIGN_CLI_MAPPING_LIVE_H

#include "cli/cli.h"

/* ticket: [SITE/]KEY. Reads it as the service would, shows what the site's mapping makes of it,
 * function by function, and where its request stands as far as the database says. Gives an exit
 * code. */
int mapping_explain_ticket(struct cli *cli, const char *ticket);

#endif
