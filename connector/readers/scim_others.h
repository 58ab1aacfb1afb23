/* scim_others.h: what else a user holds at a SCIM server: the groups he is a member of himself, by
 * what groups are called there. From his own list of groups, where the server proved with the
 * canary that it fills it; else by the filter on members that it proved, for all groups at once.
 * Pure. */
#ifndef COUNTERSIGN_READERS_SCIM_OTHERS_H
#define COUNTERSIGN_READERS_SCIM_OTHERS_H

#include "readers/others.h"
#include "readers/scim_find.h"

/* The address to GET; STR_NONE: this server is not asked, or the id is too long. */
struct str scim_others_address(const struct scim_place *place, const struct scim_server *server,
                               struct arena *arena, struct str user_id);
/* The list, into the answer; what is not whole, or leaves a group without its name, is none. True:
 * the group of this id is in it. */
bool scim_others_take(const struct scim_place *place, const struct scim_server *server,
                      struct str user_id, struct str group_id, const struct scim_reply *reply,
                      struct answer *answer);

#endif
