#include "service/mapping_reload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/io_file.h"
#include "io/io_notify.h"
#include "json/json_write.h"
#include "service/policy_reload.h"
#include "site/site_edition.h"

enum {
    LOOK_MS = 20,    /* is it quiet? */
    AGAIN_MS = 1000, /* the database, or a Jira, did not answer */
    STATUS_BYTES = 4096,
    SAID_BYTES = 200,
    FORGED_MAX = 8,
};

enum turn_state {
    TURN_NONE,
    TURN_ASKED,   /* the database, for what was applied */
    TURN_READY,   /* checked; when the site is quiet */
    TURN_PUTTING, /* the database is told what the file says */
    TURN_LEARNING /* a Data Center, what its fields are called */
};

/* One site on its way to another mapping. */
struct turn {
    struct mapping_reload *reload;
    size_t index;
    struct site *site;
    enum turn_state state;
    struct site_edition *next;
    bool from_file;
    bool again; /* SIGHUP came meanwhile */
    int64_t not_before_ms;
    char asked[SHA256_HEX_SIZE];   /* what was applied and is asked for */
    char refused[SHA256_HEX_SIZE]; /* what was applied and could not be taken up */
    /* what requests keep and was edited in the database: each is told once */
    char forged[FORGED_MAX][SHA256_HEX_SIZE];
    size_t forged_len;
    char said_kept[SAID_BYTES]; /* of the last of them */
    char said[SAID_BYTES];      /* what was offered last and refused, and why; empty: it was not */
};

struct mapping_reload {
    struct mapping_reload_options o;
    struct io_timer *timer;
    struct turn turns[CONFIG_SITES_MAX];
    size_t count;
};

static void hash_of(struct str text, char ret_hex[SHA256_HEX_SIZE])
{
    uint8_t digest[SHA256_BYTES];

    digest_sha256(text, digest);
    hex_encode(digest, sizeof digest, ret_hex);
}

/* --- what is said about it --- */

void mapping_reload_say(struct mapping_reload *r, const char *state)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, STATUS_BYTES);
    if (r->o.svc->ready && state[0])
        buf_printf(&b, "%s\n", state);
    buf_add_c(&b, "STATUS=");
    for (size_t i = 0; i < r->count; i++) {
        const struct turn *t = &r->turns[i];
        buf_printf(&b, "%s%.*s runs mapping %.8s", i ? "; " : "", STR_ARG(t->site->config->name),
                   t->site->o.mapping->sha256);
        if (t->said[0])
            buf_printf(&b, ", %s", t->said);
        if (t->forged_len)
            buf_printf(&b, ", %s", t->said_kept);
    }
    policy_reload_say(r->o.svc->policy_reload, &b);
    (void)!notify_manager(r->o.svc->manager, buf_str(&b));
}

static void on_recorded(void *arg, enum store_outcome outcome, const char *message)
{
    struct turn *t = arg;

    if (outcome != STORE_OK)
        log_warn("mapping", "that a mapping was refused is not on record",
                 LOG_S("site", t->site->config->name), LOG_C("why", message));
}

static const struct diag *first_error(const struct diag_list *diags)
{
    for (size_t i = 0; i < diags->count && i < DIAG_MAX; i++)
        if (!diags->items[i].warning)
            return &diags->items[i];
    return &diags->items[0];
}

static void record(struct turn *t, const char *sha256, const struct diag_list *diags)
{
    const struct diag *d = first_error(diags);
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, LIMIT_API_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "code", str_of(d->code));
    json_str_member(&out, "fact", str_of(d->text));
    json_i64_member(&out, "faults", (int64_t)diags->errors);
    json_str_member(&out, "file", str_of(diags->file));
    json_i64_member(&out, "line", d->pos.line);
    json_i64_member(&out, "column", d->pos.column);
    json_str_member(&out, "remedy", str_of(d->help));
    json_close_object(&out);
    store_mapping_refused(&t->reload->o.svc->store, t->site->config->name, str_of(sha256),
                          buf_str(&b), on_recorded, t);
}

/* Is anything refused: of what was offered, or of what requests keep? */
static void weigh(struct turn *t)
{
    t->site->reload_failed = t->said[0] || t->forged_len;
}

