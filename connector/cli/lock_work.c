#include "cli/lock_work.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/view.h"
#include "io/io_file.h"

struct str lock_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_of(slash ? slash + 1 : path);
}

const char *lock_path(struct arena *arena, const char *mapping_file)
{
    struct str name = lock_file_name(mapping_file);
    return arena_printf(arena, "%.*s" LOCK_FILE, (int)(name.p - mapping_file), mapping_file).p;
}

const struct lock *lock_open(struct arena *arena, const char *path, struct err *err)
{
    struct lock *lock = ARENA_NEW(arena, struct lock);
    struct str text;

    if (access(path, F_OK) != 0)
        return NULL;
    if (!file_read(arena, path, LOCK_BYTES, &text, err))
        return NULL;
    if (!lock) {
        (void)FAIL(err, ERR_INPUT, "%s is too long", path);
        return NULL;
    }
    if (!lock_read(arena, text, lock, err)) {
        (void)err_while(err, "reading %s", path);
        return NULL;
    }
    return lock;
}

struct looking {
    bool done;
    const struct lock_capture *made;
};

static void on_capture(void *arg, const struct lock_capture *capture)
{
    struct looking *x = arg;
    x->made = capture;
    x->done = true;
}

static void on_closed(void *arg)
{
    bool *done = arg;
    *done = true;
}

static struct site *open_site(const struct config *config, const struct site_config *c,
                              struct io_loop *loop, struct http *http, struct err *err)
{
    struct site_options options = {.config = c,
                                   .mapping = c->mapping,
                                   .times = &config->policy.times,
                                   .loop = loop,
                                   .http = http};
    return site_new(&options, err);
}

const struct lock_capture *lock_look(const struct config *config, const struct site_config *at,
                                     const struct lock_as *as, struct arena *arena, struct err *err)
{
    struct http_options options = {
        .per_host_max = 2, .in_flight_max = 4, .allow_plain_http = at->insecure_http};
    struct io_loop *loop = io_loop_new();
    struct http *http = http_new(loop, &options);
    struct looking x = {0};
    struct site_config admin = *at;
    struct site *site = open_site(config, at, loop, http, err), *reader = site;
    bool closed = false;

    if (site && as->token) {
        admin.auth = as->email ? JSM_AUTH_BASIC : JSM_AUTH_BEARER;
        admin.email = str_of(as->email);
        admin.token = str_of(as->token);
        reader = open_site(config, &admin, loop, http, err);
    }
    if (site && reader) {
        struct lock_wish wish = {site, reader, as->governed_only, clock_wall_ms(&CLOCK_SYSTEM)};
        lock_capture(&wish, arena, on_capture, &x);
        io_loop_wait(loop, &x.done);
    }
    site_close(site);
    if (reader != site)
        site_close(reader);
    http_close(http, on_closed, &closed);
    io_loop_wait(loop, &closed);
    io_loop_stop(loop);
    (void)!io_loop_run(loop);
    if (reader != site)
        site_free(reader);
    site_free(site);
    io_loop_free(loop);
    return x.made;
}

enum exit_code lock_code_of(enum read_outcome outcome)
{
    if (outcome == READ_OK)
        return EXIT_CODE_OK;
    return outcome == READ_DENIED || outcome == READ_REFUSED ? EXIT_CODE_NOT_PERMITTED
                                                             : EXIT_CODE_UNREACHABLE;
}

/* --- the desk a verb speaks of --- */

static int pick(struct arena *a, const struct lock_site *const *sites, size_t count,
                const char *name, const char *path, const struct lock_site **ret)
{
    for (size_t i = 0; i < count; i++)
        if (name ? str_eq_c(sites[i]->site, name) : count == 1)
            *ret = sites[i];
    if (*ret)
        return EXIT_CODE_OK;
    fprintf(stderr, "countersign: %s in %s; --site NAME, one of",
            name ? "no such site" : "several sites", path);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, " %.*s", STR_ARG(view_plain(a, sites[i]->site)));
    fprintf(stderr, "\n");
    return EXIT_CODE_USAGE;
}

static int by_lock(struct arena *arena, const char *mapping, const char *name,
                   const struct lock_site **ret)
{
    const struct lock_site *sites[LOCK_SITES_MAX];
    const char *path = lock_path(arena, mapping);
    struct err err = {0};
    const struct lock *lock = lock_open(arena, path, &err);

    if (err.kind != ERR_NONE)
        return cli_fail(&err);
    if (!lock)
        return EXIT_CODE_CONFIG;
    return pick(arena, sites, lock_sites_of(lock, lock_file_name(mapping), sites), name, path, ret);
}

static int by_look(const struct config *config, const struct site_config *site, struct arena *arena,
                   const struct lock_site **ret)
{
    struct lock_as as = {0};
    struct err err = {0};
    const struct lock_capture *made = lock_look(config, site, &as, arena, &err);

    if (!made)
        return cli_fail(&err);
    if (made->outcome == READ_OK)
        *ret = &made->site;
    else
        fprintf(stderr, "countersign: %.*s: %s\n", STR_ARG(site->name), made->why);
    return lock_code_of(made->outcome);
}

static const struct site_config *site_named(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->site_count; i++)
        if (name ? str_eq_c(config->sites[i].name, name) : config->site_count == 1)
            return &config->sites[i];
    fprintf(stderr, "countersign: --site NAME, one of");
    for (size_t i = 0; i < config->site_count; i++)
        fprintf(stderr, " %.*s", STR_ARG(config->sites[i].name));
    fprintf(stderr, "\n");
    return NULL;
}

int lock_desk(struct cli *cli, struct arena *arena, const char *usage, const struct lock_site **ret)
{
    const char *name = cli_option(cli, "site"), *mapping = cli_word(cli);

    if (cli->argc)
        return cli_usage(cli, usage);
    if (mapping) {
        int code = by_lock(arena, mapping, name, ret);
        if (code == EXIT_CODE_CONFIG && !*ret)
            fprintf(stderr, "countersign: %s is not there: countersign mapping lock makes it\n",
                    lock_path(arena, mapping));
        return code;
    }
    const struct config *config = cli_config(cli, arena);
    const struct site_config *site = config ? site_named(config, name) : NULL;
    if (!site)
        return config ? EXIT_CODE_USAGE : EXIT_CODE_CONFIG;
    int code =
        by_lock(arena, arena_cstr(arena, site->mapping_file), arena_cstr(arena, site->name), ret);
    return *ret || code != EXIT_CODE_CONFIG ? code : by_look(config, site, arena, ret);
}
