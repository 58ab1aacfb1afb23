/* scim_server.h: getting to know a SCIM server: what it says of itself (RFC 7644 section 4), then
 * what it really does, tried on the canary: a filter that is ignored finds everybody, one that is
 * not understood finds nobody, and neither says so. Pure: it says what to ask next and takes what
 * came. */
#ifndef COUNTERSIGN_READERS_SCIM_SERVER_H
#define COUNTERSIGN_READERS_SCIM_SERVER_H

#include "readers/scim_question.h"

struct scim_proof {
    const struct scim_place *place;
    struct arena *arena;
    struct scim_server server; /* at the end, without trouble: proven */
    const char *trouble;       /* at the end: why not */
    enum {
        SCIM_ASKS_CONFIG,
        SCIM_ASKS_TYPES,
        SCIM_ASKS_SCHEMA,
        SCIM_ASKS_GROUP,
        SCIM_ASKS_USER,
        SCIM_ASKS_CASE,
        SCIM_ASKS_EITHER,
        SCIM_ASKS_WAY,
        SCIM_PROVEN,
    } at;
    struct scim_find find;
    bool finding;
    enum scim_way way;
    bool decoy;            /* asked of somebody who is surely no member */
    const char *way_fault; /* the first thing that went wrong with a way */
    char group_id[SCIM_ID_BYTES], user_id[SCIM_ID_BYTES], nobody[SCIM_ID_BYTES];
    struct str flipped; /* the canary's name in the other case */
};

/* The place and the arena outlive it. */
void scim_proof_begin(struct scim_proof *p, const struct scim_place *place, struct arena *arena);
/* The address to GET; STR_NONE: at the end. */
struct str scim_proof_next(struct scim_proof *p, struct arena *arena);
void scim_proof_take(struct scim_proof *p, const struct scim_reply *reply);

#endif
