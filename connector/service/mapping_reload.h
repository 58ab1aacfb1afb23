/* mapping_reload.h: another mapping while the service runs: from its file when SIGHUP says so, or
 * from the database when a plan made one live there.
 *
 * It is read, checked against the configuration, and its own tests are run beside the work that
 * goes on (of one that was applied, those whose tickets stand in it). Then looks at the gate and
 * the desk break off, and only when none is under way any more the site claims and walks nothing
 * for the moment that what runs needs to end, so that whatever was begun is ended by the mapping
 * it was begun with; the database is told, and the pointer is swapped. The one before is kept for
 * the requests that were opened with it, as long as there are not too many; what is needed again
 * comes from the database. With faults the one before goes on: said with place and remedy in the
 * log, to the service manager, in a metric, and in the evidence. */
#ifndef COUNTERSIGN_SERVICE_MAPPING_RELOAD_H
#define COUNTERSIGN_SERVICE_MAPPING_RELOAD_H

#include "service/service.h"

struct mapping_reload;
struct mapping_reload_options {
    struct service *svc;
    /* Does nothing of the site run? What waits for a source has read its ticket. */
    bool (*is_quiet)(void *arg, size_t site);
    /* Is a look at its gate or its desk under way? It may wait long for a slow Jira, and is told to
     * break off (site.change_waits); the site works meanwhile. */
    bool (*is_looked_at)(void *arg, size_t site);
    /* Its mapping is another one now. */
    void (*changed)(void *arg, size_t site);
    void *arg;
};
struct mapping_reload *mapping_reload_new(const struct mapping_reload_options *options);
/* Ready: the service manager hears so, and of files that had faults at the start, where what the
 * database knows as live goes on. */
void mapping_reload_begin(struct mapping_reload *reload);
/* Read the files of all sites again. */
void mapping_reload_files(struct mapping_reload *reload);
/* The database says that another one was applied to this site: take it up. Said again and again;
 * one that could not be taken up is not tried again until something else is said. */
void mapping_reload_take_up(struct mapping_reload *reload, const struct site *site);
/* What the service manager shows: which mapping is live, and what was refused. state: lines to send
 * before it, "READY=1". */
void mapping_reload_say(struct mapping_reload *reload, const char *state);
bool mapping_reload_is_busy(const struct mapping_reload *reload);
/* No more; before the loop ends. NULL is fine. */
void mapping_reload_stop(struct mapping_reload *reload);
/* When the loop has ended. NULL is fine. */
void mapping_reload_free(struct mapping_reload *reload);

/* The mapping that a request keeps, by its hash: from the site, else from the database. found:
 * false when it cannot be had now. edition: NULL where it is the live one; borrowed until the
 * return. Never from inside. */
typedef void mapping_kept_fn(void *arg, bool found, struct site_edition *edition);
void mapping_kept(struct service *svc, struct site *site, struct str sha256_hex,
                  mapping_kept_fn *fn, void *arg);

#endif
