#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "io/io_file.h"

static int mapping_command(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    AUTO(drop_buf) struct buf b;
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    const char *verb = cli_word(cli);
    const char *file = cli_word(cli);
    struct str text;
    struct err err = {0};

    buf_init(&b, 1024 * 1024);
    if (!verb || !file || cli->argc || (strcmp(verb, "validate") != 0 && strcmp(verb, "test") != 0))
        return cli_usage(cli, "validate|test FILE");
    diag_init(diags, file);
    if (!file_read(arena, file, LIMIT_YAML_BYTES, &text, &err))
        return cli_fail(&err);
    const struct mapping *m = mapping_load(arena, file, text, NULL, 0, diags);
    size_t tests = m && strcmp(verb, "test") == 0 ? config_run_mapping_tests(m, arena, diags) : 0;
    diag_render(diags, &b);
    if (b.len)
        fwrite(b.p, 1, b.len, stderr);
    if (!m)
        fprintf(stderr, "%zu errors\n", diags->errors);
    else
        fprintf(stderr, "%zu rules, %zu tests run, %zu errors\n", m->rule_count, tests,
                diags->errors);
    return diags->errors ? EXIT_CODE_CONFIG : EXIT_CODE_OK;
}

const struct cli_command CLI_MAPPING = {"mapping", "validate a mapping file, run the tests in it",
                                        mapping_command};
