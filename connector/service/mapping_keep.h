/* mapping_keep.h: which replica may decide by its mapping. The database numbers the mappings of a
 * site; a replica whose mapping is older than the one that others hold stands aside for that site:
 * it claims and walks nothing there, takes webhooks, and says so in the log and in /readyz. When
 * nobody holds the newer one any more (people went back), its own becomes live again. What it
 * would save meanwhile is refused by the database. One that a plan made live is taken up by all
 * (mapping_reload.h). */
#ifndef COUNTERSIGN_SERVICE_MAPPING_KEEP_H
#define COUNTERSIGN_SERVICE_MAPPING_KEEP_H

#include "service/service.h"

struct mapping_keep;
/* One per service, after its mappings were put; asks every few seconds. ready: once, when the first
 * answers are in and it is known for each site whether we stand aside; never from inside. */
struct mapping_keep *mapping_keep_new(struct service *svc, void (*ready)(void *arg), void *arg);
/* Ask now: our mapping is another one. NULL is fine. */
void mapping_keep_ask(struct mapping_keep *keep);
/* This replica ends: others need not wait for it. */
void mapping_keep_end(struct mapping_keep *keep);
bool mapping_keep_is_busy(const struct mapping_keep *keep);
/* No more looks; before the loop ends. NULL is fine. */
void mapping_keep_stop(struct mapping_keep *keep);
/* When the loop has ended. NULL is fine. */
void mapping_keep_free(struct mapping_keep *keep);

#endif
