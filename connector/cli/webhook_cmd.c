/* What a site's webhook must be like, whether it is, and making it so. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "io/io_file.h"
#include "json/json_write.h"
#include "site/site_hook.h"

static const char USAGE[] = "check|install [--site NAME] [--json]\n"
                            "           [--email ADDRESS] [--token file:PATH]   sign in as an "
                            "administrator instead of as the "
                            "service does";

enum { OUT_BYTES = 1024 * 1024 };

struct hooking {
    const struct cli *cli;
    const struct config *config;
    struct arena *arena;
    struct io_loop *loop;
    struct http *http;
    struct site *sites[CONFIG_SITES_MAX];
    struct site_config configs[CONFIG_SITES_MAX]; /* ours, with the administrator's credential */
    size_t count, next;                           /* next: the one after the one in hand */
    bool repair;
    struct json_out out; /* of --json */
    struct buf text;
    int code;
    struct err err;
};

/* What is wrong, and what helps, in the order of enum jsm_hook_fault. */
static const struct {
    const char *what, *help;
} SAID[JSM_HOOK_FAULT_COUNT] = {
    [JSM_HOOK_FAULT_MISSING] = {"no webhook comes to this address", "countersign webhook install"},
    [JSM_HOOK_FAULT_DOUBLE] = {"more than one comes to this address, so each event comes twice",
                               "keep one of them, or countersign webhook install"},
    [JSM_HOOK_FAULT_DISABLED] = {"it is switched off", "switch it on"},
    [JSM_HOOK_FAULT_EVENTS] = {"it does not tell of all the events that are needed", "tell of"},
    [JSM_HOOK_FAULT_PROJECTS] = {"its filter may hold back events of our projects",
                                 "name the projects of the configuration in it"},
    [JSM_HOOK_FAULT_UNSIGNED] = {"it has no secret, so that all it sends is refused",
                                 "give it the secret of webhook_secret"},
    [JSM_HOOK_FAULT_NO_BODY] = {"it sends no body, so that nobody knows which ticket it is about",
                                "switch 'exclude body' off"},
    [JSM_HOOK_FAULT_ENDS] = {"its 30 days are nearly over", "the service puts the end off; is it "
                                                            "running?"},
};

static const char *const REGISTRIES[] = {[JSM_HOOKS_ADMIN] = "admin",
                                         [JSM_HOOKS_APP] = "app",
                                         [JSM_HOOKS_DC] = "datacenter",
                                         [JSM_HOOKS_DC_OLD] = "datacenter"};

/* --- saying it --- */

static void put_faults(struct json_out *out, const char *name, unsigned faults)
{
    json_put_name(out, name);
    json_open_array(out);
    for (unsigned i = 0; i < JSM_HOOK_FAULT_COUNT; i++)
        if (faults & 1U << i)
            json_put_str(out, str_of(JSM_HOOK_FAULT_NAMES[i]));
    json_close_array(out);
}

static void put_report(struct hooking *h, struct str site, struct str url,
                       const struct site_hook_report *r)
{
    char expires[CLOCK_TEXT_SIZE];
    struct json_out *out = &h->out;

    json_open_object(out);
    json_str_member(out, "site", site);
    json_str_member(out, "url", url);
    json_str_member(out, "registry", str_of(REGISTRIES[r->registry]));
    json_bool_member(out, "known", r->known);
    json_bool_member(out, "right", r->known && !r->after);
    json_i64_member(out, "changes", (int64_t)r->changes);
    put_faults(out, "found", r->before);
    put_faults(out, "left", r->after);
    json_str_member(out, "id", r->id);
    if (r->expires_ms)
        json_str_member(out, "expires", str_of(clock_rfc3339(r->expires_ms, expires)));
    json_str_member(out, "why", str_of(r->why));
    json_close_object(out);
}

/* After a word that they belong to. */
static void say_events(enum jsm_hook_registry registry)
{
    for (size_t i = 0; i < jsm_hook_event_count(registry); i++)
        printf("%s %s", i ? "," : "", JSM_HOOK_EVENT_NAMES[i]);
    printf("\n");
}

static void say_fault(enum jsm_hook_fault fault, enum jsm_hook_registry registry)
{
    printf("  wrong: %s\n  help: %s", SAID[fault].what, SAID[fault].help);
    if (fault == JSM_HOOK_FAULT_EVENTS)
        say_events(registry);
    else
        printf("\n");
}

