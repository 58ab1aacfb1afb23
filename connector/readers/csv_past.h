/* csv_past.h: the feed that was accepted last, kept in a file so that a restart does not make the
 * service believe a feed that lost half its rows meanwhile. Blocking. */
#ifndef COUNTERSIGN_READERS_CSV_PAST_H
#define COUNTERSIGN_READERS_CSV_PAST_H

#include "readers/csv_feed.h"

/* Reads the file where nothing is known yet; path may be NULL. A file that is not there is no
 * fault: it is the first feed. False with ERR_INPUT or ERR_CONFIG. */
MUST_CHECK bool csv_past_load(struct csv_past *past, const char *path, struct err *err);
/* Remember this one. False with ERR_TEMPORARY: not in the file. */
MUST_CHECK bool csv_past_keep(struct csv_past *past, const char *path, int64_t rows,
                              const char *sha256, struct err *err);

#endif
