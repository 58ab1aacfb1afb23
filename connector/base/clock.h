/* clock.h: time is an input. Code that needs it receives a struct clock; tests and the simulator
 * pass their own. */
#ifndef COUNTERSIGN_BASE_CLOCK_H
#define COUNTERSIGN_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct clock {
    int64_t (*wall_ms)(void *self); /* milliseconds since 1970, UTC */
    int64_t (*mono_ms)(void *self); /* never goes back              */
    void *self;
};

extern const struct clock CLOCK_SYSTEM;

/* Wall time of a clock. */
static inline int64_t clock_wall_ms(const struct clock *c)
{
    return c->wall_ms(c->self);
}

/* Monotonic time of a clock. */
static inline int64_t clock_mono_ms(const struct clock *c)
{
    return c->mono_ms(c->self);
}

enum { CLOCK_TEXT_SIZE = 64 };
/* "2026-11-24T10:20:56.123Z" (RFC 3339) into dst[CLOCK_TEXT_SIZE]. Pure. */
const char *clock_rfc3339(int64_t wall_ms, char *dst);
/* Reads RFC 3339 and Jira's own form "2026-11-24T10:20:56.123+0000". Pure. */
MUST_CHECK bool clock_parse(struct str text, int64_t *ret_wall_ms);

#endif
