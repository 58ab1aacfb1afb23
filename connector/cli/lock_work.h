/* lock_work.h: what the verbs that speak of the desk share: the lock beside a mapping, and the desk
 * itself, looked at. Private to cli/. */
#ifndef COUNTERSIGN_CLI_LOCK_WORK_H
#define COUNTERSIGN_CLI_LOCK_WORK_H

#include "cli/cli.h"
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
/* What it means for whoever runs the verb that a site could not be read. */
enum exit_code lock_code_of(enum read_outcome outcome);

#endif
