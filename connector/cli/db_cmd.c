#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/db_retain.h"
#include "cli/progress.h"
#include "store/store_migrate.h"

static const char USAGE[] =
    "migrate|verify [--conninfo CONNINFO] [--dry-run] [--json] |\n"
    "       retain [--conninfo CONNINFO] [--yes] [--portion RECORDS] [--json]";

static void on_step(void *arg, const struct migrate_step *step)
{
    const struct cli *cli = arg;

    if (strcmp(step->kind, "migration") != 0)
        return;
    if (cli->json)
        printf("{\"migration\":\"%s\",\"applied\":%s,\"breaking\":%s}\n", step->name,
               step->applied ? "true" : "false", step->breaking ? "true" : "false");
    else
        printf("%s %s%s\n", step->applied ? "applied  " : "was there", step->name,
               step->applied && step->breaking ? ": earlier programs stop" : "");
}

static int migrate(struct cli *cli, const struct pg_options *options)
{
    bool dry_run = cli_flag(cli, "dry-run");
    struct err err = {0};
    int left = cli_leftover(cli);

    if (left)
        return left;
    if (!store_migrate(options, dry_run, on_step, cli, &err))
        return cli_fail(&err);
    fprintf(stderr,
            dry_run ? "nothing was changed (--dry-run)\n" : "schema governance is up to date\n");
    return EXIT_CODE_OK;
}

struct verifying {
    const struct cli *cli;
    struct progress progress;
};

static void on_progress(void *arg, const char *what, int64_t done, int64_t total)
{
    struct verifying *v = arg;

    if (v->progress.what != what) {
        progress_end(&v->progress);
        progress_begin(&v->progress, what, total);
    }
    while (v->progress.done < done)
        progress_step(&v->progress);
}

static void on_object(void *arg, struct str kind, struct str name, struct str what)
{
    struct verifying *v = arg;
    const struct cli *cli = v->cli;

    progress_end(&v->progress);

    if (cli->json)
        printf("{\"object\":\"%.*s\",\"kind\":\"%.*s\",\"is\":\"%.*s\"}\n", STR_ARG(name),
               STR_ARG(kind), STR_ARG(what));
    else if (str_eq(kind, STR("entry")))
        printf("entry %-6.*s %.*s\n", STR_ARG(name), STR_ARG(what));
    else
        printf("%-12.*s %.*s %.*s\n", STR_ARG(what), STR_ARG(kind), STR_ARG(name));
}

static void say_remedies(const struct store_findings *f)
{
    if (f->missing)
        fprintf(stderr, "run 'countersign db migrate': it applies what is missing\n");
    if (f->breaking)
        fprintf(stderr, "a newer release changed the database so that this program must not run on "
                        "it: run that release, or a newer one\n");
    if (f->changed)
        fprintf(stderr, "a migration was edited after it was applied: restore this program's own "
                        "release, or the database's\n");
    if (f->objects)
        fprintf(stderr, "somebody changed the database: find out who, then 'countersign db "
                        "migrate' puts back what is ours\n");
    if (!f->names_compared && !f->missing && !f->changed && !f->broken_at)
        fprintf(stderr, "this login may not read what names are committed to with: the owner of "
                        "the database compares these, too (--conninfo)\n");
    if (f->broken_at || f->rows || f->forged || f->commitments_forged)
        fprintf(stderr, "evidence was changed: keep this database as it is and call the auditor\n");
}

static const char *reached(enum pg_between between)
{
    switch (between) {
    case PG_UNSEEN:
        return "by a way that could not be seen in time";
    case PG_NOTHING:
        return "directly";
    case PG_POOLS_SESSIONS:
        return "through a pooler of sessions";
    case PG_POOLS_TRANSACTIONS:
        return "through a pooler of transactions";
    }
    return "?";
}

