/* terms.h: what the mapping, and the template of its rule, make of a request, for the store. */
#ifndef COUNTERSIGN_SERVICE_TERMS_H
#define COUNTERSIGN_SERVICE_TERMS_H

#include "mapping/mapping.h"
#include "store/store.h"

/* Items, lifecycle and kind of subject; none of the items of a held one. `items` is borrowed by
 * ret.
 */
void terms_take(const struct mapped *m, struct store_intake *ret,
                struct store_item items[MAPPED_ITEMS_MAX]);

/* The same for a wish that found its rule, and not the other way about: the first rule that can say
 * it, which need not be of the event that the wish is of. A removal is then nobody's leaving, nor
 * its account another's than a person's. A change of what somebody has is what its rule is for. */
void terms_take_found(const struct mapped *m, struct store_intake *ret,
                      struct store_item items[MAPPED_ITEMS_MAX]);

/* May access that is asked for at now_ms last until then (0: without end), by the template? */
bool terms_within(const struct mapped *m, int64_t until_ms, int64_t now_ms);

#endif