static void say_report(struct str site, struct str url, const struct site_hook_report *r)
{
    printf("%.*s: %s webhook to %.*s\n", STR_ARG(site), REGISTRIES[r->registry], STR_ARG(url));
    if (!r->known) {
        printf("  not known: %s\n", r->why);
        if (r->verdict == JSM_REFUSED || r->verdict == JSM_DENIED || r->verdict == JSM_MISSING)
            printf("  help: this needs an administrator of Jira: --email ADDRESS --token "
                   "file:PATH\n");
        return;
    }
    if (r->changes)
        printf("  repaired with %zu change%s\n", r->changes, r->changes == 1 ? "" : "s");
    if (r->said.len)
        printf("  registered: %.*s\n", STR_ARG(r->said));
    for (unsigned i = 0; i < JSM_HOOK_FAULT_COUNT; i++)
        if (r->after & 1U << i)
            say_fault((enum jsm_hook_fault)i, r->registry);
    if (!r->after)
        printf("  right\n");
}

/* Data Center's registry does not take a secret from us: what to enter by hand. */
static void say_by_hand(const struct site_config *c, struct arena *a, struct str url,
                        enum jsm_hook_registry registry)
{
    struct str jql = jsm_hook_jql(a, c->projects, c->project_count);

    printf("  by hand: Administration, System, WebHooks, Create\n    URL %.*s\n    Secret as in "
           "webhook_secret\n    JQL %.*s\n    Events",
           STR_ARG(url), STR_ARG(jql));
    say_events(registry);
}

/* Rules can neither be read nor made from outside. */
static void tell_rule(struct hooking *h, const struct site_config *c, struct str url)
{
    if (!c->hook.shared.len)
        return;
    if (!h->cli->json) {
        printf("%.*s: automation rules cannot be looked at; one that tells us needs\n"
               "  action \"Send web request\", method POST\n"
               "  URL %.*s?issue={{issue.id}}\n"
               "  header %.*s: the text of automation_secret, hidden\n"
               "  body \"Issue data (Jira format)\", or one of your own with {\"issueId\": "
               "{{issue.id}}}, or empty\n",
               STR_ARG(c->name), STR_ARG(url), STR_ARG(c->hook.header));
        return;
    }
    json_open_object(&h->out);
    json_str_member(&h->out, "site", c->name);
    json_str_member(&h->out, "registry", STR("automation"));
    json_str_member(&h->out, "method", STR("POST"));
    json_str_member(&h->out, "url",
                    arena_printf(h->arena, "%.*s?issue={{issue.id}}", STR_ARG(url)));
    json_str_member(&h->out, "header", c->hook.header);
    json_close_object(&h->out);
}

/* The worst of all sites counts. */
static void take_code(struct hooking *h, const struct site_hook_report *r)
{
    int code = EXIT_CODE_OK;

    if (!r->known && (r->verdict == JSM_DENIED || r->verdict == JSM_REFUSED))
        code = EXIT_CODE_NOT_PERMITTED;
    else if (!r->known)
        code = EXIT_CODE_UNREACHABLE;
    else if (r->after)
        code = EXIT_CODE_FAILED;
    if (code > h->code)
        h->code = code;
}

/* --- one site after the other --- */

static void next_site(struct hooking *h);

static void on_closed(void *arg)
{
    struct hooking *h = arg;
    io_loop_stop(h->loop);
}

static void on_report(void *arg, const struct site_hook_report *report)
{
    struct hooking *h = arg;
    const struct site_config *c = &h->configs[h->next - 1];
    struct str url = site_hook_url(h->arena, h->config, c);
    bool dc = report->registry == JSM_HOOKS_DC || report->registry == JSM_HOOKS_DC_OLD;

    take_code(h, report);
    if (h->cli->json) {
        put_report(h, c->name, url, report);
    } else {
        say_report(c->name, url, report);
        if (dc && h->repair && report->after)
            say_by_hand(c, h->arena, url, report->registry);
    }
    tell_rule(h, c, url);
    next_site(h);
}

