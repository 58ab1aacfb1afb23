#include "service/schema_watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/store_schema.h"

enum { EVERY_MS = 5000, RETRY_MS = 1000, WHY_BYTES = 400 };

struct schema_watch {
    struct service *svc;
    struct io_timer *timer; /* NULL: stopped */
    void (*fits)(void *arg);
    void (*unfit)(void *arg);
    void *arg;
    bool begun; /* it fitted once */
    enum schema_fit told;
    char why[WHY_BYTES]; /* we must not run on it, empty: we may */
};

/* Once for each thing that is so. */
static void tell(struct schema_watch *w, enum schema_fit fit, const char *why)
{
    if (fit == w->told)
        return;
    w->told = fit;
    if (fit == SCHEMA_UNKNOWN && !w->begun)
        log_warn("serve", "waiting for the database", LOG_C("why", why));
    else if (fit == SCHEMA_OLDER || fit == SCHEMA_NEWER)
        log_error("serve", "the database does not fit this program", LOG_C("why", why));
}

static void on_answer(void *arg, enum schema_fit fit, const char *why)
{
    struct schema_watch *w = arg;

    if (!w->timer)
        return;
    tell(w, fit, why);
    if (fit == SCHEMA_NEWER) {
        snprintf(w->why, sizeof w->why, "%s", why);
        w->unfit(w->arg);
        return;
    }
    io_timer_start(w->timer, w->begun || fit == SCHEMA_FITS ? EVERY_MS : RETRY_MS, 0);
    if (fit != SCHEMA_FITS || w->begun)
        return;
    w->begun = true;
    w->fits(w->arg);
}

static void ask(void *arg)
{
    struct schema_watch *w = arg;
    store_schema_ask(&w->svc->store, on_answer, w);
}

struct schema_watch *schema_watch_new(struct service *svc, void (*fits)(void *arg),
                                      void (*unfit)(void *arg), void *arg)
{
    struct schema_watch *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    *w = (struct schema_watch){.svc = svc, .fits = fits, .unfit = unfit, .arg = arg};
    w->timer = io_timer_new(svc->loop, ask, w);
    io_timer_start(w->timer, 1, 0);
    return w;
}

void schema_watch_stop(struct schema_watch *w)
{
    if (!w || !w->timer)
        return;
    io_timer_free(w->timer);
    w->timer = NULL;
}

bool schema_watch_end(struct schema_watch *w, struct err *err)
{
    bool fits = !w || !w->why[0];

    if (!fits)
        (void)FAIL(err, ERR_CONFIG, "%s", w->why);
    free(w);
    return fits;
}
