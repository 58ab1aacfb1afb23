/* countersign mapping try: what a mapping makes of one ticket, function by function. */
#include <stdio.h>

#include "base/limits.h"
#include "cli/diag_view.h"
#include "cli/mapping_trial.h"
#include "cli/mapping_verbs.h"
#include "io/io_file.h"

static bool load(struct trial *t, const char *file, const char *ticket, int *ret_code)
{
    struct diag_list *diags = ARENA_NEW(t->arena, struct diag_list);
    const struct diag_list *const lists[] = {diags};
    struct str text;
    struct err err = {0};

    diag_init(diags, file);
    if (!file_read_input(t->arena, file, LIMIT_YAML_BYTES, &text, &err)) {
        *ret_code = cli_fail(&err);
        return false;
    }
    t->m = mapping_load(t->arena, file, text, NULL, 0, diags);
    if (!t->m) {
        diag_print(lists, 1, DIAG_TEXT);
        *ret_code = EXIT_CODE_CONFIG;
        return false;
    }
    if (!file_read_input(t->arena, ticket, LIMIT_YAML_BYTES, &text, &err) ||
        !json_parse(t->arena, text, &t->issue, &err)) {
        err.kind = ERR_INPUT;
        *ret_code = cli_fail(&err);
        return false;
    }
    return true;
}

static void print_json(const struct trial *t)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, 1024 * 1024);
    json_begin(&out, &b);
    json_open_object(&out);
    trial_put(&out, t);
    json_close_object(&out);
    printf("%s\n", b.p);
}

int mapping_try(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *file = cli_word(cli), *ticket = cli_word(cli);
    struct trial t = {.arena = arena};
    int code = EXIT_CODE_OK;

    if (!file || !ticket || cli->argc)
        return cli_usage(cli, "try FILE TICKET.json");
    if (!load(&t, file, ticket, &code))
        return code;
    trial_run(&t);
    if (cli->json)
        print_json(&t);
    else
        trial_print(&t);
    return EXIT_CODE_OK;
}