/* With --conninfo nothing is said of the service's own way. */
static bool say_between(const struct pg_options *options, enum pg_between between, bool configured)
{
    bool pools = between == PG_POOLS_TRANSACTIONS;

    if (configured && pools && !options->pooled)
        fprintf(stderr, "the service will not start behind this pooler: write 'pooler: "
                        "transaction' under 'database'\n");
    if (configured && !pools && between != PG_UNSEEN && options->pooled)
        fprintf(stderr, "no pooler of transactions was seen: without 'pooler: transaction' each "
                        "statement is planned once, not each time\n");
    return !configured || !pools || options->pooled;
}

static int verify(struct cli *cli, const struct pg_options *options, bool configured)
{
    enum pg_between between;
    struct store_findings f;
    struct err err = {0}, unseen = {0};
    int left = cli_leftover(cli);

    if (left)
        return left;
    (void)!pg_see_between(options, &between, &unseen); /* no reason not to compare */
    struct verifying v = {.cli = cli};
    bool done = store_verify(options, on_object, on_progress, &v, &f, &err);
    progress_end(&v.progress);
    if (!done)
        return cli_fail(&err);
    bool fits = say_between(options, between, configured);
    bool good = fits && !f.missing && !f.breaking && !f.changed && !f.uncommented && !f.objects &&
                !f.broken_at && !f.rows && !f.forged && !f.commitments_forged;
    if (cli->json) {
        printf("{\"ok\":%s,\"reached\":\"%s\",\"migrations\":%d,\"missing\":%d,\"changed\":%d,"
               "\"newer\":%d,"
               "\"uncommented\":%d,"
               "\"objects\":%d,\"rows\":%d,\"names_compared\":%s,\"evidence\":%lld,\"checkpoints\":"
               "%lld,\"broken_at\":"
               "%lld,"
               "\"retained\":%lld,\"forged\":%d,\"commitments_forged\":%d}\n",
               good ? "true" : "false", reached(between), f.migrations, f.missing, f.changed,
               f.newer, f.uncommented, f.objects, f.rows, f.names_compared ? "true" : "false",
               (long long)f.evidence, (long long)f.checkpoints, (long long)f.broken_at,
               (long long)f.retained, f.forged, f.commitments_forged);
    } else {
        printf("reached      %s\n", reached(between));
        printf("migrations   %d the same, %d missing, %d changed, %d newer\n", f.migrations,
               f.missing, f.changed, f.newer);
        printf("comments     %d tables or views without one\n", f.uncommented);
        printf("objects      %d differ from what db migrate left\n", f.objects);
        printf("rows         %d say something else than the evidence of them%s\n", f.rows,
               f.names_compared ? "" : " (names and documents were not compared)");
        printf("evidence     %lld entries verified", (long long)f.evidence);
        if (f.checkpoints)
            printf(", as %lld checkpoints were signed of them", (long long)f.checkpoints);
        if (f.retained)
            printf(", %lld retained away into the files above", (long long)f.retained);
        if (f.broken_at)
            printf(", then entry %lld: %s", (long long)f.broken_at, f.broken_why);
        printf("\n");
        if (f.forged)
            printf("retained     %d records of it are not what the evidence says\n", f.forged);
        if (f.commitments_forged)
            printf("commitments  %d clear texts are not what the evidence commits to\n",
                   f.commitments_forged);
    }
    say_remedies(&f);
    return good ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

static int db(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *verb = cli_word(cli);
    const char *conninfo = cli_option(cli, "conninfo");
    struct pg_options options;
    struct config from_option = {.database = str_of(conninfo)};
    struct err err = {0};

    if (!verb)
        return cli_usage(cli, USAGE);
    if (strcmp(verb, "retain") == 0)
        return db_retain(cli, conninfo);
    const struct config *config = conninfo ? &from_option : cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_any_database(config, arena, &options, &err))
        return cli_fail(&err);
    if (strcmp(verb, "migrate") == 0)
        return migrate(cli, &options);
    if (strcmp(verb, "verify") == 0)
        return verify(cli, &options, !conninfo);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_DB = {"db", "create, upgrade and verify the database schema", db};
