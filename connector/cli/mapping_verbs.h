/* mapping_verbs.h: what `countersign mapping VERB` does, one file each. All give an exit code and
 * take what is theirs off the command line. */
#ifndef COUNTERSIGN_CLI_MAPPING_VERBS_H
#define COUNTERSIGN_CLI_MAPPING_VERBS_H

#include "cli/cli.h"

/* FILE...: faults and failing tests; --fix writes what nobody need think about. */
int mapping_validate(struct cli *cli);
/* The same, and each test by its name. */
int mapping_test(struct cli *cli);
/* CODE: the page of a fault. [SITE/]TICKET: see mapping_live.h. */
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
/* [FILE]: what another mapping would change for requests that were; a plan is saved. */
int mapping_plan(struct cli *cli);
/* The same, and nothing is saved. */
int mapping_backtest(struct cli *cli);
/* PLAN.json: what was planned, and nothing else, becomes live. */
int mapping_apply(struct cli *cli);
/* NUMBER|SHA256: one of before becomes live again. */
int mapping_rollback(struct cli *cli);
/* REQUEST|TICKET: held because the live mapping reads something else, it goes on as approved. */
int mapping_keep(struct cli *cli);
/* Changes and refusals, the newest first. */
int mapping_history(struct cli *cli);
/* The one that is live, or was at a time. */
int mapping_show(struct cli *cli);
/* The configuration without its mapping files, for verbs that take mappings from elsewhere: a fault
 * in a file must not keep anybody from going back. NULL: as cli_config. */
const struct config *mapping_config(struct cli *cli, struct arena *arena);
/* Digits of a hash that name a mapping; fewer digits alone are a number. */
enum { MAPPING_HASH_MIN = 8 };
bool mapping_is_number(struct str text, int64_t *ret);
/* Who does it: the account and the machine, unless another name is given. */
struct str mapping_actor(struct arena *arena, const char *by);
/* The site that is named, or the only one; empty: that was said on stderr. */
struct str mapping_site(const struct config *config, const char *site);

#endif
