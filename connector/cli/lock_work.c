#include "cli/lock_work.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
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

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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
        struct lock_wish wish = {site, reader, as->governed_only, wall_ms()};
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
