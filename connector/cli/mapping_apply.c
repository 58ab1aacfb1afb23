/* countersign mapping apply|rollback: another mapping becomes live in the database, and the
 * services take it up from there. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/limits.h"
#include "cli/diag_view.h"
#include "cli/mapping_plan.h"
#include "cli/mapping_verbs.h"
#include "cli/view.h"
#include "io/io_file.h"
#include "json/json_write.h"

enum { TAKEN_UP_MS = 15000, ASK_EVERY_MS = 200 };

static const char APPLY_USAGE[] =
    "apply PLAN.json --change CHANGE --reason TEXT [--rebase] [--by NAME] [--json]";
static const char ROLLBACK_USAGE[] =
    "rollback NUMBER|SHA256 --reason TEXT [--change CHANGE] [--site SITE] [--by NAME] [--json]";

/* What is applied, wherever it comes from. */
struct change {
    const char *act, *number, *reason, *by;
    struct str sha256, body;
    struct str plan; /* its hash; empty: a rollback */
    const struct json *counts;
    size_t tests;
    const struct json *sites;  /* of a plan */
    const struct json *rebase; /* of a plan: open requests that are moved; NULL: none is */
    struct str site, was;      /* of a rollback */
    int64_t was_number;
};

const struct mapping *plan_check(const struct config *config, struct arena *arena, const char *file,
                                 struct str text, size_t *ret_tests)
{
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    const struct diag_list *const lists[] = {diags};

    diag_init(diags, file);
    const struct mapping *m = config_mapping(config, arena, file, text, diags);
    *ret_tests = m ? config_run_mapping_tests(m, arena, diags) : 0;
    if (diags->count)
        diag_print(lists, 1, DIAG_TEXT);
    return diags->errors ? NULL : m;
}

struct str mapping_actor(struct arena *arena, const char *by)
{
    const struct passwd *account = getpwuid(geteuid());
    char host[256] = "";

    if (by && by[0])
        return str_of(by);
    (void)!gethostname(host, sizeof host - 1);
    return account ? arena_printf(arena, "%s@%s", account->pw_name, host)
                   : arena_printf(arena, "%u@%s", (unsigned)geteuid(), host);
}

static const struct site_config *site_named(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->site_count; i++)
        if (str_eq(config->sites[i].name, name))
            return &config->sites[i];
    return NULL;
}

/* The file as it stands now: the services pass it over until it is another one. */
static void put_site(struct json_out *out, struct arena *arena, const struct config *config,
                     struct str name, struct str was, int64_t number)
{
    const struct site_config *site = site_named(config, name);
    char sha256[SHA256_HEX_SIZE] = "";
    uint8_t digest[SHA256_BYTES];
    struct err err = {0};
    struct str text;

    if (site &&
        file_read(arena, arena_cstr(arena, site->mapping_file), LIMIT_YAML_BYTES, &text, &err)) {
        digest_sha256(text, digest);
        hex_encode(digest, sizeof digest, sha256);
    }
    json_open_object(out);
    json_str_member(out, "site", name);
    json_str_member(out, "was", was);
    json_i64_member(out, "number", number);
    json_str_member(out, "file", str_of(sha256));
    json_close_object(out);
}

static void put_detail(struct json_out *out, const struct change *c)
{
    json_put_name(out, "detail");
    json_open_object(out);
    json_i64_member(out, "tests", (int64_t)c->tests);
    if (c->plan.len)
        json_str_member(out, "plan", c->plan);
    if (c->counts) {
        json_put_name(out, "counts");
        json_put_value(out, c->counts);
    }
    json_close_object(out);
}

