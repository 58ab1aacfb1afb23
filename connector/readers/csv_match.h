/* csv_match.h: what the rows of a feed say about the questions asked of it. Pure. */
#ifndef COUNTERSIGN_READERS_CSV_MATCH_H
#define COUNTERSIGN_READERS_CSV_MATCH_H

#include "json/json_read.h"
#include "readers/csv_feed.h"

/* Where the columns are; the last two -1 where none is configured. */
struct csv_columns {
    size_t count;
    int account, entitlement, native_id, active;
};

/* False with ERR_INPUT: one that is configured is not there, or stands twice. */
MUST_CHECK bool csv_columns_find(struct csv_columns *ret, const struct csv_place *place,
                                 const struct str *cells, size_t count, struct err *err);
void csv_match_begin(struct csv_scan *scan);
/* What is wrong with the row, static; NULL: nothing. */
const char *csv_match_row(struct csv_scan *scan, const struct csv_columns *columns,
                          const struct str *cells);
/* Entitlements that the manifest names: they exist, though perhaps nobody holds them. */
void csv_match_named(struct csv_scan *scan, const struct json *names);
/* The feed is whole, fresh and accepted: fill the answers. */
void csv_match_end(struct csv_scan *scan);

#endif
