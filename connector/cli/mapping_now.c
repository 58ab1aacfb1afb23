#include "cli/mapping_now.h"

#include <stdio.h>

#include "store/store_mapping.h"

struct mapping *mapping_now(const struct config *config, struct arena *arena,
                            const struct site_config *site, const struct pg_options *options,
                            struct err *err)
{
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    const char *file = arena_cstr(arena, site->mapping_file);
    struct mapping_found live;

    if (!store_mapping_live(options, arena, site->name, &live, err) || !live.sha256.len)
        return NULL;
    diag_init(diags, file);
    struct mapping *m = config_mapping(config, arena, file, live.body, diags);
    if (!m) {
        fprintf(stderr,
                "countersign: the mapping that is live on %.*s (number %lld) does not fit this "
                "configuration:\n",
                STR_ARG(site->name), (long long)live.number);
        cli_print_faults(diags);
    }
    return m;
}

bool mapping_take_live(struct config *config, struct arena *arena, const struct pg_options *options,
                       struct err *err)
{
    for (size_t i = 0; i < config->site_count; i++) {
        struct site_config *site = &config->sites[i];
        const struct mapping *m = mapping_now(config, arena, site, options, err);
        if (err->kind != ERR_NONE)
            return false;
        site->mapping = m ? m : site->mapping;
    }
    return true;
}
