/* scan_desk.h: the tickets that a desk closed, whoever closed them and however long ago: searched
 * for, and read by the site's mapping. Nothing is written, to Jira or anywhere. */
#ifndef COUNTERSIGN_CLI_SCAN_DESK_H
#define COUNTERSIGN_CLI_SCAN_DESK_H

#include "cli/cli.h"
#include "store/store_truth.h"

enum { SCAN_TICKETS_MAX = 100000 }; /* of one run: what is kept of each is some 500 bytes */

/* One wish that was closed: of the database (with its request), or of a ticket alone. */
struct scan_ticket {
    struct closed_item closed;
    struct str hold; /* why nobody can tell what it asked for; empty: closed.item says */
};
struct scan_list {
    struct arena *arena;
    const struct scan_ticket **tickets; /* room for SCAN_TICKETS_MAX */
    size_t count;
    size_t overtaken; /* left out: a later ticket was about the same */
};
MUST_CHECK bool scan_list_init(struct scan_list *list, struct arena *arena, struct err *err);
/* Copied. False: it is full. */
MUST_CHECK bool scan_list_add(struct scan_list *list, const struct scan_ticket *ticket);
/* In order, and of those about one entitlement of one account the one that was closed last; of two
 * that are of one ticket what the database knows of it. */
void scan_list_settle(struct scan_list *list);

/* What a walk through a desk has seen. */
struct scan_walk {
    size_t seen;       /* closed tickets that Jira showed */
    size_t ungoverned; /* no rule of the mapping is about them */
    size_t withdrawn;  /* they ended without being done */
};
/* Adds every ticket of the site's projects closed since from_ms that a rule is about. Proves first
 * that Jira knows us and shows us each project: who may not look is shown nothing, with success.
 * Waits as Jira wants it. False with the reason: not all was seen. */
MUST_CHECK bool scan_desk(const struct config *config, const struct site_config *site,
                          int64_t from_ms, struct scan_list *list, struct scan_walk *ret,
                          struct err *err);

#endif
