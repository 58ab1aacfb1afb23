#include "cli/source_try.h"

#include <stdio.h>

#include "cli/source_open.h"
#include "cli/view.h"
#include "json/json_write.h"

enum { OUT_BYTES = 256 * 1024 };

/* Nobody has these names. */
static const struct str NOBODY = {"countersign-nobody-x7q", 22};
static const struct str NOTHING = {"countersign-nothing-x7q", 23};

static const char *const KINDS[] = {"canary", "nobody", "nothing", "sample"};

struct trying {
    struct io_loop *loop;
    struct arena *arena;
    struct reader *reader;
    struct source_trial *trial;
    size_t next;
    int64_t began_ms;
};

/* Nobody is found by this name, and that is all that is not known. */
static bool is_of_name(struct str reason)
{
    return str_eq_c(reason, "NameNotComparable") || str_eq_c(reason, "AccountMissing");
}

/* A statement that forgets the account finds everybody, one that forgets to look for the
 * entitlement proves the removal of a misspelt one. Unknown for any other reason shows neither. */
static bool is_good(const struct source_try *t)
{
    bool unknown = t->obs.outcome == OUTCOME_UNKNOWN;

    switch (t->kind) {
    case TRY_CANARY:
        return t->obs.outcome == OUTCOME_PRESENT;
    case TRY_NOBODY:
        return t->obs.outcome == OUTCOME_ABSENT || (unknown && is_of_name(t->obs.reason));
    case TRY_NOTHING:
        return unknown && str_eq_c(t->obs.reason, "EntitlementNotFound");
    case TRY_SAMPLE:
        break;
    }
    return t->obs.outcome != OUTCOME_UNKNOWN;
}

static void on_closed(void *arg)
{
    struct trying *t = arg;
    io_loop_stop(t->loop);
}

static void keep_facts(struct trying *t)
{
    struct source_trial *trial = t->trial;

    trial->tracing = t->reader->tracing;
    trial->fact_count =
        t->reader->kind->facts ? t->reader->kind->facts(t->reader, trial->facts) : 0;
    for (size_t i = 0; i < trial->fact_count; i++)
        trial->facts[i].value = view_plain(t->arena, trial->facts[i].value);
}

static void on_observed(void *arg, const struct observation *obs);

static void try_next(struct trying *t)
{
    struct source_try *one = &t->trial->tries[t->next];

    if (t->next == t->trial->count) {
        keep_facts(t);
        t->reader->kind->close(t->reader, on_closed, t);
        return;
    }
    struct item item = {
        .source = t->trial->source->name, .account = one->account, .entitlement = one->entitlement};
    t->began_ms = io_loop_now_ms(t->loop);
    t->reader->kind->read(t->reader, &item, on_observed, t);
}

static void on_observed(void *arg, const struct observation *obs)
{
    struct trying *t = arg;
    struct source_try *one = &t->trial->tries[t->next++];

    one->obs = *obs;
    one->obs.native_id = arena_str(t->arena, obs->native_id);
    one->obs.reason = arena_str(t->arena, obs->reason);
    one->took_ms = io_loop_now_ms(t->loop) - t->began_ms;
    one->good = is_good(one);
    if (one->kind == TRY_CANARY && !one->good) /* nothing else would be believed */
        t->trial->count = t->next;
    try_next(t);
}

static void add(struct source_trial *trial, enum source_try_kind kind, struct str account,
                struct str entitlement)
{
    trial->tries[trial->count++] =
        (struct source_try){.kind = kind, .account = account, .entitlement = entitlement};
}

bool source_try(const struct source_config *source, struct arena *arena, struct str account,
                struct str entitlement, struct source_trial *ret, struct err *err)
{
    struct trying t = {.arena = arena, .trial = ret};
    struct secret *secret = NULL;

    *ret = (struct source_trial){.source = source};
    add(ret, TRY_CANARY, source->canary_account, source->canary_entitlement);
    add(ret, TRY_NOBODY, NOBODY, source->canary_entitlement);
    add(ret, TRY_NOTHING, source->canary_account, NOTHING);
    if (account.len)
        add(ret, TRY_SAMPLE, account, entitlement);
    t.loop = io_loop_new();
    t.reader = source_open(source, t.loop, &secret, err);
    if (t.reader) {
        try_next(&t);
        (void)!io_loop_run(t.loop);
    }
    io_loop_free(t.loop);
    secret_free(secret);
    ret->now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    return t.reader != NULL;
}

/* The first read that is not good, NULL when all are. */
static const struct source_try *worst(const struct source_trial *trial)
{
    for (size_t i = 0; i < trial->count; i++)
        if (!trial->tries[i].good)
            return &trial->tries[i];
    return NULL;
}

enum exit_code source_trial_code(const struct source_trial *trial)
{
    static const struct {
        const char *reason;
        enum exit_code code;
    } CODES[] = {
        {"SourceDown", EXIT_CODE_UNREACHABLE},     {"Timeout", EXIT_CODE_UNREACHABLE},
        {"AddressRefused", EXIT_CODE_UNREACHABLE}, {"AuthFailed", EXIT_CODE_NOT_PERMITTED},
        {"RightsLost", EXIT_CODE_NOT_PERMITTED},   {"RateLimited", EXIT_CODE_TRY_AGAIN},
        {"Overloaded", EXIT_CODE_TRY_AGAIN},
    };
    const struct source_try *bad = worst(trial);

