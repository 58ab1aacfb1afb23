/* jsm_marker.h: what tells our tickets from others: a label with the request's marker, and a
 * property that says whose request of which site it is. Anyone who may edit a ticket may write
 * both, and people clone tickets with them: alone they prove nothing. */
#ifndef COUNTERSIGN_JSM_MARKER_H
#define COUNTERSIGN_JSM_MARKER_H

#include "base/arena.h"
#include "json/json_read.h"
#include "json/json_write.h"

#define JSM_MARKER_PREFIX "gar-" /* of the label: governance.request_create makes the rest */
#define JSM_BIND "gar.bind"      /* the entity property */

/* A Jira id: 1 to 20 digits. */
bool jsm_is_id(struct str s);
/* A ticket's key, "IAM-482": capitals, digits and '_' after a capital, at most 255 characters, then
 * a number. What else an administrator may allow at a Data Center is none. */
bool jsm_is_key(struct str s);

/* The property's value, members empty when it has none. */
struct jsm_bind {
    struct str site;    /* name in the configuration that made the ticket */
    struct str site_id; /* base address Jira itself says it has (serverInfo), "https://x.y" */
    struct str request; /* our id */
};
struct jsm_bind jsm_bind_read(const struct json *issue);
/* The property's value, as it is read back; without a site id it has none. */
void jsm_bind_write(struct json_out *out, const struct jsm_bind *bind);

/* The first label that looks like a marker, empty when none does. field: where else a marker may
 * stand, as a word of its text ("description", "customfield_10090"); empty or "labels": nowhere. */
struct str jsm_marker_find(struct arena *a, const struct json *issue, struct str field);
/* All of them, separated by blanks (a marker has none); at most a few dozen. */
struct str jsm_markers_join(struct arena *a, const struct json *issue, struct str field);

/* Does the binding name another site than this one (a sandbox copied from production)? By id where
 * both say one, else by name; no binding names no other site. */
bool jsm_bind_is_foreign(const struct jsm_bind *bind, struct str site, struct str site_id);

#endif
