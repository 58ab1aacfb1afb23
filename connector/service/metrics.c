#include "service/metrics.h"

#include <inttypes.h>

static void render_one(struct buf *out, const char *name, const char *help, uint64_t value)
{
    buf_printf(out, "# HELP countersign_%s %s\n# TYPE countersign_%s counter\n", name, help, name);
    buf_printf(out, "countersign_%s %" PRIu64 "\n", name, value);
}

void metrics_render(const struct metrics *m, struct buf *out)
{
#define X(field, name, help) render_one(out, name, help, m->field);
    METRICS(X)
#undef X
    buf_printf(out,
               "# HELP countersign_loop_lag_seconds Longest turn of the event loop since the last "
               "reading\n"
               "# TYPE countersign_loop_lag_seconds gauge\ncountersign_loop_lag_seconds %.3f\n",
               (double)m->loop_lag_ms / 1000.0);
}
