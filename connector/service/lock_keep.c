#include "service/lock_keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "io/io_file.h"
#include "lock/lock_capture.h"
#include "lock/lock_drift.h"
#include "service/service.h"

enum {
    LEASE_MS = 10 * 60 * 1000, /* longer than a look at a desk takes */
    LOOK_MAX_MS = 60 * 1000,   /* the lease is asked for at least so often: another may have died */
    ARENA_BYTES = 2 * LIMIT_ARENA_VISIT,
};

struct lock_keep {
    struct service *svc;
    size_t index;
    struct site *site;
    struct io_timer *timer;
    struct arena *arena;
    char lease[160], path[4096];
    char told[80]; /* print of what was logged last */
    bool busy;
    /* the look in progress */
    int64_t fence;
    const struct lock_site *was;
    const struct lock_changes *changes;
};

static struct lock_stats *stats_of(struct lock_keep *k)
{
    return &k->svc->lock_stats[k->index];
}

static void look_end(struct lock_keep *k)
{
    k->busy = false;
    arena_clear(k->arena);
}

static void on_given(void *arg, enum store_outcome outcome, const char *message)
{
    struct lock_keep *k = arg;

    if (outcome != STORE_OK)
        log_warn("lock", "the turn to look at the desk was not given back",
                 LOG_S("site", k->site->config->name), LOG_C("why", message));
    look_end(k);
}

static void give(struct lock_keep *k, int64_t rest_ms)
{
    store_lease_give(&k->svc->store, str_of(k->lease), k->fence, rest_ms, on_given, k);
}

static void give_for_now(struct lock_keep *k)
{
    give(k, k->site->config->gate.reprove_ms);
}

/* --- what a look showed --- */

static void on_told(void *arg, enum store_outcome outcome, int64_t is_new, const char *message)
{
    struct lock_keep *k = arg;

    (void)is_new;
    if (outcome != STORE_OK)
        log_warn("lock", "that the desk breaks the mapping was not saved",
                 LOG_S("site", k->site->config->name), LOG_C("why", message));
    give_for_now(k);
}

static void not_known(struct lock_keep *k, const char *why)
{
    struct lock_stats *s = stats_of(k);

    if (s->known || !s->looks)
        log_warn("lock", "the desk could not be compared with its lock",
                 LOG_S("site", k->site->config->name), LOG_C("why", why));
    s->looks++;
    s->known = false;
    snprintf(s->said, sizeof s->said, "%s", why);
    give_for_now(k);
}

/* Once for each different state of things: what breaks, and that nothing does any more. */
static void say(struct lock_keep *k, struct str print)
{
    struct str site = k->site->config->name;

    if (str_eq_c(print, k->told))
        return;
    for (size_t i = 0; i < k->changes->count && k->changes->items[i].breaking; i++)
        log_error("lock", "the service desk has changed, and the mapping with it",
                  LOG_S("site", site), LOG_S("what", k->changes->items[i].what),
                  LOG_S("where", k->changes->items[i].where));
    if (!print.len)
        log_info("lock", "nothing of the service desk breaks the mapping any more",
                 LOG_S("site", site));
    (void)str_copy(k->told, sizeof k->told, print);
}

static void on_capture(void *arg, const struct lock_capture *capture)
{
    struct lock_keep *k = arg;
    struct lock_changes *changes = ARENA_NEW(k->arena, struct lock_changes);
    struct lock_stats *s = stats_of(k);

    if (capture->broken_off) { /* it says nothing, and is due at once */
        give(k, 0);
        return;
    }
    if (k->svc->draining || capture->outcome != READ_OK || !changes) {
        not_known(k, changes ? capture->why : "it is too large");
        return;
    }
    lock_drift(k->site->o.mapping, k->was, &capture->site, k->arena, changes);
    k->changes = changes;
    s->looks++;
    s->known = true;
    s->breaking = changes->breaking;
    s->harmless = changes->harmless;
    s->said[0] = '\0';
    if (changes->breaking)
        (void)str_copy(s->said, sizeof s->said, changes->items[0].what);
    struct str print = lock_drift_print(k->arena, changes);
    say(k, print);
    if (print.len)
        store_mapping_drift(&k->svc->store, k->site->config->name, print, on_told, k);
    else
        give_for_now(k);
}

/* --- looking --- */

static const struct lock_site *read_lock(struct lock_keep *k, struct err *err)
{
    struct lock *lock = ARENA_NEW(k->arena, struct lock);
    struct str text, file = k->site->config->mapping_file;
    size_t start = file.len;

    while (start && file.p[start - 1] != '/')
        start--;
    if (!lock || !file_read(k->arena, k->path, LOCK_BYTES, &text, err) ||
        !lock_read(k->arena, text, lock, err))
        return NULL;
    const struct lock_site *s =
        lock_section(lock, k->site->config->name, str_n(file.p + start, file.len - start));
    if (!s)
        (void)FAIL(err, ERR_CONFIG, "%s says nothing of this site: countersign mapping lock",
                   k->path);
    return s;
}

