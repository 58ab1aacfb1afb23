#include <stdio.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "base/rng.h"
#include "cli/cli.h"
#include "json/json_write.h"

enum { BODY_BYTES = 64 * 1024, PATH_BYTES = 8 * 1024 };

static const char USAGE[] =
    "submit --kind grant|removal --for PERSON --source NAME --entitlement NAME\n"
    "           [--account NAME] [--requester PERSON] [--reason TEXT] [--until TIME] "
    "[--privileged] [--key KEY] [--json]\n"
    "       countersign request show ID|TICKET | list [--phase PHASE] [--after ID] | cancel ID | "
    "retry "
    "ID";

/* Print the answer, and turn its status into an exit code. */
static int answered(int status, struct str body)
{
    FILE *to = status < 400 ? stdout : stderr;

    fprintf(to, "%.*s\n", STR_ARG(body));
    if (status < 400)
        return EXIT_CODE_OK;
    if (status == 401 || status == 403)
        return EXIT_CODE_NOT_PERMITTED;
    return status >= 500 ? EXIT_CODE_TRY_AGAIN : EXIT_CODE_DATA;
}

static int ask(const struct cli *cli, const char *method, const char *path, struct str body,
               const char *key)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const struct config *config = cli_config(cli, arena);
    struct err err = {0};
    struct str reply;
    int status;

    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_api(config, arena, method, path, body, key, &status, &reply, &err))
        return cli_fail(&err);
    return answered(status, reply);
}

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
    json_close_object(&out);
    int left = cli_leftover(cli);
    if (left)
        return left;
    if (!key) {
        rng_seed_system(&rng);
        rng_uuid(&rng, made_key);
        key = made_key;
    }
    return ask(cli, "POST", "/v1/access-requests", buf_str(&b), key);
}

/* The path is what its parts say, encoded: a part that holds "/" or "&" stays one part. */
static int ask_path(const struct cli *cli, const char *method, struct buf *path)
{
    if (path->over) {
        fprintf(stderr,
                "countersign request: that is longer than an id, a key or a phase can be\n");
        return EXIT_CODE_USAGE;
    }
    return ask(cli, method, path->p, strcmp(method, "POST") == 0 ? STR("{}") : STR_NONE, NULL);
}

static int list(struct cli *cli)
{
    AUTO(drop_buf) struct buf path;
    const char *phase = cli_option(cli, "phase"), *after = cli_option(cli, "after");
    int left = cli_leftover(cli);

    if (left)
        return left;
    buf_init(&path, PATH_BYTES);
    buf_add_c(&path, "/v1/access-requests?phase=");
    url_encode(&path, str_of(phase));
    buf_add_c(&path, "&after=");
    url_encode(&path, str_of(after));
    return ask_path(cli, "GET", &path);
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
    const char *id = cli_word(cli);
    int left = id && id[0] ? cli_leftover(cli) : cli_usage(cli, USAGE);
    if (left)
        return left;
    bool show = strcmp(verb, "show") == 0;
    if (!show && strcmp(verb, "cancel") != 0 && strcmp(verb, "retry") != 0)
        return cli_usage(cli, USAGE);
    buf_add_c(&path, "/v1/access-requests/");
    url_encode(&path, str_of(id));
    if (!show)
        buf_printf(&path, "/%s", verb);
    return ask_path(cli, show ? "GET" : "POST", &path);
}

const struct cli_command CLI_REQUEST = {
    "request", "submit, show, list, cancel and retry governed requests", request};
