/* sql.c: entitlements of a PostgreSQL database. The operator writes one read-only statement with $1
 * = account and $2 = entitlement that returns exactly one row: account_exists, account_active,
 * entitled, native_id, as_of (or null), entitlement_exists, and perhaps the immutable id of the
 * entitlement. The canary is asked with the same
 * statement right behind it, on the same connection. Whether an account whose name is nobody's any
 * more was only renamed tells a second statement, the same with $1 = native_id. A third, $1 =
 * account, lists what else the account holds. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/list.h"
#include "io/io_pg.h"
#include "readers/others.h"

/* The last may be left out. */
enum {
    ACCOUNT_EXISTS,
    ACCOUNT_IS_ACTIVE,
    ENTITLED,
    NATIVE_ID,
    AS_OF,
    ENTITLEMENT_EXISTS,
    COLUMNS,
    ENTITLEMENT_ID = COLUMNS,
};

extern const struct reader_kind READER_SQL;

struct sql_reader {
    struct reader base;
    struct reader_config config;
    struct pg *pg;
    struct arena *arena;
    struct pg_stmt stmt, by_id, others; /* the last two: an empty one is not asked */
    const char *by_id_found;            /* what became of asking `by_id` for the canary; or NULL */
};

/* One read: two statements on their way, and what goes with them. */
struct sql_read {
    struct sql_reader *reader;
    struct item item;
    struct arena *arena;
    struct answers answers;
    struct answer others; /* its list alone counts */
    int64_t began_ms;
    int open; /* statements not answered yet: a statement that had to be prepared anew may come last
               */
    reader_done_fn *fn;
    void *arg;
};

/* True or false, and nothing else: NULL is what SQL says when it cannot tell ("x in (select ...)"
 * with a NULL among the rows), and reading that as "no" would prove a removal. */
static bool read_bool(const struct pg_reply *reply, int column, bool *ret)
{
    struct str cell = pg_cell(reply, 0, column);

    *ret = str_eq_c(cell, "t") || str_eq_c(cell, "true") || str_eq_c(cell, "1");
    return *ret || str_eq_c(cell, "f") || str_eq_c(cell, "false") || str_eq_c(cell, "0");
}

static struct answer answer_row(const struct pg_reply *reply)
{
    struct answer a = {.complete = true, .reason = "Ok", .via = VIA_NONE};
    struct str as_of = pg_cell(reply, 0, AS_OF);
    bool account, active, entitled, known;

    for (int c = 0; c < COLUMNS; c++)
        answer_raw(&a, "%.*s\n", STR_ARG(pg_cell(reply, 0, c)));
    if (!read_bool(reply, ACCOUNT_EXISTS, &account) ||
        !read_bool(reply, ACCOUNT_IS_ACTIVE, &active) || !read_bool(reply, ENTITLED, &entitled) ||
        !read_bool(reply, ENTITLEMENT_EXISTS, &known))
        return answer_unknown("QueryShape");
    if (as_of.len && !clock_parse(as_of, &a.as_of_ms))
        return answer_unknown("BadAsOf");
    if (!known) /* misspelt, renamed or gone: nobody holds it, and that proves nothing */
        return answer_unknown("EntitlementNotFound");
    if (!account && entitled) /* the statement contradicts itself */
        return answer_unknown("QueryShape");
    str_copy(a.native_id, sizeof a.native_id, pg_cell(reply, 0, NATIVE_ID));
    if (reply->cols > COLUMNS) {
        str_copy(a.entitlement_id, sizeof a.entitlement_id, pg_cell(reply, 0, ENTITLEMENT_ID));
        answer_raw(&a, "%s\n", a.entitlement_id);
    }
    if (!account) {
        a.account = ACCOUNT_MISSING;
        a.outcome = OUTCOME_ABSENT;
        a.reason = "AccountMissing";
        return a;
    }
    a.account = active ? ACCOUNT_ACTIVE : ACCOUNT_DISABLED;
    a.outcome = entitled ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    a.via = entitled ? VIA_DIRECT : VIA_NONE;
    return a;
}

