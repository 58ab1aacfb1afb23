/* lock_work.h: what the verbs that speak of the desk share: the lock beside a mapping, and the desk
 * itself, looked at. Private to cli/. */
#ifndef COUNTERSIGN_CLI_LOCK_WORK_H
#define COUNTERSIGN_CLI_LOCK_WORK_H

#include "cli/cli.h"
#include "json/json_write.h"
#include "lock/lock_capture.h"

/* Path of the lock beside a mapping file. */
const char *lock_path(struct arena *arena, const char *mapping_file);
/* A name without its folder. */
struct str lock_file_name(const char *path);
/* Is there a lock, and what does it say? NULL without a fault: there is none. */
const struct lock *lock_open(struct arena *arena, const char *path, struct err *err);

/* Whom a look is made as; borrowed from the command line. */
struct lock_as {
    const char *email, *token; /* an administrator's, who may read workflows; or NULL */
    bool governed_only;
};
/* Look at one site. NULL: it could not even be begun (err). */
const struct lock_capture *lock_look(const struct config *config, const struct site_config *site,
                                     const struct lock_as *as, struct arena *arena,
                                     struct err *err);
/* The desk a verb speaks of: by the lock beside the mapping file on the command line, else beside
 * the configuration's mapping, else by a look at the site. --site chooses among several. *ret NULL:
 * it was said why not; the exit code. */
int lock_desk(struct cli *cli, struct arena *arena, const char *usage,
              const struct lock_site **ret);
/* One line, or one object of an open array, on whether the site is as its lock shows it; nothing
 * where it has no lock. FAILED: what changed breaks the mapping. (mapping_drift.c) */
enum exit_code drift_line(const struct config *config, const struct site_config *site,
                          struct json_out *json);
/* What it means for whoever runs the verb that a site could not be read. */
enum exit_code lock_code_of(enum read_outcome outcome);

#endif
