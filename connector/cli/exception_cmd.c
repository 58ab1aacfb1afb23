#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "json/json_write.h"

static const char USAGE[] = "grant REQUEST --owner PERSON --approved-by OTHER --reason TEXT "
                            "--expires TIME [--control TEXT]";

static int exception_command(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct err err = {0};
    struct str reply;
    int status;
    const char *verb = cli_word(cli), *id = cli_word(cli);
    const char *owner = cli_option(cli, "owner"), *approved_by = cli_option(cli, "approved-by");
    const char *reason = cli_option(cli, "reason"), *expires = cli_option(cli, "expires");
    const char *control = cli_option(cli, "control");

    buf_init(&b, LIMIT_API_BODY_BYTES);
    if (!verb || strcmp(verb, "grant") != 0 || !id || !owner || !approved_by || !reason ||
        !expires || cli->argc)
        return cli_usage(cli, USAGE);
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "request", str_of(id));
    json_str_member(&out, "owner", str_of(owner));
    json_str_member(&out, "approved_by", str_of(approved_by));
    json_str_member(&out, "reason", str_of(reason));
    json_str_member(&out, "compensating_control", str_of(control ? control : ""));
    json_str_member(&out, "expires_at", str_of(expires));
    json_close_object(&out);
    if (!cli_api(config, arena, "POST", "/v1/exceptions", buf_str(&b), NULL, &status, &reply, &err))
        return cli_fail(&err);
    fprintf(status < 400 ? stdout : stderr, "%.*s\n", STR_ARG(reply));
    return status < 400 ? EXIT_CODE_OK : EXIT_CODE_DATA;
}

const struct cli_command CLI_EXCEPTION = {
    "exception", "cover what is not proven, with an owner and an end", exception_command};