static struct answer answer_of(const struct pg_reply *reply)
{
    switch (reply->outcome) {
    case PG_OK:
        break;
    case PG_REFUSED:
        if (strcmp(reply->sqlstate, "57014") == 0)
            return answer_unknown("Timeout");
        return answer_unknown(strncmp(reply->sqlstate, "42501", 5) == 0 ? "RightsLost"
                                                                        : "QueryRefused");
    case PG_AWAY:
    case PG_UNKNOWN:
        return answer_unknown("SourceDown");
    }
    if ((reply->cols != COLUMNS && reply->cols != ENTITLEMENT_ID + 1) || reply->rows != 1)
        return answer_unknown("QueryShape");
    return answer_row(reply);
}

static struct pg_param text(struct str s)
{
    return (struct pg_param){.p = s.p ? s.p : "", .len = s.len};
}

static void on_item(void *arg, const struct pg_reply *reply);
static void on_item_by_id(void *arg, const struct pg_reply *reply);
static void on_canary(void *arg, const struct pg_reply *reply);
static void on_canary_by_id(void *arg, const struct pg_reply *reply);

static void ask(struct sql_read *r, enum ask what)
{
    static pg_done_fn *const TAKE[ASKS] = {on_item, on_item_by_id, on_canary, on_canary_by_id};
    struct sql_reader *reader = r->reader;
    struct asked_for f = answers_asked_for(&r->answers, &r->item, &reader->config, what);
    struct pg_param params[] = {text(f.account), text(f.entitlement)};

    r->open++;
    pg_exec(reader->pg, f.by_id ? &reader->by_id : &reader->stmt, params, TAKE[what], r);
}

/* For people: what became of looking for the canary by its id. */
static void keep_by_id_found(struct sql_read *r)
{
    const struct answer *canary = &r->answers.of[ASK_CANARY],
                        *again = &r->answers.of[ASK_CANARY_BY_ID];
    bool finds =
        again->outcome == OUTCOME_PRESENT && strcmp(again->native_id, canary->native_id) == 0;

    if (r->answers.asked[ASK_CANARY_BY_ID])
        r->reader->by_id_found = finds ? "finds the canary by its native_id"
                                       : "does not find the canary by its native_id";
    else if (r->reader->by_id.sql[0] && canary->outcome == OUTCOME_PRESENT && !canary->native_id[0])
        r->reader->by_id_found = "shows nothing: the canary has no native_id";
}

static void read_end(struct sql_read *r)
{
    struct observation obs;
    struct answer *by_name = &r->answers.of[ASK_ITEM];

    if (--r->open)
        return;
    enum ask next = answers_next(&r->answers, &r->item);
    if (next != ASKS) {
        ask(r, next);
        return;
    }
    keep_by_id_found(r);
    by_name->others_known = r->others.others_known;
    by_name->others_len = r->others.others_len;
    memcpy(by_name->others, r->others.others, r->others.others_len);
    answers_join(&r->item, &r->answers, r->began_ms, clock_wall_ms(r->reader->config.clock), &obs);
    r->fn(r->arg, &obs);
    arena_free(r->arena);
    free(r);
}

static void take(struct sql_read *r, enum ask what, const struct pg_reply *reply)
{
    struct answer answer = answer_of(reply);

    answers_take(&r->answers, what, &answer);
    read_end(r);
}

static void on_item(void *arg, const struct pg_reply *reply)
{
    take(arg, ASK_ITEM, reply);
}

static void on_item_by_id(void *arg, const struct pg_reply *reply)
{
    take(arg, ASK_ITEM_BY_ID, reply);
}

static void on_canary(void *arg, const struct pg_reply *reply)
{
    take(arg, ASK_CANARY, reply);
}

static void on_canary_by_id(void *arg, const struct pg_reply *reply)
{
    take(arg, ASK_CANARY_BY_ID, reply);
}

/* One column of names; anything else is no list. */
static void on_others(void *arg, const struct pg_reply *reply)
{
    struct sql_read *r = arg;

    if (reply->outcome == PG_OK && reply->cols == 1 && reply->rows <= OTHERS_MAX)
        others_begin(&r->others);
    for (int row = 0; r->others.others_known && row < reply->rows; row++)
        others_add(&r->others, pg_cell(reply, row, 0));
    read_end(r);
}

