/* countersign mapping explain TICKET: what the site's mapping makes of the ticket as Jira has it
 * now, and where its request stands. Reads only. */
#include "cli/mapping_live.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/mapping_trial.h"
#include "cli/view.h"
#include "jsm/jsm_marker.h"
#include "site/site.h"
#include "site/site_answers.h"
#include "store/store_mapping.h"
#include "store/store_truth.h"

enum { OUT_BYTES = 4 * 1024 * 1024, LIVE_ARENA_BYTES = 64 * 1024 * 1024 };

struct live {
    struct cli *cli;
    const struct config *config;
    struct arena *arena;
    struct str key;
    struct io_loop *loop;
    struct http *http;
    struct site *site;
    struct pg_options database;
    bool away;   /* the database says nothing */
    char by[80]; /* which mapping it is explained by, in words */
    struct trial trial;
    struct err err;
};

/* --- which site --- */

static bool looks_after(const struct site_config *site, struct str project)
{
    for (size_t i = 0; i < site->project_count; i++)
        if (str_eq(site->projects[i], project))
            return true;
    return false;
}

/* [SITE/]KEY: the site of that name, else the only one that looks after the key's project. */
static const struct site_config *find_site(struct live *l, struct str word)
{
    struct str name = str_find(word, '/') >= 0 ? str_cut(&word, '/') : STR_NONE, rest = word;
    struct str project = str_cut(&rest, '-');
    const struct site_config *found = NULL;
    size_t count = 0;

    l->key = word;
    for (size_t i = 0; i < l->config->site_count; i++) {
        const struct site_config *site = &l->config->sites[i];
        if (name.len ? str_eq(site->name, name) : looks_after(site, project)) {
            found = site;
            count++;
        }
    }
    if (!count)
        fprintf(stderr,
                name.len ? "countersign mapping: there is no site %.*s in %s\n"
                         : "countersign mapping: no site looks after project %.*s in %s\n",
                STR_ARG(name.len ? name : project), l->cli->config_file);
    else if (count > 1)
        fprintf(
            stderr,
            "countersign mapping: %zu sites look after project %.*s; say which one: SITE/%.*s\n",
            count, STR_ARG(project), STR_ARG(l->key));
    return count == 1 ? found : NULL;
}

/* --- its request, and what it is understood by --- */

/* As `reconcile show` gives it; NULL: nobody made one of it, or, said on stderr, it is not known.
 */
static const struct json *find_request(struct live *l, const struct site_config *site)
{
    struct str document = STR_NONE;
    const struct json *request = NULL;
    struct err err = {0};

    const char *name = arena_cstr(
        l->arena, arena_printf(l->arena, "%.*s/%.*s", STR_ARG(site->name), STR_ARG(l->key)));
    l->away = !cli_database(l->config, l->arena, &l->database, &err) ||
              !store_reconcile(&l->database, l->arena, str_of(name), 1, &document, &err) ||
              (document.len && !json_parse(l->arena, document, &request, &err));
    if (l->away)
        fprintf(stderr,
                "countersign mapping: where its request stands is not known, and the mapping is "
                "the file's: %s\n",
                err.what);
    return request;
}

/* The mapping that the request keeps, else the live one; the file's where the database does not
 * say. NULL with the reason: it cannot be read here. */
static const struct mapping *find_mapping(struct live *l, const struct site_config *site,
                                          const struct json *request)
{
    struct str kept = json_path_str(request, "mapping");
    struct diag_list *diags = ARENA_NEW(l->arena, struct diag_list);
    struct mapping_found found = {0};

    if (l->away)
        return site->mapping;
    if (kept.len ? !store_mapping_find(&l->database, l->arena, site->name, 0, kept, STR(""), &found,
                                       &l->err)
                 : !store_mapping_live(&l->database, l->arena, site->name, &found, &l->err))
        return NULL;
    if (!found.body.len) {
        snprintf(l->by, sizeof l->by, "by the file, for none is live yet");
        return site->mapping;
    }
    snprintf(l->by, sizeof l->by, "by mapping number %lld, %s", (long long)found.number,
             kept.len ? "which its request keeps" : "the live one");
    const char *file =
        arena_cstr(l->arena, arena_printf(l->arena, "number %lld", (long long)found.number));
    diag_init(diags, file);
    const struct mapping *m = config_mapping(l->config, l->arena, file, found.body, diags);
    if (!m)
        (void)FAIL(&l->err, ERR_CONFIG, "%s does not fit this configuration", l->by);
    return m;
}

/* --- the ticket --- */

static void on_closed(void *arg)
{
    struct live *l = arg;
    io_loop_stop(l->loop);
}

/* Nothing of a site is freed inside its own callback. */
static void finish(void *arg)
{
    struct live *l = arg;

    site_close(l->site);
    http_close(l->http, on_closed, l);
}

