/* countersign mapping drift: what changed at the desk since it was locked. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/lock_work.h"
#include "cli/mapping_verbs.h"
#include "cli/view.h"
#include "lock/lock_drift.h"

static const char USAGE[] =
    "drift [--site NAME] [--json]\n"
    "           [--email ADDRESS] [--token file:PATH]   read workflows as an administrator";

enum { OUT_BYTES = 4 * 1024 * 1024 };

struct drift_run {
    const struct config *config;
    struct lock_as as;
    struct json_out out;
    bool json;
    int code;
};

/* What cannot be told is worse than a difference, and a break worse than a harmless one. */
static void add_code(struct drift_run *run, enum exit_code code)
{
    static const enum exit_code ORDER[] = {
        EXIT_CODE_OK,          EXIT_CODE_DIFFERENT,     EXIT_CODE_FAILED,
        EXIT_CODE_UNREACHABLE, EXIT_CODE_NOT_PERMITTED, EXIT_CODE_DATA,
        EXIT_CODE_CONFIG};
    size_t was = 0, is = 0;

    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        was = ORDER[i] == (enum exit_code)run->code ? i : was;
        is = ORDER[i] == code ? i : is;
    }
    run->code = is > was ? (int)code : run->code;
}

static void say_json(struct drift_run *run, const struct lock_site *was,
                     const struct lock_changes *changes)
{
    struct json_out *out = &run->out;

    json_open_object(out);
    json_str_member(out, "site", was->site);
    json_str_member(out, "mapping", was->mapping);
    json_str_member(out, "captured_at", was->captured_at);
    json_i64_member(out, "breaking", (int64_t)changes->breaking);
    json_i64_member(out, "harmless", (int64_t)changes->harmless);
    json_put_name(out, "changes");
    json_open_array(out);
    for (size_t i = 0; i < changes->count; i++) {
        const struct lock_change *c = &changes->items[i];
        json_open_object(out);
        json_str_member(out, "kind", str_of(LOCK_CHANGE_NAMES[c->kind]));
        json_bool_member(out, "breaking", c->breaking);
        json_str_member(out, "what", c->what);
        json_str_member(out, "on", c->on);
        json_str_member(out, "where", c->where);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}

static void say_text(struct arena *arena, const struct lock_site *was,
                     const struct lock_changes *changes)
{
    printf("%.*s: since %.*s: %zu breaking, %zu harmless\n", STR_ARG(was->site),
           STR_ARG(lock_seen(arena, was)), changes->breaking, changes->harmless);
    for (size_t i = 0; i < changes->count; i++) {
        const struct lock_change *c = &changes->items[i];
        struct str where = view_plain(arena, c->where), on = view_plain(arena, c->on);
        printf("  %s  %.*s\n", c->breaking ? "breaking" : "harmless",
               STR_ARG(view_plain(arena, c->what)));
        if (on.len)
            printf("            on %.*s\n", STR_ARG(on));
        if (where.len)
            printf("            named by %.*s\n", STR_ARG(where));
    }
    if (changes->breaking + changes->harmless > changes->count)
        printf("  ... and %zu more\n", changes->breaking + changes->harmless - changes->count);
}

/* The section of this site and mapping; NULL: it was said why there is none. */
static const struct lock_site *locked(struct drift_run *run, struct arena *arena,
                                      const struct site_config *site)
{
    const char *file = arena_cstr(arena, site->mapping_file), *path = lock_path(arena, file);
    struct err err = {0};
    const struct lock *lock = lock_open(arena, path, &err);

    if (err.kind != ERR_NONE) {
        add_code(run, (enum exit_code)cli_fail(&err));
        return NULL;
    }
    const struct lock_site *s = lock ? lock_section(lock, site->name, lock_file_name(file)) : NULL;
    if (s)
        return s;
    fprintf(stderr, "countersign: %s%s %.*s: countersign mapping lock makes it\n", path,
            lock ? " has nothing of site" : " is not there, for site", STR_ARG(site->name));
    add_code(run, EXIT_CODE_CONFIG);
    return NULL;
}

static void drift_one(struct drift_run *run, const struct site_config *site)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * (size_t)LIMIT_ARENA_VISIT);
    const struct lock_site *was = locked(run, arena, site);
    struct lock_changes *changes = ARENA_NEW(arena, struct lock_changes);
    struct err err = {0};
    const struct lock_capture *made =
        was ? lock_look(run->config, site, &run->as, arena, &err) : NULL;

    if (!was)
        return;
    if (!made) {
        add_code(run, (enum exit_code)cli_fail(&err));
        return;
    }
    if (made->outcome != READ_OK) {
        fprintf(stderr, "countersign: %.*s: %s\n", STR_ARG(site->name), made->why);
        add_code(run, lock_code_of(made->outcome));
        return;
    }
    lock_drift(site->mapping, was, &made->site, arena, changes);
    if (run->json)
        say_json(run, was, changes);
    else
        say_text(arena, was, changes);
    if (changes->harmless && !changes->breaking && !run->json)
        fprintf(stderr, "nothing is broken; countersign mapping lock takes it into the lock\n");
    if (changes->breaking)
        add_code(run, EXIT_CODE_FAILED);
    else if (changes->harmless)
        add_code(run, EXIT_CODE_DIFFERENT);
}

