#include "cli/check_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "io/io_http.h"
#include "service/policy_desk.h"

struct checking {
    const struct policy_config *config;
    struct io_loop *loop;
    struct arena *arena;
    struct rng rng;
    struct policy_desk *desk;
    struct http *http;
    struct str url;
    const char *outcome;
    struct str detail;
    enum exit_code result;
    int closing;
};

static void on_closed(void *arg)
{
    struct checking *c = arg;

    if (!--c->closing)
        io_loop_stop(c->loop);
}

static void finish(void *arg)
{
    struct checking *c = arg;

    c->closing = 2;
    policy_desk_close(c->desk, on_closed, c);
    http_close(c->http, on_closed, c);
}

static void on_document(void *arg, const struct http_reply *reply)
{
    struct checking *c = arg;
    struct str address;
    struct err err = {0};

    if (reply->outcome != HTTP_REPLIED || reply->status != 200) {
        c->detail = STR("without a discovery document");
    } else if (!policy_discovery_read(c->arena, reply->body, c->config->url, &address, &err)) {
        c->result = EXIT_CODE_FAILED;
        c->outcome = "does not fit";
        c->detail = arena_printf(c->arena, "its discovery document: %s", err.what);
    } else if (!str_ends(address, STR(POLICY_EVALUATION)) ||
               address.len != c->config->url.len + strlen(POLICY_EVALUATION)) {
        c->result = EXIT_CODE_FAILED;
        c->outcome = "does not fit";
        c->detail =
            arena_printf(c->arena, "it evaluates at %.*s, where nobody asks it", STR_ARG(address));
    }
    io_loop_defer(c->loop, finish, c);
}

static void ask_document(void *arg)
{
    struct checking *c = arg;

    c->url = arena_printf(c->arena, "%.*s%s", STR_ARG(c->config->url), POLICY_WELL_KNOWN);
    struct http_call call = {.method = STR("GET"),
                             .url = c->url,
                             .timeout_ms = c->config->timeout_ms,
                             .connect_timeout_ms = c->config->timeout_ms,
                             .reply_max = POLICY_REPLY_BYTES};
    http_send(c->http, &call, on_document, c);
}

static void on_asked(void *arg, const struct policy_asked *asked)
{
    struct checking *c = arg;
    const char *why = asked ? asked->answer.why : "NoAnswer";
    bool reached = strcmp(why, "NoAnswer") != 0 && strcmp(why, "Timeout") != 0;

    c->outcome = "answers";
    if (asked && asked->answer.answer != PERMIT_OPEN) {
        io_loop_defer(c->loop, ask_document, c);
        return;
    }
    c->outcome = reached ? "gives no decision" : "does not answer";
    c->result = reached ? EXIT_CODE_FAILED : EXIT_CODE_UNREACHABLE;
    c->detail = arena_printf(c->arena, "%s: %s", why, policy_remedy(why));
    io_loop_defer(c->loop, finish, c);
}

static void begin(void *arg)
{
    static const struct policy_question NOBODY = {.request = {"countersign check --online", 26},
                                                  .subject_kind = {"human", 5},
                                                  .lifecycle = {"standard", 8},
                                                  .requester = {"nobody", 6},
                                                  .beneficiary = {"nobody", 6},
                                                  .source = {"none", 4},
                                                  .account = {"nobody", 6},
                                                  .entitlement = {"nothing", 7}};
    struct checking *c = arg;

    policy_desk_ask(c->desk, &NOBODY, true, on_asked, c);
}

static void say(const struct checking *c, struct json_out *out)
{
    if (!out) {
        printf("policy %.*s: %s%s%.*s\n", STR_ARG(c->config->url), c->outcome,
               c->detail.len ? ": " : "", STR_ARG(c->detail));
        return;
    }
    json_open_object(out);
    json_str_member(out, "policy", c->config->url);
    json_str_member(out, "outcome", str_of(c->outcome));
    json_str_member(out, "detail", c->detail);
    json_close_object(out);
}

enum exit_code policy_line(const struct config *config, struct json_out *out)
{
    struct checking c = {.config = &config->access_policy, .loop = NULL, .outcome = ""};
    struct err err = {0};

    if (!c.config->url.len)
        return EXIT_CODE_OK;
    c.loop = io_loop_new();
    c.arena = arena_new(LIMIT_ARENA_SMALL);
    rng_seed_system(&c.rng);
    c.desk = policy_desk_new(c.config, c.loop, &c.rng, &err);
    if (c.desk) {
        struct http_options options = {
            .per_host_max = 1, .in_flight_max = 1, .allow_plain_http = c.config->insecure_http};
        c.http = http_new(c.loop, &options);
        io_loop_defer(c.loop, begin, &c);
        (void)!io_loop_run(c.loop);
    } else {
        c.outcome = "cannot be asked";
        c.detail = str_of(err.what);
        c.result = EXIT_CODE_CONFIG;
    }
    say(&c, out);
    io_loop_free(c.loop);
    arena_free(c.arena);
    return c.result;
}