static bool look_at(struct hooking *h, size_t i)
{
    const struct site_config *c = &h->configs[i];
    struct site_hook_task task = {.url = site_hook_url(h->arena, h->config, c),
                                  .repair = h->repair};
    struct secret *secret = NULL;
    struct site_options options = {.config = c,
                                   .mapping = c->mapping,
                                   .times = &h->config->policy.times,
                                   .loop = h->loop,
                                   .http = h->http};

    h->sites[i] = site_new(&options, &h->err);
    if (!h->sites[i])
        return false;
    if (!site_hook_registry(c, &task.registry)) {
        tell_rule(h, c, task.url);
        return true;
    }
    if (task.registry == JSM_HOOKS_ADMIN && !file_secret(c->webhook_secret, &secret, &h->err))
        return false;
    task.secret = arena_str(h->arena, secret_reveal(secret));
    secret_free(secret);
    site_hook_look(h->sites[i], h->arena, &task, on_report, h);
    return true;
}

static void next_site(struct hooking *h)
{
    while (h->next < h->count && !h->err.kind) {
        size_t i = h->next++;
        enum jsm_hook_registry registry;
        if (!look_at(h, i))
            break;
        if (site_hook_registry(&h->configs[i], &registry))
            return; /* on_report goes on */
    }
    for (size_t i = 0; i < h->count; i++)
        site_close(h->sites[i]);
    http_close(h->http, on_closed, h);
}

static void begin(void *arg)
{
    next_site(arg);
}

/* The sites that are meant, signed in to as the command line says. */
static bool choose_sites(struct hooking *h, const char *name, const char *email, const char *token)
{
    for (size_t i = 0; i < h->config->site_count; i++) {
        if (name && !str_eq_c(h->config->sites[i].name, name))
            continue;
        struct site_config *c = &h->configs[h->count++];
        *c = h->config->sites[i];
        if (!token)
            continue;
        c->auth = email ? JSM_AUTH_BASIC : JSM_AUTH_BEARER;
        c->email = str_of(email);
        c->token = str_of(token);
    }
    return h->count > 0;
}

static int run(struct hooking *h)
{
    bool plain = false;

    for (size_t i = 0; i < h->count; i++)
        plain |= h->configs[i].insecure_http;
    struct http_options http = {.per_host_max = 2, .in_flight_max = 8, .allow_plain_http = plain};
    h->loop = io_loop_new();
    h->http = http_new(h->loop, &http);
    buf_init(&h->text, OUT_BYTES);
    json_begin(&h->out, &h->text);
    json_open_object(&h->out);
    json_put_name(&h->out, "sites");
    json_open_array(&h->out);
    io_loop_defer(h->loop, begin, h);
    (void)!io_loop_run(h->loop);
    json_close_array(&h->out);
    json_close_object(&h->out);
    for (size_t i = 0; i < h->count; i++)
        site_free(h->sites[i]);
    io_loop_free(h->loop);
    if (h->cli->json && !h->err.kind)
        printf("%s\n", h->text.p);
    buf_done(&h->text);
    return h->err.kind ? cli_fail(&h->err) : h->code;
}

/* Nothing is known of where Jira reaches us: a webhook cannot be installed. That there is none is
 * no fault, for polling finds all that one would tell. */
static int without_address(struct cli *cli, bool install)
{
    if (install)
        fprintf(stderr,
                "countersign: where Jira reaches us is not said in %s; add listen: { "
                "public_url: https://… }\n",
                cli->config_file);
    else if (cli->json)
        printf("{\"sites\":[]}\n");
    else
        printf("not looked at: where Jira reaches us is not said (listen: public_url); without a "
               "webhook polling finds every change, a little later\n");
    return install ? EXIT_CODE_CONFIG : EXIT_CODE_OK;
}

static int webhook(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *verb = cli_word(cli), *site = cli_option(cli, "site");
    const char *email = cli_option(cli, "email"), *token = cli_option(cli, "token");
    struct hooking *h = ARENA_NEW(arena, struct hooking);
    bool install = verb && strcmp(verb, "install") == 0;

    if (!verb || (!install && strcmp(verb, "check") != 0) || (email && !token))
        return cli_usage(cli, USAGE);
    int left = cli_leftover(cli);
    if (left)
        return left;
    h->cli = cli;
    h->arena = arena;
    h->repair = install;
    h->config = cli_config(cli, arena);
    if (!h->config)
        return EXIT_CODE_CONFIG;
    if (!h->config->public_url.len)
        return without_address(cli, install);
    if (!choose_sites(h, site, email, token)) {
        fprintf(stderr, "countersign: there is no site '%s' in %s\n", site, cli->config_file);
        return EXIT_CODE_USAGE;
    }
    return run(h);
}

const struct cli_command CLI_WEBHOOK = {
    "webhook", "look at the webhooks registered at each site, and repair them", webhook};
