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

static void judge_site(struct config *config, struct arena *arena, struct site_config *site,
                       const struct pg_options *options)
{
    struct mapping_found live = {0};
    struct err err = {0};
    const char *file = arena_cstr(arena, site->mapping_file);

    if (!store_mapping_live(options, arena, site->name, &live, &err)) {
        fprintf(stderr, "countersign: site %.*s is judged by %s; what is live is not known: %s\n",
                STR_ARG(site->name), file, err.what);
        return;
    }
    if (!live.sha256.len) {
        fprintf(stderr, "countersign: site %.*s is judged by %s, for none is live yet\n",
                STR_ARG(site->name), file);
        return;
    }
    bool same = str_eq_c(live.sha256, site->mapping->sha256);
    const struct mapping *m =
        same ? site->mapping : mapping_now(config, arena, site, options, &err);
    if (m)
        fprintf(stderr,
                "countersign: site %.*s is judged by mapping number %lld, the live one, which %s "
                "is%s\n",
                STR_ARG(site->name), (long long)live.number, file,
                same ? "" : " not: countersign mapping plan tells what differs");
    else
        fprintf(stderr,
                "countersign: site %.*s is judged by %s: mapping number %lld, the live one, cannot "
                "be worked with here\n",
                STR_ARG(site->name), file, (long long)live.number);
    site->mapping = m ? m : site->mapping;
}

void mapping_judge_by_live(const struct cli *cli, struct config *config, struct arena *arena,
                           const char *only)
{
    struct pg_options options;
    struct err err = {0};

    if (!cli_database(config, arena, &options, &err)) {
        fprintf(stderr,
                "countersign: judged by the file's mapping; what is live is not known: %s\n",
                err.what);
        return;
    }
    for (size_t i = 0; i < config->site_count; i++)
        if (!cli->without_mappings && (!only || str_eq_c(config->sites[i].name, only)))
            judge_site(config, arena, &config->sites[i], &options);
}