static void sql_read_item(struct reader *base, const struct item *item, reader_done_fn *fn,
                          void *arg)
{
    struct sql_reader *reader = container_of(base, struct sql_reader, base);
    struct sql_read *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct sql_read){
        .reader = reader, .arena = arena_new(LIMIT_ARENA_SMALL), .open = 1, .fn = fn, .arg = arg};
    r->item = item_kept(r->arena, item);
    r->answers.tracing = base->tracing;
    r->began_ms = clock_wall_ms(reader->config.clock);
    /* one connection, one credential; `open` keeps the read until all is on its way */
    ask(r, ASK_ITEM);
    if (item->account_id.len && base->tracing != TRACES_NOBODY)
        ask(r, ASK_ITEM_BY_ID);
    ask(r, ASK_CANARY);
    if (reader->others.sql[0]) {
        struct pg_param account = text(r->item.account);
        r->open++;
        pg_exec(reader->pg, &reader->others, &account, on_others, r);
    }
    r->open--;
}

static struct reader *sql_open(const struct reader_config *config, struct err *err)
{
    struct sql_reader *reader = calloc(1, sizeof *reader);

    (void)err;
    if (!reader)
        abort();
    reader->base.kind = &READER_SQL;
    reader->config = *config;
    reader->arena = arena_new(LIMIT_ARENA_SMALL);
    reader->stmt = (struct pg_stmt){"read_entitlement",
                                    arena_cstr(reader->arena, setting(config, "query", "")), 2};
    reader->by_id = (struct pg_stmt){
        "read_by_id", arena_cstr(reader->arena, setting(config, "query_by_id", "")), 2};
    reader->others = (struct pg_stmt){"read_others",
                                      arena_cstr(reader->arena, setting(config, "others", "")), 1};
    reader->base.tracing = reader->by_id.sql[0] ? TRACES_AS_WRITTEN : TRACES_NOBODY;
    struct pg_options options = {
        .conninfo = arena_cstr(reader->arena, setting(config, "conninfo", "")),
        .password =
            config->secret ? arena_cstr(reader->arena, secret_reveal(config->secret)) : NULL,
        .application = "countersign reader",
        .connections = 1,
        .connect_timeout_ms = config->timeout_ms,
        .statement_timeout_ms = config->timeout_ms,
        .deadline_ms = config->timeout_ms + 1000,
        .pooled = true, /* whatever stands before somebody else's database: a session that was left
                           as one that only reads would be the next client's */
        .read_only = true,
        .queue_max = 256,
    };
    reader->pg = pg_new(config->loop, &options);
    return &reader->base;
}

static void on_closed(void *arg)
{
    struct sql_reader *reader = arg;
    struct reader base = reader->base;

    arena_free(reader->arena);
    free(reader);
    base.closed_fn(base.closed_arg);
}

static void sql_close(struct reader *base, void (*fn)(void *arg), void *arg)
{
    struct sql_reader *reader = container_of(base, struct sql_reader, base);

    base->closed_fn = fn;
    base->closed_arg = arg;
    pg_close(reader->pg, on_closed, reader);
}

static size_t sql_facts(struct reader *base, struct reader_fact *ret)
{
    struct sql_reader *reader = container_of(base, struct sql_reader, base);

    if (!reader->by_id_found)
        return 0;
    ret[0] = (struct reader_fact){"query_by_id", str_of(reader->by_id_found)};
    return 1;
}

static const char *const SETTINGS[] = {"!conninfo", "!query", "query_by_id", "others", NULL};
static const char *const PROVES[] = {
    "what the statement answers about an account and an entitlement, by true or false alone",
    "an account was renamed, not removed, where query_by_id finds it by its native_id",
    "how old the answer is, where the statement's as_of tells (a replica's replay time)", NULL};
static const char *const BLIND[] = {
    "whether the statement asks the right question: try it with an account that holds and one that "
    "does not",
    "what the login may not see, where row security hides rows instead of refusing", NULL};
const struct reader_kind READER_SQL = {.name = "sql",
                                       .open = sql_open,
                                       .read = sql_read_item,
                                       .close = sql_close,
                                       .at_once = 8,
                                       .settings = SETTINGS,
                                       .facts = sql_facts,
                                       .proves = PROVES,
                                       .blind = BLIND};
