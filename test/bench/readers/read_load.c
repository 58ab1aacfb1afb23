/* read_load: reads of one directory through its gate, as the service asks them; beside it, perhaps,
 * a source that hangs and is asked as eagerly. Tells what it took, as one JSON object.
 *
 *   read_load uri=URL secret=WORD [hang=URL] [reads=N] [at_once=N] [gap_ms=N] [entitlement=NAME]
 *
 * The accounts are u0, u1, ... u999, the entitlements g0 ... g49 unless one is named. gap_ms: a
 * read every so often, whatever became of those before; else at_once are under way all the time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "service/source_gate.h"

enum { SETTINGS_MAX = 8, READS_MAX = 100000, ACCOUNTS = 1000, ENTITLEMENTS = 50 };

struct source {
    struct str name;
    struct reader_setting settings[SETTINGS_MAX];
    struct reader *reader;
    struct source_gate *gate;
};

struct load {
    struct io_loop *loop;
    struct rng rng;
    struct io_timer *timer, *watch;
    struct source target, hanging;
    bool hangs;
    struct str entitlement;
    int64_t reads, at_once, gap_ms;
    int64_t asked, answered, unknown, turned_away, hang_asked, hang_answered;
    int64_t lag_ms, began_us, ended_us;
    int64_t *took_us;
    int closing;
};

struct ask {
    struct load *load;
    int64_t began_us;
};

static int64_t micros(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void on_closed(void *arg)
{
    struct load *load = arg;

    if (--load->closing)
        return;
    io_loop_stop(load->loop);
}

static void close_source(struct load *load, struct source *source)
{
    load->closing++;
    source_gate_close(source->gate);
    source->reader->kind->close(source->reader, on_closed, load);
}

static void finish(struct load *load)
{
    load->ended_us = micros(CLOCK_MONOTONIC);
    io_timer_free(load->timer);
    io_timer_free(load->watch);
    load->timer = NULL;
    close_source(load, &load->target);
    if (load->hangs)
        close_source(load, &load->hanging);
}

static void ask_next(struct load *load);

static void on_told(void *arg, const struct observation *obs)
{
    struct ask *ask = arg;
    struct load *load = ask->load;

    load->took_us[load->answered++] = micros(CLOCK_MONOTONIC) - ask->began_us;
    load->turned_away += !obs;
    load->unknown += obs && obs->outcome == OUTCOME_UNKNOWN;
    free(ask);
    if (load->answered == load->reads)
        finish(load);
    else if (!load->gap_ms)
        ask_next(load);
}

static void on_hung(void *arg, const struct observation *obs)
{
    struct load *load = arg;
    (void)obs;
    load->hang_answered++;
}

static void ask_hanging(struct load *load)
{
    char account[24];
    struct item item = {.entitlement = STR("any")};
    const struct source_ask as = {.rank = SCHEDULE_ORDINARY};

    snprintf(account, sizeof account, "h%lld", (long long)load->hang_asked++);
    item.account = str_of(account);
    source_gate_read(load->hanging.gate, &item, &as, on_hung, load);
}

static void ask_next(struct load *load)
{
    char account[24], entitlement[24];
    struct item item = {.entitlement = load->entitlement};
    const struct source_ask as = {.rank = SCHEDULE_ORDINARY};

    if (load->asked == load->reads)
        return;
    struct ask *ask = malloc(sizeof *ask);
    if (!ask)
        abort();
    *ask = (struct ask){load, micros(CLOCK_MONOTONIC)};
    snprintf(account, sizeof account, "u%d", (int)(load->asked % ACCOUNTS));
    snprintf(entitlement, sizeof entitlement, "g%d",
             (int)((load->asked + load->asked / ACCOUNTS) % ENTITLEMENTS));
    load->asked++;
    item.account = str_of(account);
    if (!item.entitlement.len)
        item.entitlement = str_of(entitlement);
    source_gate_read(load->target.gate, &item, &as, on_told, ask);
    if (load->hangs)
        ask_hanging(load);
}

static void on_gap(void *arg)
{
    ask_next(arg);
}

static void on_watch(void *arg)
{
    struct load *load = arg;
    int64_t lag_ms = io_loop_lag_ms(load->loop);

    load->lag_ms = lag_ms > load->lag_ms ? lag_ms : load->lag_ms;
}

static void on_back(void *arg, struct str source)
{
    (void)arg, (void)source;
}

static void open_source(struct load *load, struct source *source, const char *name, struct str uri,
                        const struct secret *secret)
{
    struct err err = {0};

    source->name = str_of(name);
    const struct reader_setting settings[] = {{STR("uri"), uri},
                                              {STR("base"), STR("dc=example,dc=com")},
                                              {STR("bind_dn"), STR("cn=reader,dc=example,dc=com")},
                                              {STR("insecure"), STR("true")}};
    memcpy(source->settings, settings, sizeof settings);
    struct reader_config config = {.source = source->name,
                                   .settings = source->settings,
                                   .setting_count = sizeof settings / sizeof settings[0],
                                   .secret = secret,
                                   .canary_account = STR("canary"),
                                   .canary_entitlement = STR("watch"),
                                   .timeout_ms = 3000,
                                   .loop = load->loop,
                                   .clock = &CLOCK_SYSTEM};
    source->reader = reader_kind_find(STR("ldap"))->open(&config, &err);
    if (!source->reader) {
        fprintf(stderr, "read_load: %s\n", err.what);
        exit(78);
    }
    struct source_gate_options options = {.source = source->name,
                                          .loop = load->loop,
                                          .reader = source->reader,
                                          .clock = &CLOCK_SYSTEM,
                                          .canary_account = config.canary_account,
                                          .canary_entitlement = config.canary_entitlement,
                                          .limits = {.at_once = (int32_t)load->at_once},
                                          .rng = &load->rng,
                                          .on_back = on_back,
                                          .arg = load};
    source->gate = source_gate_new(&options);
}

/* The most that was resident, KiB; what rusage tells is that of whoever started us. */
static long peak_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "re");

    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (status)
        fclose(status);
    return kib;
}