/* sha256: of what is refused; empty: its file could not be read. ret_said: what is said of it. */
static void refuse(struct turn *t, const char *sha256, const struct diag_list *diags,
                   char ret_said[SAID_BYTES])
{
    const struct diag *d = first_error(diags);
    char at[CLOCK_TEXT_SIZE];

    clock_rfc3339(clock_wall_ms(&CLOCK_SYSTEM), at);
    snprintf(ret_said, SAID_BYTES, "%.8s refused at %.5s UTC: %s %s:%d:%d",
             sha256[0] ? sha256 : "its file", at + 11, d->code, diags->file, d->pos.line,
             d->pos.column);
    weigh(t);
    log_error("mapping", "a mapping is refused: the one before goes on",
              LOG_S("site", t->site->config->name), LOG_C("code", d->code),
              LOG_C("file", diags->file), LOG_I("line", d->pos.line),
              LOG_I("column", d->pos.column), LOG_C("why", d->text), LOG_C("remedy", d->help),
              LOG_I("faults", (int64_t)diags->errors), LOG_C("live", t->site->o.mapping->sha256));
    record(t, sha256, diags);
    mapping_reload_say(t->reload, "READY=1");
}

void mapping_reload_begin(struct mapping_reload *r)
{
    mapping_reload_say(r, "READY=1");
    for (size_t i = 0; i < r->count; i++) {
        const struct diag_list *faults = r->turns[i].site->config->mapping_faults;
        char sha256[SHA256_HEX_SIZE] = "";
        if (faults && faults->text.len)
            hash_of(faults->text, sha256);
        if (faults)
            refuse(&r->turns[i], sha256, faults, r->turns[i].said);
    }
}

/* --- reading one --- */

static void begin(struct turn *t, struct site_edition *next, bool from_file)
{
    t->next = next;
    t->from_file = from_file;
    t->state = TURN_READY;
    t->site->change_waits = true;
    t->not_before_ms = 0;
    io_timer_start(t->reload->timer, 1, LOOK_MS);
}

/* One that the database kept must be what its hash is of. */
static bool is_whole(struct str text, struct str sha256, struct diag_list *diags)
{
    if (store_mapping_is_whole(text, sha256))
        return true;
    diag_error(diags, "M011", (struct diag_pos){0},
               "the database has another text of mapping %.*s than its hash is of: it was edited "
               "there",
               STR_ARG(sha256));
    diag_help(diags, "'countersign db verify' tells what else was; put its row of "
                     "governance.mapping_version back from a backup");
    return false;
}

/* NULL when it has faults: then it is refused. The text is in the arena, which is the edition's. */
static struct site_edition *check(struct turn *t, struct arena *arena, struct str text,
                                  bool from_file)
{
    const struct config *config = t->reload->o.svc->config;
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    const char *file = arena_cstr(arena, t->site->config->mapping_file);
    char sha256[SHA256_HEX_SIZE];

    diag_init(diags, file);
    hash_of(text, sha256);
    bool whole = from_file || is_whole(text, str_of(t->asked), diags);
    const struct mapping *m = whole ? config_mapping(config, arena, file, text, diags) : NULL;
    if (m && from_file)
        config_run_mapping_tests(m, arena, diags);
    else if (m) /* what stands in files stands where the plan was made */
        mapping_run_inline_tests(m, arena, diags);
    if (m && !diags->errors)
        return site_edition_new(m, arena);
    refuse(t, whole ? sha256 : t->asked, diags, t->said);
    return NULL;
}

static void went_well(struct turn *t)
{
    t->said[0] = t->refused[0] = '\0';
    weigh(t);
}

