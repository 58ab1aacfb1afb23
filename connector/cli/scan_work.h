/* scan_work.h: what was closed, read again: one read an entitlement, nothing is written. All
 * sources beside each other, each through a gate as the service has it: so many reads at once and a
 * minute, none while it rests; what waits together a reader may ask together. A source that wants
 * to be asked less is waited for; one that does not answer is not asked for each. */
#ifndef COUNTERSIGN_CLI_SCAN_WORK_H
#define COUNTERSIGN_CLI_SCAN_WORK_H

#include "cli/scan_desk.h"

/* DRIFT: it was proven once. OTHERWISE: somebody closed it, and nobody ever proved it. */
enum scan_finding { SCAN_AS_ASKED, SCAN_DRIFT, SCAN_OTHERWISE, SCAN_EXCEPTED, SCAN_UNKNOWN };

struct scan_row {
    const struct scan_ticket *ticket;
    struct observation obs; /* its strings are the arena's */
    enum scan_finding finding;
    const char *why; /* CamelCase; "Ok" as asked */
    int tries;       /* how often it was put off, for the source wanted to be asked less */
};

struct scan {
    struct scan_row *rows;
    size_t count;
    size_t found[SCAN_UNKNOWN + 1]; /* how many of each */
    size_t overtaken;               /* left out: another ticket was about the same, later */
};

/* For people and for --json: "as asked", "drift", "not as asked", "excepted", "unknown". */
const char *scan_finding_name(enum scan_finding finding);
/* rows: one for each of the list, in its order. A source that cannot be opened is told on standard
 * error and leaves its rows unknown, SourceNotOpened. What turns out to be about the same account
 * and entitlement by their ids as a later ticket is left out. False: there are too many. */
MUST_CHECK bool scan_read(const struct config *config, const struct scan_list *list,
                          struct scan *ret, struct err *err);
/* 2 when anything is not as it was closed, else 75 when anything is not known, else 0. */
enum exit_code scan_code(const struct scan *scan);

#endif