/* --- the same in one line, for `check --online` --- */

static void put_line(const struct site_config *site, struct json_out *json, const char *outcome,
                     struct str detail)
{
    if (!json) {
        printf("%.*s " LOCK_FILE ": %s%s%.*s\n", STR_ARG(site->name), outcome,
               detail.len ? ": " : "", STR_ARG(detail));
        return;
    }
    json_open_object(json);
    json_str_member(json, "site", site->name);
    json_str_member(json, "lock", STR(LOCK_FILE));
    json_str_member(json, "outcome", str_of(outcome));
    json_str_member(json, "detail", detail);
    json_close_object(json);
}

enum exit_code drift_line(const struct config *config, const struct site_config *site,
                          struct json_out *json)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * (size_t)LIMIT_ARENA_VISIT);
    const char *file = arena_cstr(arena, site->mapping_file), *path = lock_path(arena, file);
    struct lock_changes *changes = ARENA_NEW(arena, struct lock_changes);
    struct lock_as as = {.governed_only = true};
    struct err err = {0};
    const struct lock *lock = lock_open(arena, path, &err);
    const struct lock_site *was =
        lock ? lock_section(lock, site->name, lock_file_name(file)) : NULL;

    if (!lock && err.kind == ERR_NONE)
        return EXIT_CODE_OK;
    const struct lock_capture *made = was ? lock_look(config, site, &as, arena, &err) : NULL;
    if (!made || made->outcome != READ_OK) {
        put_line(site, json, "could not be compared",
                 made ? str_of(made->why)
                 : was || err.what[0]
                     ? arena_str(arena, str_of(err.what))
                     : STR("it has nothing of this site: countersign mapping lock"));
        return made ? lock_code_of(made->outcome) : EXIT_CODE_UNREACHABLE;
    }
    lock_drift(site->mapping, was, &made->site, arena, changes);
    if (!changes->breaking && !changes->harmless) {
        put_line(site, json, "as locked", lock_seen(arena, was));
        return EXIT_CODE_OK;
    }
    put_line(site, json, changes->breaking ? "drifted" : "drifted, harmless",
             arena_printf(arena,
                          "%zu breaking, %zu harmless since %.*s%s%.*s; countersign mapping "
                          "drift",
                          changes->breaking, changes->harmless, STR_ARG(lock_seen(arena, was)),
                          changes->breaking ? ": " : "",
                          STR_ARG(changes->breaking ? changes->items[0].what : STR(""))));
    return changes->breaking ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

int mapping_drift(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    AUTO(drop_buf) struct buf b;
    struct drift_run run = {.json = cli->json};
    const char *name = cli_option(cli, "site");
    bool any = false;

    run.as = (struct lock_as){.email = cli_option(cli, "email"), .token = cli_option(cli, "token")};
    if (cli->argc || (run.as.email && !run.as.token))
        return cli_usage(cli, USAGE);
    run.config = cli_config(cli, arena);
    if (!run.config)
        return EXIT_CODE_CONFIG;
    buf_init(&b, OUT_BYTES);
    json_begin(&run.out, &b);
    json_open_array(&run.out);
    for (size_t i = 0; i < run.config->site_count; i++) {
        if (name && !str_eq_c(run.config->sites[i].name, name))
            continue;
        drift_one(&run, &run.config->sites[i]);
        any = true;
    }
    json_close_array(&run.out);
    if (!any) {
        fprintf(stderr, "countersign: there is no site '%s' in %s\n", name, cli->config_file);
        return EXIT_CODE_USAGE;
    }
    if (cli->json)
        printf("%.*s\n", STR_ARG(buf_str(&b)));
    return run.code;
}
