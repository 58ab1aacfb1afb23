#include <stdio.h>

#include "base/limits.h"
#include "cli/check_online.h"
#include "json/json_write.h"

static void put_faults(struct json_out *out, const struct diag_list *list)
{
    for (size_t i = 0; i < list->count && i < DIAG_MAX; i++) {
        const struct diag *d = &list->items[i];
        json_open_object(out);
        json_str_member(out, "file", str_of(list->file));
        json_i64_member(out, "line", d->pos.line);
        json_i64_member(out, "column", d->pos.column);
        json_str_member(out, "code", str_of(d->code));
        json_str_member(out, "severity", d->warning ? STR("warning") : STR("error"));
        json_str_member(out, "text", str_of(d->text));
        json_str_member(out, "note", str_of(d->note));
        json_str_member(out, "help", str_of(d->help));
        json_close_object(out);
    }
}

static void print_json(const struct diag_list *config, const struct diag_list *mapping)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, 1024 * 1024);
    json_begin(&out, &b);
    json_open_object(&out);
    json_i64_member(&out, "errors", (int64_t)(config->errors + mapping->errors));
    json_put_name(&out, "faults");
    json_open_array(&out);
    put_faults(&out, config);
    put_faults(&out, mapping);
    json_close_array(&out);
    json_close_object(&out);
    printf("%s\n", b.p);
}

static int check(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    struct diag_list *mapping = ARENA_NEW(arena, struct diag_list);
    bool without_secrets = cli_flag(cli, "without-secrets"), online = cli_flag(cli, "online");
    int left = cli_leftover(cli);

    if (left)
        return left;
    cli->secrets = !without_secrets;
    struct config_input input = cli_config_input(cli);
    struct config *config = config_load_from(arena, &input, diags, mapping);
    if (cli->json && !(online && config)) {
        print_json(diags, mapping);
    } else {
        AUTO(drop_buf) struct buf b;
        buf_init(&b, 1024 * 1024);
        diag_render(diags, &b);
        diag_render(mapping, &b);
        if (b.len)
            fwrite(b.p, 1, b.len, stderr);
        size_t errors = diags->errors + mapping->errors;
        fprintf(stderr, "%s: %zu error%s", cli->config_file, errors, errors == 1 ? "" : "s");
        if (config)
            fprintf(stderr, ", %zu sites, %zu sources, %zu mapping rules, mapping tests passed%s",
                    config->site_count, config->source_count, config->mapping->rule_count,
                    without_secrets ? ", secrets not read" : "");
        fprintf(stderr, "\n");
    }
    if (config && online)
        return check_online(config, cli->json);
    return config ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
}

const struct cli_command CLI_CHECK = {"check",
                                      "validate configuration, secrets (not --without-secrets), "
                                      "mapping with its tests; --online: forms",
                                      check};
