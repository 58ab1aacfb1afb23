/* countersign mapping lock: the desk as it is now, into the file beside the mapping. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/lock_work.h"
#include "cli/mapping_verbs.h"
#include "cli/view.h"
#include "io/io_file.h"

static const char USAGE[] =
    "lock [--site NAME] [--json]\n"
    "           [--email ADDRESS] [--token file:PATH]   read workflows as an administrator";

enum { OUT_BYTES = 256 * 1024 };

struct locking {
    const struct config *config;
    struct lock_as as;
    struct json_out out;
    bool json;
    int code;
};

static size_t types_of(const struct lock_site *s, size_t *ret_statuses, size_t *ret_roads)
{
    size_t types = 0;

    *ret_statuses = *ret_roads = 0;
    for (size_t i = 0; i < s->project_count; i++) {
        types += s->projects[i].type_count;
        *ret_statuses += s->projects[i].status_count;
        *ret_roads += s->projects[i].road_count;
    }
    return types;
}

static void say(struct locking *l, const char *path, const struct lock_capture *made, bool changed,
                struct str since)
{
    const struct lock_site *s = &made->site;
    size_t statuses, roads, types = types_of(s, &statuses, &roads);

    if (made->unread[0])
        fprintf(stderr, "countersign: left out: %s\n", made->unread);
    if (!l->json) {
        printf("%.*s: %zu request types, %zu fields, %zu statuses, %zu transitions: %s%s %.*s\n",
               STR_ARG(s->site), types, s->field_count, statuses, roads,
               changed ? "written to " : "as it was, ", changed ? path : "since", STR_ARG(since));
        return;
    }
    json_open_object(&l->out);
    json_str_member(&l->out, "site", s->site);
    json_str_member(&l->out, "file", str_of(path));
    json_bool_member(&l->out, "changed", changed);
    json_str_member(&l->out, "captured_at", since);
    json_i64_member(&l->out, "request_types", (int64_t)types);
    json_i64_member(&l->out, "fields", (int64_t)s->field_count);
    json_i64_member(&l->out, "statuses", (int64_t)statuses);
    json_i64_member(&l->out, "transitions", (int64_t)roads);
    json_str_member(&l->out, "left_out", str_of(made->unread));
    json_close_object(&l->out);
}

/* When the section of this site was first seen so. */
static struct str since_of(const struct lock *lock, const struct lock_site *s)
{
    const struct lock_site *there = lock_section(lock, s->site, s->mapping);
    return there ? there->captured_at : s->captured_at;
}

/* Only an administrator sees transitions: what one has seen stays until one looks again. */
static void keep_roads(struct arena *arena, const struct lock *old, struct lock_site *made)
{
    const struct lock_site *there = lock_section(old, made->site, made->mapping);
    struct lock_project *projects = arena_array(arena, made->project_count + 1, sizeof *projects);

    for (size_t i = 0; projects && i < made->project_count; i++) {
        const struct lock_project *p = there ? lock_project_of(there, made->projects[i].key) : NULL;
        projects[i] = made->projects[i];
        if (projects[i].roads_known || !p || !p->roads_known)
            continue;
        projects[i].roads_known = true;
        projects[i].roads = p->roads;
        projects[i].road_count = p->road_count;
    }
    if (projects)
        made->projects = projects;
}

/* Other sites' sections stay; nothing is written when nothing but the time would change. */
static bool keep(struct arena *arena, const char *path, struct lock_site *made, struct lock *lock,
                 bool *ret_changed, struct err *err)
{
    const struct lock *old = lock_open(arena, path, err);

    if (err->kind != ERR_NONE)
        return err_while(err, "remove the file, then lock again");
    if (old) {
        *lock = *old;
        keep_roads(arena, old, made);
    }
    if (!lock_put(arena, lock, made, ret_changed))
        return FAIL(err, ERR_INPUT, "more than %d sites in one lock: remove %s, then lock again",
                    LOCK_SITES_MAX, path);
    if (!*ret_changed)
        return true;
    struct str text = lock_write(arena, lock);
    if (!text.len)
        return FAIL(err, ERR_INPUT, "the desk is larger than a lock of %d bytes", LOCK_BYTES);
    return file_replace(path, text, err);
}

static int lock_one(struct locking *l, const struct site_config *site)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * (size_t)LIMIT_ARENA_VISIT);
    const char *file = arena_cstr(arena, site->mapping_file);
    const char *path = lock_path(arena, file);
    struct err err = {0};
    const struct lock_capture *made = lock_look(l->config, site, &l->as, arena, &err);
    bool changed;

    if (!made)
        return cli_fail(&err);
    if (made->outcome != READ_OK) {
        fprintf(stderr, "countersign: %.*s: %s\n", STR_ARG(site->name), made->why);
        return lock_code_of(made->outcome);
    }
    struct lock_site section = made->site;
    struct lock *lock = ARENA_NEW(arena, struct lock);
    section.mapping = lock_file_name(file);
    if (!keep(arena, path, &section, lock, &changed, &err)) {
        int code = cli_fail(&err);
        return err.kind == ERR_TEMPORARY ? EXIT_CODE_CANNOT_WRITE : code;
    }
    say(l, path, made, changed, since_of(lock, &section));
    return EXIT_CODE_OK;
}

int mapping_lock(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    AUTO(drop_buf) struct buf b;
    struct locking l = {.json = cli->json};
    const char *name = cli_option(cli, "site");
    bool any = false;

    l.as = (struct lock_as){.email = cli_option(cli, "email"), .token = cli_option(cli, "token")};
    if (cli->argc || (l.as.email && !l.as.token))
        return cli_usage(cli, USAGE);
    l.config = cli_config(cli, arena);
    if (!l.config)
        return EXIT_CODE_CONFIG;
    buf_init(&b, OUT_BYTES);
    json_begin(&l.out, &b);
    json_open_array(&l.out);
    for (size_t i = 0; i < l.config->site_count; i++) {
        const struct site_config *site = &l.config->sites[i];
        if (name && !str_eq_c(site->name, name))
            continue;
        int code = lock_one(&l, site);
        any = true;
        l.code = l.code ? l.code : code;
    }
    json_close_array(&l.out);
    if (!any) {
        fprintf(stderr, "countersign: there is no site '%s' in %s\n", name, cli->config_file);
        return EXIT_CODE_USAGE;
    }
    if (cli->json)
        printf("%.*s\n", STR_ARG(buf_str(&b)));
    return l.code;
}
