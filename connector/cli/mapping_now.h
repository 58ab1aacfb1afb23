/* mapping_now.h: the mapping of a site as the database knows it, for verbs that go by what is live
 * and not by what a file says. Private to cli/. */
#ifndef COUNTERSIGN_CLI_MAPPING_NOW_H
#define COUNTERSIGN_CLI_MAPPING_NOW_H

#include "cli/cli.h"
#include "io/io_pg.h"

/* The live one; NULL where the database knows none, where it cannot be asked (err), or where this
 * configuration cannot work with it, which is said on stderr. */
struct mapping *mapping_now(const struct config *config, struct arena *arena,
                            const struct site_config *site, const struct pg_options *options,
                            struct err *err);
/* Each site goes by its live one where there is one. False: the database could not be asked. */
MUST_CHECK bool mapping_take_live(struct config *config, struct arena *arena,
                                  const struct pg_options *options, struct err *err);
/* The same for verbs that judge sites with the database or without: says on stderr by which mapping
 * each is judged, and where that is the file's, why. only: the one site that is meant; NULL: all.
 */
void mapping_judge_by_live(const struct cli *cli, struct config *config, struct arena *arena,
                           const char *only);

#endif
