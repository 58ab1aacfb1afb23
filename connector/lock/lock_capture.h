/* lock_capture.h: look at a service desk as the lock keeps it, one call after the other, in the
 * lane of sweeps: fields, resolutions, and of each project of the configuration its statuses, its
 * request types with their forms, the create screen of the mapping's issue type, and (Cloud, with
 * the right to read workflows) its transitions.
 *
 * GET /rest/servicedeskapi/servicedesk/{id}/requesttype/{id}/field: requestTypeFields with
 * fieldId, name, required, validValues, jiraSchema (Atlassian's OpenAPI file of the desk).
 */
#ifndef COUNTERSIGN_LOCK_LOCK_CAPTURE_H
#define COUNTERSIGN_LOCK_LOCK_CAPTURE_H

#include "lock/lock.h"
#include "site/site.h"

struct lock_capture {
    enum read_outcome outcome;
    char why[520];   /* for people, when it is not OK */
    bool broken_off; /* another mapping waits: it is to be looked at again */
    struct lock_site site;
    char unread[520]; /* what was left out, and why; empty: nothing */
};
typedef void lock_capture_fn(void *arg, const struct lock_capture *capture);
struct lock_wish {
    struct site *site;
    struct site *reader; /* reads workflows; the same, or an administrator's */
    bool governed_only;  /* forms of request types with a rule alone */
    int64_t now_ms;      /* wall clock */
};
/* Calls back exactly once, never from inside; everything lives in the arena. */
void lock_capture(const struct lock_wish *wish, struct arena *arena, lock_capture_fn *fn,
                  void *arg);

#endif