    if (!bad)
        return EXIT_CODE_OK;
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++)
        if (str_eq_c(bad->obs.reason, CODES[i].reason))
            return CODES[i].code;
    return EXIT_CODE_FAILED;
}

/* Whose words: what is wrong with the source. */
static const char *verdict(const struct source_trial *trial)
{
    const struct source_try *bad = worst(trial);

    if (!bad)
        return "its reads can be relied on";
    if (bad->kind == TRY_NOBODY && bad->obs.outcome == OUTCOME_PRESENT)
        return "an account that nobody has is said to hold the canary's entitlement: the account "
               "is not looked at";
    if (bad->kind == TRY_NOTHING && bad->obs.outcome != OUTCOME_UNKNOWN)
        return "an entitlement that nobody knows is said to be held or not: a misspelt one would "
               "prove its own removal";
    return reader_remedy(bad->obs.reason);
}

static void print_read(const struct source_try *t)
{
    static const char *const WHAT[] = {NULL, "an account that nobody has",
                                       "an entitlement that nobody knows", NULL};

    printf("%-10s", KINDS[t->kind]);
    if (WHAT[t->kind])
        printf("%s", WHAT[t->kind]);
    else
        printf("%.*s / %.*s", STR_ARG(t->account), STR_ARG(t->entitlement));
    printf(": %s (%.*s)", outcome_name(t->obs.outcome), STR_ARG(t->obs.reason));
    if (t->obs.outcome == OUTCOME_PRESENT)
        printf(", %s, account %s", via_name(t->obs.via), account_state_name(t->obs.account));
    printf("; canary %s; %lld ms\n", t->obs.canary_ok ? "seen" : "not seen", (long long)t->took_ms);
}

static void print_list(const char *name, const char *const *list)
{
    for (size_t i = 0; list && list[i]; i++)
        printf("%-10s%s\n", i ? "" : name, list[i]);
}

void source_trial_print(const struct source_trial *trial)
{
    const struct source_config *s = trial->source;
    char when[CLOCK_TEXT_SIZE];
    int64_t as_of_ms = trial->tries[0].obs.as_of_ms;

    printf("%-10s%.*s (%s)\n", "source", STR_ARG(s->name), s->reader->name);
    for (size_t i = 0; i < trial->count; i++)
        print_read(&trial->tries[i]);
    if (trial->tries[0].good)
        printf("%-10s%s, %lld ms ago\n", "as of", clock_rfc3339(as_of_ms, when),
               (long long)(trial->now_ms - as_of_ms));
    for (size_t i = 0; i < trial->fact_count; i++)
        printf("%-10s%s: %.*s\n", i ? "" : "found", trial->facts[i].name,
               STR_ARG(trial->facts[i].value));
    print_list("proves", s->reader->proves);
    print_list("does not", s->reader->blind);
    printf("%-10s%s\n", "by id", tracing_words(trial->tracing));
    printf("%-10s%s\n", worst(trial) ? "BAD" : "good", verdict(trial));
}

static void put_read(struct json_out *out, const struct source_try *t)
{
    char when[CLOCK_TEXT_SIZE];

    json_open_object(out);
    json_str_member(out, "what", str_of(KINDS[t->kind]));
    json_str_member(out, "account_key", t->account);
    json_str_member(out, "entitlement", t->entitlement);
    json_str_member(out, "outcome", str_of(outcome_name(t->obs.outcome)));
    json_str_member(out, "reason", t->obs.reason);
    json_str_member(out, "account", str_of(account_state_name(t->obs.account)));
    json_str_member(out, "via", str_of(via_name(t->obs.via)));
    json_str_member(out, "native_id", t->obs.native_id);
    json_bool_member(out, "complete", t->obs.complete);
    json_bool_member(out, "canary", t->obs.canary_ok);
    json_str_member(out, "as_of", str_of(clock_rfc3339(t->obs.as_of_ms, when)));
    json_i64_member(out, "took_ms", t->took_ms);
    json_bool_member(out, "good", t->good);
    json_close_object(out);
}

static void put_list(struct json_out *out, const char *name, const char *const *list)
{
    json_put_name(out, name);
    json_open_array(out);
    for (size_t i = 0; list && list[i]; i++)
        json_put_str(out, str_of(list[i]));
    json_close_array(out);
}

void source_trial_json(const struct source_trial *trial)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, OUT_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "source", trial->source->name);
    json_str_member(&out, "kind", str_of(trial->source->reader->name));
    json_bool_member(&out, "good", !worst(trial));
    json_str_member(&out, "verdict", str_of(verdict(trial)));
    json_put_name(&out, "reads");
    json_open_array(&out);
    for (size_t i = 0; i < trial->count; i++)
        put_read(&out, &trial->tries[i]);
    json_close_array(&out);
    json_put_name(&out, "found");
    json_open_object(&out);
    for (size_t i = 0; i < trial->fact_count; i++)
        json_str_member(&out, trial->facts[i].name, trial->facts[i].value);
    json_close_object(&out);
    put_list(&out, "proves", trial->source->reader->proves);
    put_list(&out, "does_not_prove", trial->source->reader->blind);
    json_str_member(&out, "by_id", str_of(tracing_words(trial->tracing)));
    json_close_object(&out);
    printf("%.*s\n", STR_ARG(buf_str(&b)));
}