static void tell(const struct load *load, int64_t cpu_us)
{
    printf("{\"reads\":%lld,\"wall_us\":%lld,\"cpu_us\":%lld,\"unknown\":%lld,\"turned_away\":%lld,"
           "\"lag_ms\":%lld,\"peak_kib\":%ld,\"hang_asked\":%lld,\"hang_answered\":%lld,"
           "\"took_us\":[",
           (long long)load->reads, (long long)(load->ended_us - load->began_us), (long long)cpu_us,
           (long long)load->unknown, (long long)load->turned_away, (long long)load->lag_ms,
           peak_kib(), (long long)load->hang_asked, (long long)load->hang_answered);
    for (int64_t i = 0; i < load->reads; i++)
        printf("%s%lld", i ? "," : "", (long long)load->took_us[i]);
    printf("]}\n");
}

int main(int argc, char **argv)
{
    struct load load = {.reads = 1000, .at_once = 64};
    struct str uri = STR_NONE, hang = STR_NONE, word = STR_NONE;

    for (int i = 1; i < argc; i++) {
        struct str value = str_of(argv[i]);
        struct str name = str_cut(&value, '=');
        bool number = str_eq_c(name, "reads")     ? str_to_i64(value, &load.reads)
                      : str_eq_c(name, "at_once") ? str_to_i64(value, &load.at_once)
                      : str_eq_c(name, "gap_ms")  ? str_to_i64(value, &load.gap_ms)
                                                  : true;
        uri = str_eq_c(name, "uri") ? value : uri;
        hang = str_eq_c(name, "hang") ? value : hang;
        word = str_eq_c(name, "secret") ? value : word;
        load.entitlement = str_eq_c(name, "entitlement") ? value : load.entitlement;
        if (!number || load.reads < 1 || load.reads > READS_MAX)
            return 64;
    }
    struct secret *secret = secret_new(word);
    load.took_us = calloc((size_t)load.reads, sizeof *load.took_us);
    if (!load.took_us)
        abort();
    load.loop = io_loop_new();
    rng_seed(&load.rng, 1);
    log_set_level(LOG_ERROR);
    load.timer = io_timer_new(load.loop, on_gap, &load);
    load.watch = io_timer_new(load.loop, on_watch, &load);
    io_timer_start(load.watch, 50, 50);
    open_source(&load, &load.target, "target", uri, secret);
    load.hangs = hang.len > 0;
    if (load.hangs)
        open_source(&load, &load.hanging, "hanging", hang, secret);
    load.began_us = micros(CLOCK_MONOTONIC);
    int64_t cpu_us = micros(CLOCK_PROCESS_CPUTIME_ID);
    if (load.gap_ms)
        io_timer_start(load.timer, load.gap_ms, load.gap_ms);
    for (int64_t i = 0; !load.gap_ms && i < load.at_once; i++)
        ask_next(&load);
    bool clean = io_loop_run(load.loop);
    tell(&load, micros(CLOCK_PROCESS_CPUTIME_ID) - cpu_us);
    source_gate_free(load.target.gate);
    source_gate_free(load.hanging.gate);
    io_loop_free(load.loop);
    secret_free(secret);
    free(load.took_us);
    return clean ? 0 : 1;
}