/* Its form belongs to what it says. */
static void on_answers(void *arg, const struct site_answers *answers)
{
    struct live *l = arg;

    if (answers->outcome == READ_OK)
        l->trial.issue = answers->issue;
    else
        (void)FAIL(&l->err, answers->outcome == READ_FAILED ? ERR_TEMPORARY : ERR_REFUSED, "%s",
                   answers->why);
    io_loop_defer(l->loop, finish, l);
}

static void on_issue(void *arg, const struct jsm_answer *answer)
{
    struct live *l = arg;
    struct str type;

    (void)mapping_governs(l->trial.m, l->arena, answer->body, &type);
    struct str form = mapping_form_of(l->trial.m, type);
    if (answer->verdict == JSM_OK && form.len) {
        site_answers_read(l->site, l->arena, answer->body, form, on_answers, l);
        return;
    }
    if (answer->verdict == JSM_OK && answer->body)
        l->trial.issue = answer->body;
    else if (answer->verdict == JSM_MISSING)
        (void)FAIL(&l->err, ERR_INPUT, "Jira shows our account no ticket %.*s", STR_ARG(l->key));
    else
        (void)FAIL(&l->err, answer->verdict == JSM_DENIED ? ERR_REFUSED : ERR_TEMPORARY, "%s",
                   answer->why);
    io_loop_defer(l->loop, finish, l);
}

static bool read_ticket(struct live *l, const struct site_config *site)
{
    struct site_options options = {/* what that one reads is asked for */
                                   .config = site,
                                   .mapping = l->trial.m,
                                   .times = &l->config->policy.times};
    struct http_options http = {
        .per_host_max = 1, .in_flight_max = 1, .allow_plain_http = site->insecure_http};

    l->loop = options.loop = io_loop_new();
    l->http = options.http = http_new(l->loop, &http);
    l->site = site_new(&options, &l->err);
    if (l->site) {
        struct jsm_call call = jsm_call_issue_by_key(l->arena, l->key, l->site->fields);
        site_send(l->site, l->arena, &call, on_issue, l);
    } else {
        io_loop_defer(l->loop, finish, l);
    }
    (void)!io_loop_run(l->loop);
    site_free(l->site);
    io_loop_free(l->loop);
    return l->trial.issue != NULL;
}

/* --- showing it --- */

static void print_request(const struct live *l, const struct site_config *site,
                          const struct json *request)
{
    struct arena *a = l->arena;

    if (!request) {
        printf("no request was made of it\n");
        return;
    }
    printf("its request is %.*s\n", STR_ARG(view_text(a, request, "phase")));
    struct str outcome = json_path_str(request, "rebase/outcome");
    long long number = (long long)view_count(request, "rebase/number");
    if (str_eq_c(outcome, "held"))
        printf("  held: mapping number %lld reads something else than was approved; cancel it, or "
               "leave it so: countersign mapping keep\n",
               number);
    else if (str_eq_c(outcome, "asked"))
        printf("  it is moved to mapping number %lld by its next read, if that reads the same\n",
               number);
    JSON_EACH(item, json_member(request, "items"))
    printf("  %.*s of %.*s in %.*s shall be %.*s: %.*s (%.*s)\n",
           STR_ARG(view_text(a, item, "entitlement")), STR_ARG(view_text(a, item, "account")),
           STR_ARG(view_text(a, item, "source")), STR_ARG(view_text(a, item, "desired")),
           STR_ARG(view_text(a, item, "verdict")), STR_ARG(view_text(a, item, "why")));
    printf("more: countersign reconcile show %.*s/%.*s\n", STR_ARG(site->name),
           STR_ARG(view_text(a, l->trial.issue, "key")));
}

static void print_json(const struct live *l, const struct json *request)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, OUT_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "mapping", str_of(l->trial.m->sha256));
    trial_put(&out, &l->trial);
    if (request) {
        json_put_name(&out, "governed");
        json_put_value(&out, request);
    }
    json_close_object(&out);
    printf("%s\n", b.p);
}

int mapping_explain_ticket(struct cli *cli, const char *ticket)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIVE_ARENA_BYTES);
    struct live l = {.cli = cli, .arena = arena};

    l.config = cli_config(cli, arena);
    if (!l.config)
        return EXIT_CODE_CONFIG;
    const struct site_config *site = find_site(&l, str_of(ticket));
    if (!site)
        return EXIT_CODE_USAGE;
    if (!jsm_is_key(l.key)) {
        fprintf(stderr, "countersign mapping: %.*s is no ticket's key, like IAM-482\n",
                STR_ARG(l.key));
        return EXIT_CODE_USAGE;
    }
    const struct json *request = find_request(&l, site);
    l.trial.arena = arena;
    l.trial.m = find_mapping(&l, site, request);
    if (!l.trial.m || !read_ticket(&l, site))
        return cli_fail(&l.err);
    trial_run(&l.trial);
    if (cli->json) {
        print_json(&l, request);
        return EXIT_CODE_OK;
    }
    if (l.by[0])
        printf("%s\n", l.by);
    trial_print(&l.trial);
    print_request(&l, site, request);
    return EXIT_CODE_OK;
}