static struct str document(struct arena *arena, const struct config *config, const struct change *c)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, PLAN_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "act", str_of(c->act));
    json_str_member(&out, "sha256", c->sha256);
    json_str_member(&out, "body", c->body);
    json_str_member(&out, "actor", mapping_actor(arena, c->by));
    json_str_member(&out, "change", str_of(c->number ? c->number : ""));
    json_str_member(&out, "reason", str_of(c->reason));
    put_detail(&out, c);
    if (c->rebase) {
        json_put_name(&out, "rebase");
        json_put_value(&out, c->rebase);
    }
    json_put_name(&out, "sites");
    json_open_array(&out);
    if (!c->sites)
        put_site(&out, arena, config, c->site, c->was, c->was_number);
    JSON_EACH(site, c->sites)
    put_site(&out, arena, config, json_path_str(site, "site"), json_path_str(site, "was"),
             view_count(site, "number"));
    json_close_array(&out);
    json_close_object(&out);
    return b.over ? STR_NONE : arena_str(arena, buf_str(&b));
}

/* --- taken up --- */

/* All replicas that were heard of lately work with it; false: not all of them in time. */
static bool is_taken_up(const struct pg_options *options, struct str site, struct str sha256,
                        int64_t *ret_with, int64_t *ret_all)
{
    const struct timespec rest = {.tv_nsec = ASK_EVERY_MS * 1000000L};
    int64_t until = clock_mono_ms(&CLOCK_SYSTEM) + TAKEN_UP_MS;
    struct err err = {0};

    while (store_mapping_holders(options, site, sha256, ret_with, ret_all, &err)) {
        if (*ret_with == *ret_all)
            return true;
        if (clock_mono_ms(&CLOCK_SYSTEM) >= until)
            return false;
        nanosleep(&rest, NULL);
    }
    return false;
}

static bool tell_taken_up(const struct pg_options *options, const struct change *c, struct str site)
{
    int64_t with = 0, all = 0;
    bool good = is_taken_up(options, site, c->sha256, &with, &all);

    if (good && all)
        fprintf(stderr, "%.*s: taken up by %lld of %lld service(s)\n", STR_ARG(site),
                (long long)with, (long long)all);
    else if (good)
        fprintf(stderr, "%.*s: no service runs; the next one that starts takes it up\n",
                STR_ARG(site));
    else
        fprintf(stderr,
                "%.*s: taken up by %lld of %lld service(s) so far; the log of the others, and "
                "/readyz, say why\n",
                STR_ARG(site), (long long)with, (long long)all);
    return good;
}

static void tell_done(struct arena *arena, const struct change *c, const struct json *site)
{
    long long number = (long long)view_count(site, "number");
    struct str name = json_path_str(site, "site");

    if (str_eq_c(json_path_str(site, "act"), "rebased"))
        printf("%.*s: number %lld (%.12s) is live as before; %lld open request(s) keep theirs\n",
               STR_ARG(name), number, c->sha256.p, (long long)view_count(site, "open_keep"));
    else
        printf("%.*s: number %lld (%.12s) is live since %.*s UTC; %lld open request(s) keep "
               "theirs. Undo: countersign mapping rollback %lld --reason ...\n",
               STR_ARG(name), number, c->sha256.p, STR_ARG(view_time(arena, site, "at")),
               (long long)view_count(site, "open_keep"), number - 1);
    if (c->rebase)
        printf("  %lld not approved yet: understood anew by their next read; %lld approved: moved "
               "by it where the same is asked for, else they are held "
               "(MappingChangesApproved)\n",
               (long long)view_count(site, "anew"), (long long)view_count(site, "asked"));
}

static int tell(const struct cli *cli, struct arena *arena, const struct pg_options *options,
                const struct change *c, struct str done)
{
    const struct json *sites;
    struct err err = {0};
    bool all = true;

    if (!json_parse(arena, done, &sites, &err))
        return cli_fail(&err);
    if (cli->json)
        printf("%.*s\n", STR_ARG(done));
    JSON_EACH(site, sites)
    {
        struct str name = json_path_str(site, "site");
        if (!cli->json)
            tell_done(arena, c, site);
        (void)fflush(stdout);
        all &= tell_taken_up(options, c, name);
    }
    return all ? EXIT_CODE_OK : EXIT_CODE_TRY_AGAIN;
}

static int make_live(const struct cli *cli, struct arena *arena, const struct config *config,
                     const struct pg_options *options, const struct change *c)
{
    struct err err = {0};
    struct str done;

    if (!store_mapping_apply(options, arena, document(arena, config, c), &done, &err)) {
        cli_fail(&err);
        return err.kind == ERR_REFUSED ? EXIT_CODE_FAILED : EXIT_CODE_UNREACHABLE;
    }
    return tell(cli, arena, options, c, done);
}