static void read_file(struct turn *t)
{
    struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    const char *file = arena_cstr(arena, t->site->config->mapping_file);
    struct site_edition *next = NULL;
    struct err err = {0};
    struct str text;

    diag_init(diags, file);
    if (file_read(arena, file, LIMIT_YAML_BYTES, &text, &err)) {
        next = check(t, arena, text, true);
    } else {
        diag_error(diags, "C051", (struct diag_pos){0}, "%s", err.what);
        diag_help(diags, "put the mapping file back, or apply a plan");
        refuse(t, "", diags, t->said);
    }
    if (next && strcmp(next->mapping->sha256, t->site->o.mapping->sha256) != 0) {
        begin(t, next, true);
        return;
    }
    if (next) {
        log_info("mapping", "the file says what is live already",
                 LOG_S("site", t->site->config->name));
        went_well(t);
        site_edition_drop(next);
    } else {
        arena_free(arena);
    }
}

/* --- what was applied --- */

static void on_applied(void *arg, enum store_outcome outcome, struct str json)
{
    struct turn *t = arg;
    struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const struct json *v;
    struct err err;

    t->state = TURN_NONE;
    if (outcome == STORE_OK && json_parse(arena, json, &v, &err) && !t->reload->o.svc->draining) {
        str_copy(t->asked, sizeof t->asked, json_path_str(v, "sha256"));
        bool news =
            strcmp(t->asked, t->refused) != 0 && strcmp(t->asked, t->site->o.mapping->sha256) != 0;
        struct site_edition *next = NULL;
        if (news)
            next = check(t, arena, json_path_str(v, "body"), false);
        if (next) {
            begin(t, next, false);
            return;
        }
        if (news)
            str_copy(t->refused, sizeof t->refused, str_of(t->asked));
    }
    arena_free(arena);
}

void mapping_reload_take_up(struct mapping_reload *r, const struct site *site)
{
    for (size_t i = 0; i < r->count; i++) {
        struct turn *t = &r->turns[i];
        if (t->site != site || t->state != TURN_NONE)
            continue;
        t->state = TURN_ASKED;
        store_mapping_of_site(&r->o.svc->store, site->config->name, on_applied, t);
    }
}

/* --- the swap --- */

static const char LIVE[] = "another mapping is live";

static void turn_end(struct turn *t)
{
    t->state = TURN_NONE;
    t->site->changes = t->site->change_waits = false;
    t->reload->o.changed(t->reload->o.arg, t->index);
    mapping_reload_say(t->reload, "READY=1");
    if (t->again && !t->reload->o.svc->draining) {
        t->again = false;
        read_file(t);
    }
}

/* Another try in a while; what runs meanwhile is nothing of this site. */
static void turn_later(struct turn *t, enum turn_state state)
{
    t->state = state;
    t->not_before_ms = io_loop_now_ms(t->reload->o.svc->loop) + AGAIN_MS;
}

static void on_learned(void *arg, bool known)
{
    struct turn *t = arg;

    if (known || t->reload->o.svc->draining)
        turn_end(t);
    else
        turn_later(t, TURN_LEARNING);
}

/* words: how it stands with it. */
static void swap(struct turn *t, const char *words)
{
    log_info("mapping", words, LOG_S("site", t->site->config->name),
             LOG_C("mapping", t->next->mapping->sha256), LOG_C("was", t->site->o.mapping->sha256),
             LOG_C("from", t->from_file ? "file" : "database"));
    site_edition_use(t->site, t->next);
    t->next = NULL;
    went_well(t);
    if (t->site->flavour == JSM_DATACENTER) {
        t->state = TURN_PUTTING; /* not asked twice at once */
        site_learn(t->site, on_learned, t);
    } else {
        turn_end(t);
    }
}

static void not_told(struct turn *t, struct str why)
{
    log_warn("mapping", "the database was not told of the new mapping yet",
             LOG_S("site", t->site->config->name), LOG_S("why", why));
    turn_later(t, TURN_READY);
}

/* The file is the one of before, and what was applied since stays. */
static void pass_over(struct turn *t)
{
    log_info("mapping", "the file has not changed: what was applied stays",
             LOG_S("site", t->site->config->name), LOG_C("file", t->next->mapping->sha256),
             LOG_C("live", t->site->o.mapping->sha256));
    site_edition_drop(t->next);
    t->next = NULL;
    went_well(t);
    turn_end(t);
}

