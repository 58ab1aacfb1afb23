#include "service/form_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "site/site_create.h"
#include "site/site_form.h"

enum {
    EVERY_MS = 10 * 60 * 1000, /* a form changes seldom, and each create looks at it anyway */
    SOON_MS = 30 * 1000,       /* something did not fit, or could not be asked */
    FIRST_MS = 200, /* and as often until Jira knows us: to a stranger every form looks empty */
};

struct form_watch {
    struct service *svc;
    struct site *site;
    struct io_timer *timer;
    struct arena *arena; /* of one rule */
    struct creation *creation;
    size_t rule;
    size_t unfit; /* rules, of this look */
    bool soon, busy;
    uint64_t said[MAPPING_RULES_MAX]; /* hash of what was logged of each, 0 = nothing */
};

static void next(void *arg);

static void look_end(struct form_watch *w)
{
    w->busy = false;
    w->site->unfit = w->unfit;
    w->site->forms_seen |= !w->soon;
    if (!w->unfit)
        w->site->unfit_why[0] = '\0';
    arena_clear(w->arena);
    if (!w->svc->draining)
        io_timer_start(w->timer, w->soon || w->unfit ? SOON_MS : EVERY_MS, 0);
}

static void does_not_fit(struct form_watch *w, struct str why)
{
    struct site *site = w->site;
    const struct mapping_rule *rule = &site->o.mapping->rules[w->rule];
    uint64_t *said = &w->said[w->rule];

    if (!w->unfit++)
        str_copy(site->unfit_why, sizeof site->unfit_why,
                 arena_printf(w->arena, "%.*s: %.*s", STR_ARG(rule->name), STR_ARG(why)));
    if (*said == str_hash(why))
        return;
    *said = str_hash(why);
    log_warn("forms", "tickets of this rule cannot be made: the mapping does not fit the form",
             LOG_S("site", site->config->name), LOG_S("rule", rule->name), LOG_S("why", why));
}

static void on_form(void *arg, const struct site_form *form)
{
    struct form_watch *w = arg;

    if (form->outcome == READ_OK) {
        bool fits = creation_gather(w->creation, form->form, form->desk);
        struct str faults = creation_faults(w->creation, w->arena, false);
        if (!fits || faults.len)
            does_not_fit(w, fits ? faults : STR("it names too many people"));
        else
            w->said[w->rule] = 0;
    } else if (form->outcome == READ_REFUSED) {
        does_not_fit(w, str_of(form->why));
    } else {
        w->soon = true;
    }
    w->rule++;
    io_loop_defer(w->svc->loop, next, w);
}

static void next(void *arg)
{
    struct form_watch *w = arg;
    const struct mapping *m = w->site->o.mapping;

    if (w->rule == m->rule_count || w->svc->draining) {
        look_end(w);
        return;
    }
    arena_clear(w->arena);
    w->creation = ARENA_NEW(w->arena, struct creation);
    creation_begin(w->creation, w->arena, m, &m->rules[w->rule], &CREATION_ANY);
    struct site_form_name name = site_form_of(w->site, &m->rules[w->rule]);
    site_form_read(w->site, w->arena, &name, LANE_SWEEP, false, on_form, w);
}

static void on_timer(void *arg)
{
    struct form_watch *w = arg;

    if (w->busy || w->svc->draining)
        return;
    if (!w->site->view.our_account.len || w->site->changes) {
        io_timer_start(w->timer, FIRST_MS, 0);
        return;
    }
    w->rule = w->unfit = 0;
    w->soon = false;
    w->busy = true;
    next(w);
}

struct form_watch *form_watch_new(struct service *svc, struct site *site)
{
    struct form_watch *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    w->svc = svc;
    w->site = site;
    w->arena = arena_new(LIMIT_ARENA_VISIT);
    w->timer = io_timer_new(svc->loop, on_timer, w);
    io_timer_start(w->timer, FIRST_MS, 0);
    return w;
}

void form_watch_again(struct form_watch *w)
{
    memset(w->said, 0, sizeof w->said);
    w->site->forms_seen = false;
    io_timer_start(w->timer, FIRST_MS, 0);
}

bool form_watch_is_busy(const struct form_watch *watch)
{
    return watch->busy;
}

void form_watch_free(struct form_watch *watch)
{
    if (!watch)
        return;
    io_timer_free(watch->timer);
    arena_free(watch->arena);
    free(watch);
}