/* --- the verbs --- */

int mapping_apply(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct change c = {.act = "applied",
                       .number = cli_option(cli, "change"),
                       .reason = cli_option(cli, "reason"),
                       .by = cli_option(cli, "by")};
    bool rebases = cli_flag(cli, "rebase");
    const char *path = cli_word(cli);
    struct pg_options options;
    struct plan_read plan;
    struct err err = {0};

    if (!path || cli->argc || !c.number || !c.number[0] || !c.reason || !c.reason[0])
        return cli_usage(cli, APPLY_USAGE);
    if (!plan_load(arena, path, &plan, &err)) {
        cli_fail(&err);
        return EXIT_CODE_DATA;
    }
    if (rebases && !plan.rebase) {
        fprintf(stderr,
                "countersign mapping: %s does not say which requests it moves: plan again\n", path);
        return EXIT_CODE_DATA;
    }
    const struct config *config = mapping_config(cli, arena);
    if (!config || !plan_check(config, arena, path, plan.body, &c.tests))
        return EXIT_CODE_CONFIG;
    c.sha256 = plan.sha256;
    c.body = plan.body;
    c.plan = plan.hash;
    c.counts = plan.counts;
    c.sites = plan.sites;
    c.rebase = rebases ? plan.rebase : NULL;
    if (!cli_database(config, arena, &options, &err))
        return cli_fail(&err);
    return make_live(cli, arena, config, &options, &c);
}

/* A number, or the beginning of a hash. */
static bool find(const struct pg_options *options, struct arena *arena, struct str site,
                 const char *which, struct mapping_found *ret, struct err *err)
{
    int64_t number = 0;
    bool numbered = mapping_is_number(str_of(which), &number);

    if (!numbered && strlen(which) < MAPPING_HASH_MIN)
        return FAIL(err, ERR_INPUT,
                    "%s is no number of a mapping, and too short for its hash: %d digits", which,
                    MAPPING_HASH_MIN);
    return store_mapping_find(options, arena, site, numbered ? number : 0,
                              numbered ? STR("") : str_of(which), STR(""), ret, err);
}

static int roll_back(const struct cli *cli, struct arena *arena, const struct config *config,
                     const char *which, struct change *c)
{
    struct mapping_found target, live;
    struct pg_options options;
    struct err err = {0};

    if (!cli_database(config, arena, &options, &err) ||
        !find(&options, arena, c->site, which, &target, &err) ||
        !store_mapping_live(&options, arena, c->site, &live, &err))
        return cli_fail(&err);
    if (!target.sha256.len) {
        fprintf(stderr,
                "countersign mapping: no mapping %s was ever live on %.*s: countersign mapping "
                "history lists them\n",
                which, STR_ARG(c->site));
        return EXIT_CODE_DATA;
    }
    /* as if it stood beside the file: tickets of its tests do */
    struct str name =
        arena_printf(arena, "%.*s@%lld", STR_ARG(site_named(config, c->site)->mapping_file),
                     (long long)target.number);
    if (!plan_check(config, arena, name.p, target.body, &c->tests))
        return EXIT_CODE_CONFIG;
    c->sha256 = target.sha256;
    c->body = target.body;
    c->was = live.sha256;
    c->was_number = live.number;
    return make_live(cli, arena, config, &options, c);
}

int mapping_rollback(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *site = cli_option(cli, "site");
    struct change c = {.act = "rolled_back",
                       .number = cli_option(cli, "change"),
                       .reason = cli_option(cli, "reason"),
                       .by = cli_option(cli, "by")};
    const char *which = cli_word(cli);

    if (!which || cli->argc || !c.reason || !c.reason[0])
        return cli_usage(cli, ROLLBACK_USAGE);
    const struct config *config = mapping_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    c.site = mapping_site(config, site);
    return c.site.len ? roll_back(cli, arena, config, which, &c) : EXIT_CODE_USAGE;
}