static void on_standing(void *arg, enum store_outcome outcome, struct str said)
{
    struct turn *t = arg;

    if (outcome != STORE_OK)
        not_told(t, said);
    else if (str_eq_c(said, "applied"))
        pass_over(t);
    else if (str_eq_c(said, "live"))
        swap(t, LIVE);
    else
        swap(t, "the file is taken, and the database names another mapping: nothing is decided "
                "here until that is settled");
}

static void on_put(void *arg, enum store_outcome outcome, const char *message)
{
    struct turn *t = arg;

    if (outcome == STORE_OK)
        store_mapping_hold(&t->reload->o.svc->store, t->site->config->name,
                           str_of(t->next->mapping->sha256), on_standing, t);
    else
        not_told(t, str_of(message));
}

/* Looks at gate and desk first, which break off at their next call; then what was claimed. */
static bool is_at_rest(const struct mapping_reload *r, struct site *site, size_t index)
{
    if (!site->changes && r->o.is_looked_at(r->o.arg, index))
        return false;
    site->changes = true;
    return r->o.is_quiet(r->o.arg, index);
}

static void step(struct turn *t)
{
    struct service *svc = t->reload->o.svc;

    if (io_loop_now_ms(svc->loop) < t->not_before_ms)
        return;
    if (t->state == TURN_LEARNING) {
        t->state = TURN_PUTTING;
        site_learn(t->site, on_learned, t);
        return;
    }
    if (t->state != TURN_READY || !is_at_rest(t->reload, t->site, t->index))
        return;
    if (!t->from_file) {
        swap(t, LIVE);
        return;
    }
    const struct mapping *m = t->next->mapping;
    t->state = TURN_PUTTING;
    store_mapping_put(&svc->store, str_of(m->sha256), m->text, t->site->config->name, on_put, t);
}

static void on_timer(void *arg)
{
    struct mapping_reload *r = arg;
    bool more = false;

    for (size_t i = 0; i < r->count && !r->o.svc->draining; i++)
        step(&r->turns[i]);
    for (size_t i = 0; i < r->count; i++)
        more |= r->turns[i].state != TURN_NONE;
    if (!more || r->o.svc->draining)
        io_timer_stop(r->timer);
}

/* --- earlier ones --- */

struct keeping {
    struct service *svc;
    struct site *site;
    char sha256[SHA256_HEX_SIZE];
    mapping_kept_fn *fn;
    void *arg;
};

static void keeping_end(struct keeping *k, bool found, struct site_edition *edition)
{
    k->fn(k->arg, found, edition);
    free(k);
}

static struct turn *turn_of(const struct keeping *k)
{
    struct mapping_reload *r = k->svc->reload;

    for (size_t i = 0; r && i < r->count; i++)
        if (r->turns[i].site == k->site)
            return &r->turns[i];
    return NULL;
}

/* Its place among those that were told of; forged_len: it is none of them. */
static size_t forged_find(const struct turn *t, const char *sha256)
{
    size_t i = 0;

    while (i < t->forged_len && strcmp(t->forged[i], sha256) != 0)
        i++;
    return i;
}

/* Asked for with each look at a request that keeps it; told once. More than there is room for are
 * told of by the others: that rows of mappings were edited. */
static void refuse_kept(struct keeping *k, const struct diag_list *diags)
{
    struct turn *t = turn_of(k);

    if (!t || t->forged_len == FORGED_MAX || forged_find(t, k->sha256) < t->forged_len)
        return;
    str_copy(t->forged[t->forged_len++], SHA256_HEX_SIZE, str_of(k->sha256));
    refuse(t, k->sha256, diags, t->said_kept);
}

/* It was put back: all is well with the last of them. */
static void kept_well(struct keeping *k)
{
    struct turn *t = turn_of(k);
    size_t at = t ? forged_find(t, k->sha256) : 0;

    if (!t || at == t->forged_len)
        return;
    t->forged_len--;
    memmove(t->forged[at], t->forged[t->forged_len], SHA256_HEX_SIZE);
    if (t->forged_len)
        return;
    weigh(t);
    mapping_reload_say(t->reload, "READY=1");
}

