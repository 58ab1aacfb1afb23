#include "cli/check_rights.h"

#include <stdio.h>

#include "base/limits.h"
#include "jsm/jsm_workflow.h"
#include "site/site.h"

static const char PERMISSION[] = "BULK_CHANGE"; /* of GET /rest/api/3/mypermissions */

struct asking {
    bool applies, done, closed, known, granted;
    char why[400];
};

static void on_rights(void *arg, const struct jsm_answer *answer)
{
    struct asking *a = arg;

    a->done = true;
    a->known = answer->verdict == JSM_OK;
    a->granted = a->known && jsm_has_permission(answer->body, PERMISSION);
    str_copy(a->why, sizeof a->why, str_of(answer->why));
}

static void on_closed(void *arg)
{
    bool *closed = arg;
    *closed = true;
}

static void ask(const struct config *config, const struct site_config *at, struct asking *a)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct io_loop *loop = io_loop_new();
    struct http_options limits = {
        .per_host_max = 1, .in_flight_max = 2, .allow_plain_http = at->insecure_http};
    struct http *http = http_new(loop, &limits);
    struct site_options options = {.config = at,
                                   .mapping = at->mapping,
                                   .times = &config->policy.times,
                                   .loop = loop,
                                   .http = http};
    struct err err = {0};
    struct site *site = site_new(&options, &err);

    str_copy(a->why, sizeof a->why, str_of(err.what));
    a->applies = !site || jsm_can(site->flavour, JSM_CAN_BULK_READ);
    if (site && a->applies) {
        struct jsm_call call = jsm_call_permissions(arena, PERMISSION, STR_NONE);
        site_send(site, arena, &call, on_rights, a);
        io_loop_wait(loop, &a->done);
    }
    site_close(site);
    http_close(http, on_closed, &a->closed);
    io_loop_wait(loop, &a->closed);
    io_loop_stop(loop);
    (void)!io_loop_run(loop);
    site_free(site);
    io_loop_free(loop);
}

static void say(struct str site, const struct asking *a, struct json_out *json)
{
    const char *outcome = a->granted ? "together" : a->known ? "one by one" : "could not be asked";
    struct str detail = str_of(
        a->granted ? "our account has the global permission Bulk Change"
        : a->known ? "our account lacks the global permission Bulk Change (Make bulk changes), so "
                     "that they show Done without proof for longer; an administrator of Jira gives "
                     "it under Global permissions"
                   : a->why);

    if (!json) {
        printf("%.*s tickets closed many at once are opened again: %s: %.*s\n", STR_ARG(site),
               outcome, STR_ARG(detail));
        return;
    }
    json_open_object(json);
    json_str_member(json, "site", site);
    json_str_member(json, "permission", str_of(PERMISSION));
    json_str_member(json, "outcome", str_of(outcome));
    json_str_member(json, "detail", detail);
    json_close_object(json);
}

enum exit_code rights_line(const struct config *config, const struct site_config *at,
                           struct json_out *json)
{
    struct asking a = {0};

    ask(config, at, &a);
    if (!a.applies)
        return EXIT_CODE_OK;
    say(at->name, &a, json);
    return a.known ? EXIT_CODE_OK : EXIT_CODE_UNREACHABLE;
}
