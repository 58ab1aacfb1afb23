#include <stdio.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "base/rng.h"
#include "cli/cli.h"
#include "cli/request_view.h"
#include "json/json_write.h"
#include "yaml/yaml.h"

enum { BODY_BYTES = 64 * 1024, PATH_BYTES = 8 * 1024 };

static const char USAGE[] =
    "submit --kind grant|removal --for PERSON --source NAME --entitlement NAME\n"
    "           [--account NAME] [--requester PERSON] [--reason TEXT] [--until TIME] "
    "[--privileged] [--emergency] [--key KEY] [--json]\n"
    "       countersign request list [--stuck] [--phase PHASE] [--site SITE] [--older-than 3d]\n"
    "           [--limit N] [--after ID] [--json]\n"
    "       countersign request show ID|TICKET [--json] | retry ID|TICKET [--json] | cancel ID\n"
    "       countersign request review ID --by PERSON --outcome in_order|objected --note TEXT |\n"
    "       countersign request pause ID --reason TEXT --until TIME | resume ID";

static void put_option(struct json_out *out, struct cli *cli, const char *option,
                       const char *member)
{
    const char *value = cli_option(cli, option);
    if (value)
        json_str_member(out, member, str_of(value));
}

static int submit(struct cli *cli)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct rng rng;
    char made_key[37];
    const char *key = cli_option(cli, "key");

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put_option(&out, cli, "kind", "kind");
    put_option(&out, cli, "for", "beneficiary");
    put_option(&out, cli, "source", "source");
    put_option(&out, cli, "entitlement", "entitlement");
    put_option(&out, cli, "account", "account");
    put_option(&out, cli, "requester", "requester");
    put_option(&out, cli, "reason", "justification");
    put_option(&out, cli, "until", "access_until");
    put_option(&out, cli, "site", "site");
    if (cli_flag(cli, "privileged"))
        json_bool_member(&out, "privileged", true);
    if (cli_flag(cli, "emergency"))
        json_bool_member(&out, "emergency", true);
    json_close_object(&out);
    int left = cli_leftover(cli);
    if (left)
        return left;
    if (!key) {
        rng_seed_system(&rng);
        rng_uuid(&rng, made_key);
        key = made_key;
    }
    return cli_ask(cli, "POST", "/v1/access-requests", buf_str(&b), key, NULL);
}

/* The path is what its parts say, encoded: a part that holds "/" or "&" stays one part. */
static int ask_path(const struct cli *cli, const char *method, struct buf *path, cli_view_fn *view)
{
    if (path->over) {
        fprintf(stderr,
                "countersign request: that is longer than an id, a key or a phase can be\n");
        return EXIT_CODE_USAGE;
    }
    return cli_ask(cli, method, path->p, strcmp(method, "POST") == 0 ? STR("{}") : STR_NONE, NULL,
                   view);
}

static int list(struct cli *cli)
{
    AUTO(drop_buf) struct buf path;
    static const char *const FILTERS[] = {"phase", "site", "after", "limit"};
    const char *older = cli_option(cli, "older-than");
    int64_t older_ms = 0;

    buf_init(&path, PATH_BYTES);
    buf_add_c(&path, "/v1/access-requests");
    for (size_t i = 0; i < sizeof FILTERS / sizeof FILTERS[0]; i++)
        cli_query(&path, FILTERS[i], cli_option(cli, FILTERS[i]));
    cli_query(&path, "stuck", cli_flag(cli, "stuck") ? "true" : NULL);
    int left = cli_leftover(cli);
    if (left)
        return left;
    if (older && !yaml_duration(str_of(older), &older_ms)) {
        fprintf(stderr, "countersign request: --older-than is a time like 90m, 12h or 3d\n");
        return EXIT_CODE_USAGE;
    }
    if (older)
        buf_printf(&path, "%colder_than_seconds=%lld",
                   str_find(buf_str(&path), '?') < 0 ? '?' : '&', (long long)(older_ms / 1000));
    return ask_path(cli, "GET", &path, request_view_list);
}

/* POST to one of its paths what options say, each a member of the body; names: pairs of option and
 * member, ended by NULL. */
static int post_of(struct cli *cli, const char *id, const char *rest, const char *const *names)
{
    AUTO(drop_buf) struct buf b, path;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    buf_init(&path, PATH_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    for (size_t i = 0; names[i]; i += 2)
        put_option(&out, cli, names[i], names[i + 1]);
    json_close_object(&out);
    if (!id)
        id = cli_word(cli);
    int left = id && id[0] ? cli_leftover(cli) : cli_usage(cli, USAGE);
    if (left)
        return left;
    buf_add_c(&path, "/v1/access-requests/");
    url_encode(&path, str_of(id));
    buf_add_c(&path, rest);
    return path.over ? cli_usage(cli, USAGE)
                     : cli_ask(cli, "POST", path.p, buf_str(&b), NULL, NULL);
}

/* What somebody found who looked at an emergency afterwards. */
static int review(struct cli *cli)
{
    static const char *const NAMES[] = {"by",   "reviewer", "outcome", "outcome",
                                        "note", "note",     NULL};
    return post_of(cli, NULL, "/review", NAMES);
}

/* Hold the clock of a request. */
static int hold(struct cli *cli, const char *id)
{
    static const char *const NAMES[] = {"reason", "reason", "until", "until", NULL};
    return post_of(cli, id, "/pause", NAMES);
}

static int request(struct cli *cli)
{
    AUTO(drop_buf) struct buf path;
    const char *verb = cli_word(cli);

    buf_init(&path, PATH_BYTES);
    if (!verb)
        return cli_usage(cli, USAGE);
    if (strcmp(verb, "submit") == 0)
        return submit(cli);
    if (strcmp(verb, "list") == 0)
        return list(cli);
    if (strcmp(verb, "review") == 0)
        return review(cli);
    const char *id = cli_word(cli);
    if (id && strcmp(verb, "pause") == 0)
        return hold(cli, id);
    int left = id && id[0] ? cli_leftover(cli) : cli_usage(cli, USAGE);
    if (left)
        return left;
    bool show = strcmp(verb, "show") == 0, retry = strcmp(verb, "retry") == 0;
    if (!show && !retry && strcmp(verb, "cancel") != 0 && strcmp(verb, "resume") != 0)
        return cli_usage(cli, USAGE);
    buf_add_c(&path, "/v1/access-requests/");
    url_encode(&path, str_of(id));
    if (!show)
        buf_printf(&path, "/%s", verb);
    return ask_path(cli, show ? "GET" : "POST", &path,
                    show    ? request_view_one
                    : retry ? request_view_retried
                            : NULL);
}

const struct cli_command CLI_REQUEST = {
    "request", "submit, show, list, cancel and retry governed requests; hold their clocks",
    request};
