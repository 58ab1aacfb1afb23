#include "service/mapping_keep.h"

#include <stdlib.h>

#include "base/log.h"
#include "service/mapping_reload.h"
#include "service/worker.h"
#include "site/site.h"

enum { HOLD_EVERY_MS = 2000 };

struct mapping_keep {
    struct service *svc;
    struct io_timer *timer;
    struct holding {
        struct mapping_keep *keep;
        struct site *site;
        const struct mapping *said; /* that we hold */
    } sites[CONFIG_SITES_MAX];
    size_t asking;
    void (*ready)(void *arg); /* NULL once it was told */
    void *arg;
};

static void on_put(void *arg, enum store_outcome outcome, const char *message)
{
    struct holding *h = arg;

    (void)outcome; /* asked again with the next look */
    (void)message;
    h->keep->asking--;
}

static void take_over(struct holding *h)
{
    const struct mapping *m = h->site->o.mapping;

    log_warn("mapping", "nobody holds the newer mapping any more: ours becomes live again",
             LOG_S("site", h->site->config->name), LOG_C("mapping", m->sha256));
    h->keep->asking++;
    store_mapping_put(&h->keep->svc->store, str_of(m->sha256), m->text, h->site->config->name,
                      on_put, h);
}

static void hear(struct holding *h, struct str said)
{
    struct site *site = h->site;
    bool older = !str_eq_c(said, "live");
    if (site->changes || h->said != site->o.mapping)
        return; /* about the one before: asked again */
    if (str_eq_c(said, "applied"))
        mapping_reload_take_up(h->keep->svc->reload, site);
    else if (older && !site->stands_aside)
        log_warn("mapping", "other replicas hold a newer mapping: we stand aside for this site",
                 LOG_S("site", site->config->name), LOG_C("mapping", site->o.mapping->sha256));
    if (!older && site->stands_aside)
        log_info("mapping", "our mapping is live", LOG_S("site", site->config->name));
    site->stands_aside = older;
    if (str_eq_c(said, "free"))
        take_over(h);
    else
        worker_kick(h->keep->svc->worker);
}

static void on_held(void *arg, enum store_outcome outcome, struct str said)
{
    struct holding *h = arg;
    struct mapping_keep *k = h->keep;
    void (*ready)(void *) = k->ready;

    k->asking--;
    if (k->svc->draining)
        return;
    if (outcome == STORE_OK)
        hear(h, said);
    if (ready && !k->asking) {
        k->ready = NULL;
        ready(k->arg);
    }
}

static void on_timer(void *arg)
{
    struct mapping_keep *k = arg;
    struct service *svc = k->svc;

    if (svc->draining || k->asking)
        return;
    for (size_t i = 0; i < svc->config->site_count; i++) {
        struct holding *h = &k->sites[i];
        k->asking++;
        h->said = h->site->o.mapping;
        store_mapping_hold(&svc->store, h->site->config->name, str_of(h->site->o.mapping->sha256),
                           on_held, h);
    }
}

struct mapping_keep *mapping_keep_new(struct service *svc, void (*ready)(void *arg), void *arg)
{
    struct mapping_keep *k = calloc(1, sizeof *k);

    if (!k)
        abort();
    k->svc = svc;
    k->ready = ready;
    k->arg = arg;
    for (size_t i = 0; i < svc->config->site_count; i++)
        k->sites[i] = (struct holding){.keep = k, .site = svc->sites[i]};
    k->timer = io_timer_new(svc->loop, on_timer, k);
    io_timer_start(k->timer, 1, HOLD_EVERY_MS);
    return k;
}

void mapping_keep_ask(struct mapping_keep *k)
{
    if (k && k->timer)
        io_timer_start(k->timer, 1, HOLD_EVERY_MS);
}

static void on_dropped(void *arg, enum store_outcome outcome, const char *message)
{
    struct mapping_keep *k = arg;

    (void)outcome; /* then the others wait a minute for us */
    (void)message;
    k->asking--;
}

void mapping_keep_end(struct mapping_keep *keep)
{
    keep->asking++;
    store_mapping_drop(&keep->svc->store, on_dropped, keep);
}

bool mapping_keep_is_busy(const struct mapping_keep *keep)
{
    return keep->asking > 0;
}

void mapping_keep_stop(struct mapping_keep *keep)
{
    if (!keep)
        return;
    io_timer_free(keep->timer);
    keep->timer = NULL;
}

void mapping_keep_free(struct mapping_keep *keep)
{
    free(keep);
}