static void on_body(void *arg, enum store_outcome outcome, struct str body)
{
    struct keeping *k = arg;
    struct site_edition *known = site_edition_find(k->site, str_of(k->sha256));

    if (known || outcome != STORE_OK) { /* another look was faster, or it cannot be asked */
        keeping_end(k, known != NULL, known);
        return;
    }
    struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    const char *file = arena_cstr(arena, k->site->config->mapping_file);
    diag_init(diags, file);
    if (!is_whole(body, str_of(k->sha256), diags)) {
        refuse_kept(k, diags);
        arena_free(arena);
        keeping_end(k, false, NULL);
        return;
    }
    /* a source may be gone from the configuration since */
    const struct mapping *m = mapping_load(arena, file, arena_str(arena, body), NULL, 0, diags);
    if (!m) {
        log_error("mapping", "a mapping that requests in flight keep cannot be read any more",
                  LOG_S("site", k->site->config->name), LOG_C("mapping", k->sha256),
                  LOG_C("code", diags->items[0].code), LOG_C("why", diags->items[0].text));
        arena_free(arena);
        keeping_end(k, false, NULL);
        return;
    }
    struct site_edition *edition = site_edition_new(m, arena);
    site_edition_keep(k->site, edition);
    kept_well(k);
    keeping_end(k, true, edition);
}

static void on_known(void *arg)
{
    struct keeping *k = arg;
    struct site_edition *known = site_edition_find(k->site, str_of(k->sha256));
    bool live = !k->sha256[0] || strcmp(k->sha256, k->site->o.mapping->sha256) == 0;

    keeping_end(k, live || known != NULL, live ? NULL : known);
}

void mapping_kept(struct service *svc, struct site *site, struct str sha256_hex,
                  mapping_kept_fn *fn, void *arg)
{
    struct keeping *k = calloc(1, sizeof *k);

    if (!k)
        abort();
    *k = (struct keeping){.svc = svc, .site = site, .fn = fn, .arg = arg};
    str_copy(k->sha256, sizeof k->sha256, sha256_hex);
    bool here = !sha256_hex.len || str_eq_c(sha256_hex, site->o.mapping->sha256) ||
                site_edition_find(site, sha256_hex);
    if (here)
        io_loop_defer(svc->loop, on_known, k);
    else
        store_mapping_body(&svc->store, sha256_hex, on_body, k);
}

/* --- SIGHUP --- */

static void on_kept_again(void *arg, bool found, struct site_edition *edition)
{
    (void)arg, (void)found, (void)edition; /* kept_well has heard */
}

/* Those that were edited: was one put back whose requests nobody looks at any more? */
static void kept_again(const struct turn *t)
{
    for (size_t i = 0; i < t->forged_len; i++)
        mapping_kept(t->reload->o.svc, t->site, str_of(t->forged[i]), on_kept_again, NULL);
}

void mapping_reload_files(struct mapping_reload *r)
{
    char state[64];

    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             clock_mono_ms(&CLOCK_SYSTEM) * 1000);
    mapping_reload_say(r, state);
    for (size_t i = 0; i < r->count; i++) {
        if (r->turns[i].state == TURN_NONE)
            read_file(&r->turns[i]);
        else
            r->turns[i].again = true;
        kept_again(&r->turns[i]);
    }
    mapping_reload_say(r, "READY=1");
}

/* --- life --- */

struct mapping_reload *mapping_reload_new(const struct mapping_reload_options *options)
{
    struct mapping_reload *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    r->o = *options;
    r->count = r->o.svc->config->site_count;
    for (size_t i = 0; i < r->count; i++)
        r->turns[i] = (struct turn){.reload = r, .index = i, .site = r->o.svc->sites[i]};
    r->timer = io_timer_new(r->o.svc->loop, on_timer, r);
    return r;
}

bool mapping_reload_is_busy(const struct mapping_reload *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->turns[i].state == TURN_ASKED || r->turns[i].state == TURN_PUTTING)
            return true;
    return false;
}

void mapping_reload_stop(struct mapping_reload *r)
{
    if (!r)
        return;
    io_timer_free(r->timer);
    r->timer = NULL;
}

void mapping_reload_free(struct mapping_reload *r)
{
    for (size_t i = 0; r && i < r->count; i++)
        site_edition_drop(r->turns[i].next);
    free(r);
}
