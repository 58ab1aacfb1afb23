/* mapping_verbs.h: what `countersign mapping VERB` does, one file each. All give an exit code and
 * take what is theirs off the command line. */
#ifndef COUNTERSIGN_CLI_MAPPING_VERBS_H
#define COUNTERSIGN_CLI_MAPPING_VERBS_H

#include "cli/cli.h"

/* FILE...: faults and failing tests; --fix writes what nobody need think about. */
int mapping_validate(struct cli *cli);
/* The same, and each test by its name. */
int mapping_test(struct cli *cli);
/* CODE: the page of a fault. */
int mapping_explain(struct cli *cli);
/* The desk as it is now, into the lock beside the mapping. */
int mapping_lock(struct cli *cli);
/* The lock against the desk as it is now. */
int mapping_drift(struct cli *cli);
/* A JSON Schema of the user's own site, for editors. */
int mapping_schema(struct cli *cli);
/* A rule for a request type, or a mapping for a desk, to begin with. */
int mapping_scaffold(struct cli *cli);
/* FILE TICKET.json: what becomes of one ticket, function by function. */
int mapping_try(struct cli *cli);

#endif