static void on_turn(void *arg, enum store_outcome outcome, const struct store_lease *lease)
{
    struct lock_keep *k = arg;
    struct lock_wish wish = {k->site, k->site, true, clock_wall_ms(&CLOCK_SYSTEM)};
    struct err err = {0};

    if (outcome != STORE_OK) { /* another replica looks, or it is not due */
        look_end(k);
        return;
    }
    k->fence = lease->fence;
    k->was = read_lock(k, &err);
    if (!k->was)
        not_known(k, err.what);
    else
        lock_capture(&wish, k->arena, on_capture, k);
}

static void on_timer(void *arg)
{
    struct lock_keep *k = arg;
    struct lock_stats *s = stats_of(k);

    if (k->busy || k->svc->draining || k->site->change_waits)
        return;
    s->locked = access(k->path, R_OK) == 0;
    if (!s->locked) {
        *s = (struct lock_stats){0};
        return;
    }
    k->busy = true;
    store_lease_take(&k->svc->store, str_of(k->lease), LEASE_MS, on_turn, k);
}

/* --- life --- */

struct lock_keep *lock_keep_new(struct service *svc, size_t index)
{
    struct lock_keep *k = calloc(1, sizeof *k);
    const struct site_config *c = &svc->config->sites[index];
    int64_t every = c->gate.reprove_ms < LOOK_MAX_MS ? c->gate.reprove_ms : LOOK_MAX_MS;
    size_t folder = c->mapping_file.len;

    if (!k)
        abort();
    while (folder && c->mapping_file.p[folder - 1] != '/')
        folder--;
    k->svc = svc;
    k->index = index;
    k->site = svc->sites[index];
    k->arena = arena_new(ARENA_BYTES);
    snprintf(k->lease, sizeof k->lease, "lock:%.*s", STR_ARG(c->name));
    snprintf(k->path, sizeof k->path, "%.*s" LOCK_FILE, (int)folder, c->mapping_file.p);
    stats_of(k)->locked = access(k->path, R_OK) == 0; /* said before the first look, too */
    k->timer = io_timer_new(svc->loop, on_timer, k);
    io_timer_start(k->timer, every,
                   every); /* not at once: what is urgent after a start comes first */
    return k;
}

bool lock_keep_is_busy(const struct lock_keep *k)
{
    return k->busy;
}

void lock_keep_free(struct lock_keep *k)
{
    if (!k)
        return;
    io_timer_free(k->timer);
    arena_free(k->arena);
    free(k);
}

/* --- telling --- */

void lock_stats_render(const struct lock_stats *stats, const struct str *names, size_t count,
                       struct buf *out)
{
    static const char *const HEADS[] = {
        "# HELP countersign_mapping_drift_breaking Changes of the service desk since it was locked "
        "that break the mapping\n# TYPE countersign_mapping_drift_breaking gauge\n",
        "# HELP countersign_mapping_drift_harmless Other changes since it was locked\n"
        "# TYPE countersign_mapping_drift_harmless gauge\n",
        "# HELP countersign_mapping_drift_known Could the desk be compared with its lock\n"
        "# TYPE countersign_mapping_drift_known gauge\n"};
    static const char *const NAMES[] = {"breaking", "harmless", "known"};

    for (size_t m = 0; m < sizeof NAMES / sizeof NAMES[0]; m++) {
        buf_add_c(out, HEADS[m]);
        for (size_t i = 0; i < count; i++) {
            const struct lock_stats *s = &stats[i];
            size_t values[] = {s->breaking, s->harmless, s->known};
            if (s->looks)
                buf_printf(out, "countersign_mapping_drift_%s{site=\"%.*s\"} %zu\n", NAMES[m],
                           STR_ARG(names[i]), values[m]);
        }
    }
}

struct str lock_stats_line(const struct lock_stats *s, struct arena *a)
{
    if (!s->locked)
        return STR("no lock");
    if (!s->looks)
        return STR("not looked at by this replica yet");
    if (!s->known)
        return arena_printf(a, "not known: %s", s->said);
    if (s->breaking)
        return arena_printf(a, "%zu change%s break%s the mapping: %s", s->breaking,
                            s->breaking == 1 ? "" : "s", s->breaking == 1 ? "s" : "", s->said);
    return s->harmless ? arena_printf(a, "%zu harmless changes", s->harmless) : STR("as locked");
}
