/* reconcile_cmd.c: `countersign reconcile show`: why a verdict is what it is, read by read. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/view.h"
#include "readers/reader.h"
#include "store/store_truth.h"

enum { READS_DEFAULT = 20, READS_MAX = 500, RECONCILE_ARENA_BYTES = 64 * 1024 * 1024 };

static const char USAGE[] =
    "show REQUEST|TICKET|SITE/TICKET [--reads 20] [--conninfo CONNINFO] [--json]";

/* What the words of the verdict and of each read mean. */
static const struct {
    const char *code, *meaning;
} MEANINGS[] = {
    {"Ok", "the newest read says what was asked, long enough"},
    {"Exception", "covered by an exception; nothing is proven"},
    {"NotReadYet", "nobody has looked since it was claimed"},
    {"Unreadable", "the read says nothing, and ends what was counted before it"},
    {"CopyOlderThanClaim", "what was read is older than the claim"},
    {"ProofTooOld", "the newest read is too old to be believed"},
    {"MoreConfirmations", "as asked, and more reads are wanted, over a longer time"},
    {"AccountReplaced", "the name belongs to another account than the one it is pinned to"},
    {"EntitlementReplaced", "the entitlement's name is another's than the one it is pinned to"},
    {"AccountMissing", "there is no such account"},
    {"PresentButInert", "it is there, on an account that is not active"},
    {"EntitlementRetained",
     "the account is disabled and still has it: enabled again, it counts again"},
    {"InheritedVia", "it is still there through something else: another group, a role, its primary "
                     "group"},
    {"StillPresent", "it is still there"},
    {"StillAbsent", "it is not there"},
    {"OverGranted", "as asked, and more was given beside it: that is in the way here"},
    {"BeforeTheBreak", "as asked, but something else was read after it: the count began anew"},
    {"Counts", "as asked, and counted"},
};

static const char *meaning(struct str code)
{
    for (size_t i = 0; i < sizeof MEANINGS / sizeof MEANINGS[0]; i++)
        if (str_eq_c(code, MEANINGS[i].code))
            return MEANINGS[i].meaning;
    return "";
}

static void show_read(struct arena *a, const struct json *read)
{
    struct str reason = json_path_str(read, "reason");
    const char *remedy = reader_remedy(reason);
    bool canary = json_is_true(json_member(read, "canary"));

    printf("    %.*s  %-8.*s account %-9.*s canary %-8s %-20.*s %.*s\n",
           STR_ARG(view_time(a, read, "as_of")), STR_ARG(view_text(a, read, "outcome")),
           STR_ARG(view_text(a, read, "account")), canary ? "seen" : "not seen",
           STR_ARG(view_text(a, read, "weighs")), STR_ARG(view_text(a, read, "reason")));
    if (remedy[0] && str_eq_c(json_path_str(read, "outcome"), "unknown"))
        printf("    %19s  %s\n", "", remedy);
}

static void show_link(struct arena *a, const struct json *item)
{
    const struct json *link = json_member(item, "link");

    if (json_type(link) != JSON_OBJECT) {
        printf("    account    not pinned to an id: none was shown yet\n");
        return;
    }
    printf("    account    pinned to %.*s since %.*s UTC, %s\n",
           STR_ARG(view_text(a, link, "native_id")), STR_ARG(view_time(a, link, "established_at")),
           str_eq_c(json_path_str(link, "how"), "operator") ? "by an operator"
                                                            : "by its first read");
    if (json_path_str(link, "reason").len)
        printf("               %.*s: %.*s\n", STR_ARG(view_text(a, link, "actor")),
               STR_ARG(view_text(a, link, "reason")));
    JSON_EACH(person, json_member(link, "also"))
    printf("               also the account of %.*s\n", STR_ARG(view_plain(a, json_str(person))));
}

static void show_item(struct arena *a, const struct json *item)
{
    struct str why = json_path_str(item, "why");

    printf("  %.*s of %.*s in %.*s shall be %.*s: %.*s (%.*s)\n",
           STR_ARG(view_text(a, item, "entitlement")), STR_ARG(view_text(a, item, "account")),
           STR_ARG(view_text(a, item, "source")), STR_ARG(view_text(a, item, "desired")),
           STR_ARG(view_text(a, item, "verdict")), STR_ARG(view_text(a, item, "why")));
    printf("    because    %s\n", meaning(why));
    printf("    rule       %lld read(s) over %lld s, none older than %lld s\n",
           str_eq_c(json_path_str(item, "desired"), "present")
               ? 1LL
               : (long long)view_count(item, "confirmations"),
           (long long)view_count(item, "settle_s"), (long long)view_count(item, "max_age_s"));
    show_link(a, item);
    JSON_EACH(read, json_member(item, "reads"))
    show_read(a, read);
    if (view_count(item, "reads_of_earlier_claims"))
        printf("    %lld read(s) of earlier claims, which do not count\n",
               (long long)view_count(item, "reads_of_earlier_claims"));
}

