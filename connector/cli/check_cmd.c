#include <stdio.h>

#include "base/limits.h"
#include "cli/check_online.h"
#include "cli/diag_view.h"
#include "cli/mapping_now.h"
#include "cli/view.h"

static int check(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    struct diag_list *mapping = ARENA_NEW(arena, struct diag_list);
    bool without_secrets = cli_flag(cli, "without-secrets"), online = cli_flag(cli, "online");
    enum diag_format format;
    bool known = diag_format_option(cli, &format);
    int left = cli_leftover(cli);

    if (!known)
        return cli_usage(cli, "[--without-secrets] [--online] [--format text|json|sarif|github]");
    if (left)
        return left;
    cli->secrets = !without_secrets;
    struct config_input input = cli_config_input(cli);
    struct config *config = config_load_from(arena, &input, diags, mapping);
    const struct diag_list *const lists[] = {diags, mapping};
    if (format != DIAG_TEXT && !(online && config)) {
        diag_print(lists, 2, format);
    } else {
        diag_print(lists, 2, DIAG_TEXT);
        size_t errors = diags->errors + mapping->errors;
        fprintf(stderr, "%s: %zu error%s", cli->config_file, errors, view_plural(errors));
        if (config)
            fprintf(stderr,
                    ", %zu site%s, %zu source%s, %zu mapping rule%s, mapping tests passed%s",
                    config->site_count, view_plural(config->site_count), config->source_count,
                    view_plural(config->source_count), config->mapping->rule_count,
                    view_plural(config->mapping->rule_count),
                    without_secrets ? ", secrets not read" : "");
        fprintf(stderr, "\n");
    }
    if (config && online) {
        mapping_judge_by_live(cli, config, arena, NULL);
        return check_online(config, cli->json);
    }
    return config ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
}

const struct cli_command CLI_CHECK = {"check",
                                      "validate configuration, secrets (not --without-secrets), "
                                      "mapping with its tests; --online: forms",
                                      check};
