#include "domain/cursor.h"

#include "base/plant.h"

void cursor_begin(const struct cursor *c, struct cursor_walk *ret)
{
    int64_t from = c->watermark_ms - (PLANTED(CURSOR_WITHOUT_OVERLAP) ? 0 : c->overlap_ms);
    *ret = (struct cursor_walk){.from_ms = from > 0 ? from : 0, .highest_ms = c->watermark_ms};
}

void cursor_see(struct cursor_walk *w, int64_t updated_ms)
{
    w->seen++;
    if (updated_ms > w->highest_ms)
        w->highest_ms = updated_ms;
}

bool cursor_finish(struct cursor *c, const struct cursor_walk *w, bool complete, bool authenticated)
{
    if ((!complete && !PLANTED(CURSOR_BEFORE_PAGES)) || !authenticated)
        return false;
    if (w->highest_ms > c->watermark_ms)
        c->watermark_ms = w->highest_ms;
    return true;
}