static void show_superseded(struct arena *a, const struct json *item)
{
    printf(
        "  %.*s of %.*s in %.*s shall be %.*s no longer: %.*s asks for the opposite, approved at "
        "%.*s UTC\n",
        STR_ARG(view_text(a, item, "entitlement")), STR_ARG(view_text(a, item, "account")),
        STR_ARG(view_text(a, item, "source")), STR_ARG(view_text(a, item, "desired")),
        STR_ARG(view_text(a, item, "by")), STR_ARG(view_time(a, item, "at")));
}

static void show_extra(struct arena *a, const struct json *extra)
{
    printf(
        "  given beside it, and asked for by no approved request: %.*s (first seen %.*s UTC, %s)\n",
        STR_ARG(view_text(a, extra, "entitlement")), STR_ARG(view_time(a, extra, "found_at")),
        json_is_true(json_member(extra, "still")) ? "still there" : "gone since");
}

static int show(struct arena *a, struct str document)
{
    const struct json *v;
    struct err err = {0};

    if (!json_parse(a, document, &v, &err))
        return cli_fail(&err);
    printf("request %.*s, ticket %.*s: %.*s (%.*s)\n", STR_ARG(view_text(a, v, "id")),
           STR_ARG(view_text(a, v, "ticket")), STR_ARG(view_text(a, v, "phase")),
           STR_ARG(view_text(a, v, "reason")));
    printf("  reads count from %.*s UTC on", STR_ARG(view_time(a, v, "since")));
    if (json_path_str(v, "claimed_at").len)
        printf(", when it was claimed (claim %lld)\n", (long long)view_count(v, "claim"));
    else
        printf("; it is not claimed yet\n");
    JSON_EACH(item, json_member(v, "items"))
    show_item(a, item);
    JSON_EACH(past, json_member(v, "superseded"))
    show_superseded(a, past);
    JSON_EACH(extra, json_member(v, "extra"))
    show_extra(a, extra);
    return EXIT_CODE_OK;
}

/* Several sites have a ticket of that key. */
static bool is_ambiguous(struct arena *a, struct str document, const char *key)
{
    const struct json *v;
    struct err err = {0};
    const char *before = "";

    if (!json_parse(a, document, &v, &err) || json_type(json_member(v, "ambiguous")) != JSON_ARRAY)
        return false;
    fprintf(stderr, "countersign reconcile: several sites have a ticket %s; say which one:", key);
    JSON_EACH(name, json_member(v, "ambiguous"))
    {
        fprintf(stderr, "%s %.*s", before, STR_ARG(view_plain(a, json_str(name))));
        before = " or";
    }
    fprintf(stderr, "\n");
    return true;
}

static int reconcile(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(RECONCILE_ARENA_BYTES);
    const char *conninfo = cli_option(cli, "conninfo"), *wanted = cli_option(cli, "reads");
    const char *verb = cli_word(cli), *key = cli_word(cli);
    struct config from_option = {.database = str_of(conninfo)};
    int64_t reads = READS_DEFAULT;
    struct pg_options options;
    struct str document;
    struct err err = {0};

    if (!verb || strcmp(verb, "show") != 0 || !key || !key[0] || cli->argc)
        return cli_usage(cli, USAGE);
    if (wanted && (!str_to_i64(str_of(wanted), &reads) || reads < 1 || reads > READS_MAX)) {
        fprintf(stderr, "countersign reconcile: --reads is a number from 1 to %d\n", READS_MAX);
        return EXIT_CODE_USAGE;
    }
    const struct config *config = conninfo ? &from_option : cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err) ||
        !store_reconcile(&options, arena, str_of(key), reads, &document, &err))
        return cli_fail(&err);
    if (!document.len) {
        fprintf(stderr, "countersign reconcile: there is no request of that id or ticket\n");
        return EXIT_CODE_DATA;
    }
    if (is_ambiguous(arena, document, key))
        return EXIT_CODE_USAGE;
    if (!cli->json)
        return show(arena, document);
    printf("%.*s\n", STR_ARG(document));
    return EXIT_CODE_OK;
}

const struct cli_command CLI_RECONCILE = {
    "reconcile", "show: why a verdict is what it is, read by read", reconcile};
