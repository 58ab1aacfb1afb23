/* check --online: is every rule of every site's mapping fit for the form that Jira shows? */
#include "cli/check_online.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/check_ladder.h"
#include "cli/check_policy.h"
#include "cli/check_rights.h"
#include "cli/lock_work.h"
#include "json/json_write.h"
#include "site/site_create.h"
#include "site/site_form.h"

enum { OUT_BYTES = 4 * 1024 * 1024, CLOSE_CHECK_MS = 10 };

struct online {
    const struct config *config;
    struct io_loop *loop;
    struct http *http;
    struct site *site; /* being asked */
    size_t next_site, next_rule;
    struct arena *arena; /* of one rule */
    struct creation *creation;
    struct json_out out;
    bool json;
    enum exit_code result;
    struct err err;
};

static void next(struct online *o);

static void put_member(struct online *o, const char *name, struct str value)
{
    json_str_member(&o->out, name, value);
}

/* One line, or one object. */
static void say(struct online *o, const char *outcome, struct str detail)
{
    const struct mapping_rule *rule = o->creation->rule;
    struct str site = o->site->config->name;

    if (!o->json) {
        printf("%.*s %.*s (%s:%d:%d), request type %.*s: %s%s%.*s\n", STR_ARG(site),
               STR_ARG(rule->name), o->site->o.mapping->file, rule->pos.line, rule->pos.column,
               STR_ARG(rule->request_type), outcome, detail.len ? ": " : "", STR_ARG(detail));
        return;
    }
    json_open_object(&o->out);
    put_member(o, "site", site);
    put_member(o, "rule", rule->name);
    put_member(o, "request_type", rule->request_type);
    put_member(o, "outcome", str_of(outcome));
    put_member(o, "detail", detail);
    json_close_object(&o->out);
}

static struct str required(struct online *o, const struct jsm_form *form)
{
    struct str all = STR("");

    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].required)
            all = arena_printf(o->arena, "%.*s%s%.*s '%.*s'", STR_ARG(all), all.len ? ", " : "",
                               STR_ARG(form->fields[i].id), STR_ARG(form->fields[i].name));
    return arena_printf(o->arena, "it requires %.*s", STR_ARG(all));
}

static void on_form(void *arg, const struct site_form *form)
{
    struct online *o = arg;
    bool refused = form->outcome == READ_REFUSED;

    if (form->outcome != READ_OK) {
        say(o, refused ? "does not fit" : "could not be asked", str_of(form->why));
        if (o->result != EXIT_CODE_FAILED)
            o->result = refused ? EXIT_CODE_FAILED : EXIT_CODE_UNREACHABLE;
        next(o);
        return;
    }
    bool fits = creation_gather(o->creation, form->form, form->desk);
    struct str faults = creation_faults(o->creation, o->arena, false);
    if (!fits || faults.len) {
        o->result = EXIT_CODE_FAILED;
        say(o, "does not fit", fits ? faults : STR("it names too many people"));
    } else if (form->form) {
        say(o, "fits", required(o, form->form));
    } else {
        say(o, "fits",
            STR("as far as Jira tells: it does not say what its create screen asks for"));
    }
    next(o);
}

static void ask(struct online *o, const struct mapping *m)
{
    const struct mapping_rule *rule = &m->rules[o->next_rule++];
    struct site_form_name name = site_form_of(o->site, rule);

    arena_clear(o->arena);
    o->creation = ARENA_NEW(o->arena, struct creation);
    creation_begin(o->creation, o->arena, m, rule, &CREATION_ANY);
    site_form_read(o->site, o->arena, &name, LANE_CREATE, false, on_form, o);
}

static void on_closed(void *arg)
{
    struct online *o = arg;
    io_loop_stop(o->loop);
}

static bool open_site(struct online *o)
{
    struct site_options options = {.config = &o->config->sites[o->next_site],
                                   .mapping = o->config->sites[o->next_site].mapping,
                                   .times = &o->config->policy.times,
                                   .loop = o->loop,
                                   .http = o->http};

    o->site = site_new(&options, &o->err);
    o->next_site++;
    o->next_rule = 0;
    return o->site != NULL;
}

static void finish(struct online *o)
{
    http_close(o->http, on_closed, o);
}

static void step(void *arg)
{
    struct online *o = arg;

    if (o->site && o->next_rule == o->site->o.mapping->rule_count) {
        site_close(o->site);
        site_free(o->site);
        o->site = NULL;
    }
    if (!o->site && o->next_site == o->config->site_count)
        finish(o);
    else if (!o->site && !open_site(o))
        finish(o);
    else
        ask(o, o->site->o.mapping);
}

/* Nothing of a site is freed inside its own callback. */
static void next(struct online *o)
{
    io_loop_defer(o->loop, step, o);
}

enum exit_code check_online(const struct config *config, bool json)
{
    struct online o = {.config = config,
                       .loop = io_loop_new(),
                       .json = json,
                       .arena = arena_new(LIMIT_ARENA_VISIT)};
    AUTO(drop_buf) struct buf b;
    bool plain = false;

    for (size_t i = 0; i < config->site_count; i++)
        plain |= config->sites[i].insecure_http;
    struct http_options http = {.per_host_max = 4, .in_flight_max = 4, .allow_plain_http = plain};
    o.http = http_new(o.loop, &http);
    buf_init(&b, OUT_BYTES);
    json_begin(&o.out, &b);
    json_open_array(&o.out);
    next(&o);
    (void)!io_loop_run(o.loop);
    for (size_t i = 0; i < config->site_count && o.err.kind == ERR_NONE; i++) {
        struct json_out *out = json ? &o.out : NULL;
        enum exit_code asked = rights_line(config, &config->sites[i], out);
        enum exit_code ladder = ladders_line(config, &config->sites[i], out);
        enum exit_code code = drift_line(config, &config->sites[i], out);
        if (code == EXIT_CODE_OK || ladder == EXIT_CODE_FAILED)
            code = ladder == EXIT_CODE_OK ? asked : ladder;
        if (code == EXIT_CODE_FAILED || o.result == EXIT_CODE_OK)
            o.result = code;
    }
    if (o.err.kind == ERR_NONE) {
        enum exit_code code = policy_line(config, json ? &o.out : NULL);
        if (code == EXIT_CODE_FAILED || o.result == EXIT_CODE_OK)
            o.result = code;
    }
    json_close_array(&o.out);
    if (json)
        printf("%.*s\n", STR_ARG(buf_str(&b)));
    site_free(o.site);
    io_loop_free(o.loop);
    arena_free(o.arena);
    if (o.err.kind != ERR_NONE)
        return (enum exit_code)cli_fail(&o.err);
    return o.result;
}
