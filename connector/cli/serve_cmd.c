/* countersign serve. A mapping file with faults does not keep the service down where the database
 * knows which mapping is live: that one goes on, and the fault is told as after SIGHUP
 * (service/mapping_reload.h). */
#include <stdlib.h>

#include "base/limits.h"
#include "cli/mapping_now.h"
#include "io/io_file.h"
#include "service/serve.h"

enum { SEE_MS = 3000 };

/* Nothing else is wrong with the configuration than its mapping files. */
static bool is_of_mappings(const struct diag_list *diags)
{
    for (size_t i = 0; i < diags->count && i < DIAG_MAX; i++)
        if (!diags->items[i].warning && !str_eq_c(STR("C051"), diags->items[i].code))
            return false;
    return diags->count <= DIAG_MAX;
}

/* NULL, and diags say why. */
static struct mapping *of_file(const struct config *c, struct arena *arena, const char *file,
                               struct diag_list *diags)
{
    struct err err = {0};
    struct str text;

    diag_init(diags, file);
    if (!file_read(arena, file, LIMIT_YAML_BYTES, &text, &err)) {
        diag_error(diags, "C051", (struct diag_pos){0}, "%s", err.what);
        diag_help(diags, "put the mapping file back, or apply a plan");
        return NULL;
    }
    struct mapping *m = config_mapping(c, arena, file, text, diags);
    if (m)
        config_run_mapping_tests(m, arena, diags);
    return diags->errors ? NULL : m;
}

static bool take_mappings(struct config *c, struct arena *arena, struct err *err)
{
    struct pg_options options;

    if (!cli_database(c, arena, &options, err))
        return false;
    for (size_t i = 0; i < c->site_count; i++) {
        struct site_config *s = &c->sites[i];
        struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
        const char *file = arena_cstr(arena, s->mapping_file);
        struct mapping *m = of_file(c, arena, file, diags);
        if (!m) {
            s->mapping_faults = diags;
            m = mapping_now(c, arena, s, &options, err);
        }
        if (!m)
            return false;
        s->mapping = m;
        c->mapping = c->mapping ? c->mapping : m;
    }
    return c->site_count > 0;
}

/* *ret_code: what to exit with where it is NULL. */
static const struct config *load(struct cli *cli, struct arena *arena, int *ret_code)
{
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    struct diag_list *mapping = ARENA_NEW(arena, struct diag_list);
    struct err err = {0};

    cli->secrets = true;
    *ret_code = EXIT_CODE_CONFIG;
    struct config_input input = cli_config_input(cli);
    struct config *config = config_load_from(arena, &input, diags, mapping);
    cli_print_faults(diags);
    cli_print_faults(mapping);
    if (config || !is_of_mappings(diags))
        return config;
    input.without_mappings = input.with_rules = true; /* whoever is asked is asked */
    config = config_load_from(arena, &input, diags, mapping);
    if (config && take_mappings(config, arena, &err))
        return config;
    if (err.kind != ERR_NONE) /* try again later where nobody can tell whether it knows one */
        *ret_code = cli_fail(&err);
    return NULL;
}

/* Before anything is left in a session that is not ours alone. A database that is away the service
 * waits for by itself. */
static bool sessions_stay(const struct config *config, struct arena *arena, struct err *err)
{
    struct pg_options options;

    if (!cli_any_database(config, arena, &options, err))
        return false;
    options.connect_timeout_ms = SEE_MS;
    return cli_sessions_stay(&options, err);
}

static int serve(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *port_file = cli_option(cli, "port-file");
    struct err err = {0};
    int left = cli_leftover(cli), code;

    if (left)
        return left;
    const struct config *config = load(cli, arena, &code);
    if (!config)
        return code;
    if (!sessions_stay(config, arena, &err))
        return cli_fail(&err);
    return service_run(config, port_file, getenv("NOTIFY_SOCKET"), &err) ? EXIT_CODE_OK
                                                                         : cli_fail(&err);
}

const struct cli_command CLI_SERVE = {"serve", "run the daemon", serve};
