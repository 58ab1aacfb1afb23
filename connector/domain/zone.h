/* zone.h: when the clocks of a place change. Reads a compiled time zone (RFC 8536, "TZif", as in
 * /usr/share/zoneinfo) from its bytes, and says the changes between two instants, beyond the end of
 * the table by the rule in its footer. Pure: the bytes are an input, so the same file gives the
 * same changes on every machine. Seconds since 1970-01-01 UTC; no leap seconds ("right/" zones are
 * refused). */
#ifndef COUNTERSIGN_DOMAIN_ZONE_H
#define COUNTERSIGN_DOMAIN_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* From then on the wall clock is so many seconds ahead of UTC. */
struct zone_change {
    int64_t from_s;
    int32_t offset_s;
};

enum {
    ZONE_CHANGES_MAX = 256,        /* of a few years; some zones change four times in one */
    ZONE_OFFSET_MAX_S = 26 * 3600, /* RFC 8536 wants no more of files */
};

/* The offset at from_s as the first change, and every change before until_s. False when the bytes
 * are no zone that we can read; *ret_why is a static text then. */
MUST_CHECK bool zone_read(struct str tzif, int64_t from_s, int64_t until_s,
                          struct zone_change ret[ZONE_CHANGES_MAX], size_t *ret_count,
                          const char **ret_why);

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back. */
int64_t zone_day_of(int64_t year, int32_t month, int32_t day);
void zone_date_of(int64_t day, int64_t *ret_year, int32_t *ret_month, int32_t *ret_day);

#endif
