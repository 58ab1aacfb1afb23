#include "domain/anchor.h"

enum {
    AGAIN_MS = 5 * 1000, /* after a failure, then twice that, ... */
    AGAIN_MAX_MS = 60 * 1000,
    GRACE_MS = 60 * 1000, /* for calls that take their time, and one that is repeated */
};

const char *anchor_name(enum anchor_kind kind)
{
    static const char *const NAMES[] = {"file", "journal", "issue", "timestamp"};
    return NAMES[kind];
}

static int64_t again_ms(const struct anchor *a)
{
    int64_t wait = a->every_ms < AGAIN_MS ? a->every_ms : AGAIN_MS;

    for (int64_t i = 1; i < a->failures && wait < AGAIN_MAX_MS; i++)
        wait *= 2;
    return wait < AGAIN_MAX_MS ? wait : AGAIN_MAX_MS;
}

bool anchor_is_due(const struct anchor *a, int64_t published)
{
    if (!a->every_ms || published <= a->seq)
        return false;
    if (a->failures && a->tried_ms >= 0 && a->tried_ms < again_ms(a))
        return false;
    return a->failures || a->left_ms < 0 || a->left_ms >= a->every_ms;
}

bool anchor_is_late(const struct anchor *a)
{
    return a->every_ms && (a->lost || a->behind_ms > a->every_ms + GRACE_MS);
}
