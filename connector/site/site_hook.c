#include "site/site_hook.h"

#include <stdlib.h>

#include "base/clock.h"

struct look {
    struct site *site;
    struct arena *arena;
    struct site_hook_task task;
    struct jsm_hook_want want;
    struct jsm_hook_list list;
    struct jsm_call calls[JSM_HOOK_CALLS_MAX];
    size_t call_count, next;
    bool repaired; /* the list is read once more, then it is over */
    struct site_hook_report report;
    site_hook_fn *fn;
    void *arg;
};

bool site_hook_registry(const struct site_config *config, enum jsm_hook_registry *ret)
{
    bool cloud = str_eq_c(config->flavour, "cloud");

    *ret = config->hook.app.len ? JSM_HOOKS_APP : cloud ? JSM_HOOKS_ADMIN : JSM_HOOKS_DC;
    return config->hook.app.len || config->webhook_secret.len;
}

struct str site_hook_url(struct arena *a, const struct config *config,
                         const struct site_config *site)
{
    if (!config->public_url.len)
        return STR_NONE;
    return arena_printf(a, "%.*s/webhook/jira/%.*s", STR_ARG(config->public_url),
                        STR_ARG(site->name));
}

static void end(struct look *l, const struct jsm_answer *answer, const char *why)
{
    l->report.known = !why && answer->verdict == JSM_OK;
    l->report.verdict = answer->verdict;
    if (!l->report.known)
        str_copy(l->report.why, sizeof l->report.why, str_of(why ? why : answer->why));
    l->fn(l->arg, &l->report);
    free(l);
}

static void read_list(struct look *l);
static void next_call(struct look *l);

static void on_changed(void *arg, const struct jsm_answer *answer)
{
    struct look *l = arg;
    struct str refusal = jsm_hook_refusal(answer->body);

    if (answer->verdict != JSM_OK || refusal.len) {
        end(l, answer, refusal.len ? arena_cstr(l->arena, refusal) : NULL);
        return;
    }
    l->report.changes++;
    next_call(l);
}

static void next_call(struct look *l)
{
    if (l->next < l->call_count) {
        site_send(l->site, l->arena, &l->calls[l->next++], on_changed, l);
        return;
    }
    l->repaired = true;
    read_list(l);
}

/* What is registered, in one line. */
static struct str describe(struct look *l, const struct jsm_hook_entry *e)
{
    return arena_printf(l->arena, "%.*s%s%.*s, filter '%.*s'", STR_ARG(e->id),
                        e->name.len ? " " : "", STR_ARG(e->name), STR_ARG(e->jql));
}

static void judge(struct look *l, const struct jsm_answer *answer)
{
    const struct jsm_hook_entry *best;
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    unsigned faults = jsm_hooks_judge(&l->want, &l->list, now_ms, &best);

    if (!l->repaired)
        l->report.before = faults;
    l->report.after = faults;
    l->report.id = best ? best->id : STR_NONE;
    l->report.said = best ? describe(l, best) : STR_NONE;
    l->report.expires_ms = best ? best->expires_ms : 0;
    if (l->task.repair && !l->repaired)
        l->call_count = jsm_hooks_plan(l->arena, &l->want, &l->list, now_ms, l->calls);
    if (l->call_count && !l->repaired)
        next_call(l);
    else
        end(l, answer, NULL);
}

static void on_list(void *arg, const struct jsm_answer *answer)
{
    struct look *l = arg;
    struct err err = {0};

    if (answer->verdict == JSM_MISSING && l->want.registry == JSM_HOOKS_DC) {
        l->want.registry = l->report.registry = JSM_HOOKS_DC_OLD;
        read_list(l);
        return;
    }
    if (answer->verdict != JSM_OK) {
        end(l, answer, NULL);
        return;
    }
    if (!jsm_hooks_read(l->arena, l->want.registry, answer->body, &l->list, &err)) {
        end(l, answer, err.what);
        return;
    }
    if (l->list.last) {
        judge(l, answer);
        return;
    }
    struct jsm_call call = jsm_call_hooks(l->arena, l->want.registry, l->list.count);
    site_send(l->site, l->arena, &call, on_list, l);
}

static void read_list(struct look *l)
{
    l->list.count = 0;
    struct jsm_call call = jsm_call_hooks(l->arena, l->want.registry, 0);
    site_send(l->site, l->arena, &call, on_list, l);
}

void site_hook_look(struct site *site, struct arena *arena, const struct site_hook_task *task,
                    site_hook_fn *fn, void *arg)
{
    struct look *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    l->site = site;
    l->arena = arena;
    l->task = *task;
    l->want = (struct jsm_hook_want){.registry = task->registry,
                                     .url = task->url,
                                     .projects = site->config->projects,
                                     .project_count = site->config->project_count,
                                     .secret = task->secret};
    l->report.registry = task->registry;
    l->fn = fn;
    l->arg = arg;
    read_list(l);
}
