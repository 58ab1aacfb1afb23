/* countersign mapping scaffold: something to begin with. */
#include <stdio.h>

#include "base/limits.h"
#include "cli/lock_work.h"
#include "cli/mapping_verbs.h"
#include "cli/view.h"
#include "lock/lock_scaffold.h"

static const char USAGE[] = "scaffold [MAPPING.yaml] --request-type ID | --service-desk KEY "
                            "[--site NAME] [--config CONFIG]";

enum { OUT_BYTES = 4 * 1024 * 1024 };

static int no_such(struct arena *a, const struct lock_site *site, const char *what,
                   const char *name)
{
    fprintf(stderr, "countersign: site %.*s has no %s %s that we may see; there is",
            STR_ARG(view_plain(a, site->site)), what, name);
    for (size_t i = 0; i < site->project_count; i++) {
        const struct lock_project *p = &site->projects[i];
        fprintf(stderr, "%s %.*s", i ? ";" : "", STR_ARG(view_plain(a, p->key)));
        for (size_t k = 0; k < p->type_count; k++)
            fprintf(stderr, "%s %.*s '%.*s'", k ? "," : ":", STR_ARG(view_plain(a, p->types[k].id)),
                    STR_ARG(view_plain(a, p->types[k].name)));
    }
    fprintf(stderr, "\n");
    return EXIT_CODE_USAGE;
}

static const struct lock_sources *sources_of(struct cli *cli, struct arena *arena)
{
    const struct config *config = mapping_config(cli, arena);
    struct lock_sources *sources = ARENA_NEW(arena, struct lock_sources);
    struct str *names = arena_array(arena, CONFIG_SOURCES_MAX, sizeof *names);

    if (!config)
        return NULL;
    for (size_t i = 0; i < config->source_count; i++)
        names[i] = config->sources[i].name;
    *sources = (struct lock_sources){names, config->source_count};
    return sources;
}

int mapping_scaffold(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * (size_t)LIMIT_ARENA_VISIT);
    AUTO(drop_buf) struct buf b;
    const char *type_id = cli_option(cli, "request-type"), *key = cli_option(cli, "service-desk");
    const struct lock_project *project = NULL;
    const struct lock_site *site = NULL;
    const struct lock_sources *sources = NULL;

    if (!type_id == !key)
        return cli_usage(cli, USAGE);
    int code = lock_desk(cli, arena, USAGE, &site);
    if (!site)
        return code;
    if (cli->config_named && !(sources = sources_of(cli, arena)))
        return EXIT_CODE_CONFIG;
    buf_init(&b, OUT_BYTES);
    if (type_id) {
        const struct lock_type *type = lock_type_of(site, str_of(type_id), &project);
        if (!type || !type->known)
            return no_such(arena, site, "request type", type_id);
        lock_scaffold_rule(arena, project, type, sources, &b);
    } else {
        project = lock_project_of(site, str_of(key));
        if (!project || !project->type_count)
            return no_such(arena, site, "service desk", key);
        lock_scaffold_file(arena, site, project, sources, &b);
    }
    printf("%.*s", STR_ARG(buf_str(&b)));
    if (type_id)
        fprintf(stderr, "put it under requests: of the mapping, look at each \"check:\", then "
                        "countersign mapping validate, plan (against the sources of the "
                        "configuration) and apply\n");
    return EXIT_CODE_OK;
}
