/* store_retain.c: records whose time is over, written to a file and dropped; people erased. */
#include "store/store_retain.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/codecs.h"
#include "domain/publish.h"
#include "store/store_priv.h"
#include "tlog/tlog_range.h"

enum { IDS_BYTES = 64 * 1024, RUNS_BYTES = 64 * 1024 * 1024, TEXT_BYTES = 256 };

static bool statement(void *conn, const struct pg_stmt *stmt, struct err *err)
{
    struct pg_reply reply;

    if (!pg_session_query(conn, stmt, NULL, &reply, err))
        return false;
    pg_session_release(&reply);
    return true;
}

/* A transaction as the owner, alone among its kind. */
static bool begin(void *conn, struct err *err)
{
    return pg_session_begin(conn, "", err) &&
           (statement(conn, &SQL_BECOME_OWNER, err) ||
            err_while(err, "becoming the owner of the tables: name a role that may, with "
                           "--conninfo")) &&
           statement(conn, &SQL_LOCK_PATIENCE, err) && statement(conn, &SQL_RETAIN_TAKES, err) &&
           statement(conn, &SQL_RETAIN_RESTS, err) && statement(conn, &SQL_RETAIN_ALONE, err) &&
           statement(conn, &SQL_RETAIN_LOCK, err);
}

/* --- the plan --- */

struct plan {
    struct arena *arena;
    struct str kinds, holds, *ret_holds;
    retain_month_fn *fn;
    void *arg;
};

static bool plan_body(void *arg, void *conn, struct err *err)
{
    struct plan *p = arg;
    struct pg_param held[] = {store_p(p->holds)};
    struct pg_reply reply;

    if (!begin(conn, err) || !pg_session_query(conn, &SQL_HOLDS_KNOWN, held, &reply, err))
        return false;
    *p->ret_holds = arena_str(p->arena, pg_cell(&reply, 0, 0));
    pg_session_release(&reply);
    struct pg_param params[] = {store_p(p->kinds), store_p(*p->ret_holds)};
    if (!pg_session_query(conn, &SQL_RETAIN_PLAN, params, &reply, err))
        return false;
    for (int i = 0; i < reply.rows; i++) {
        struct retain_month m = {.kind = pg_cell(&reply, i, 0),
                                 .month = pg_cell(&reply, i, 1),
                                 .until = pg_cell(&reply, i, 2)};
        if (str_to_i64(pg_cell(&reply, i, 3), &m.records) &&
            str_to_i64(pg_cell(&reply, i, 4), &m.first) &&
            str_to_i64(pg_cell(&reply, i, 5), &m.last))
            p->fn(p->arg, &m);
    }
    pg_session_release(&reply);
    return pg_session_script(conn, "rollback", err);
}

bool store_retain_plan(const struct pg_options *options, struct arena *arena, struct str kinds,
                       struct str holds, struct str *ret_holds, retain_month_fn *fn, void *arg,
                       struct err *err)
{
    struct plan p = {arena, kinds, holds, ret_holds, fn, arg};

    return pg_run_blocking(options, plan_body, &p, err);
}

/* --- a portion of a month --- */

struct portion {
    struct str kind, month, until, holds;
    const struct retain_sink *sink;
    char first[STORE_NUMBER_SIZE], last[STORE_NUMBER_SIZE];
    int64_t rows;
    struct digest *ids;
    char export[128];
    char hex[SHA256_HEX_SIZE];
    struct buf runs; /* of evidence: JSON, one behind the other */
    struct json_out out;
    struct tlog_range range; /* of the present run; empty: there is none */
    char prev[SHA256_HEX_SIZE], hash[SHA256_HEX_SIZE]; /* before it, and of its last entry */
};

static void put_run(struct portion *m)
{
    AUTO(drop_buf) struct buf tree;
    char hex[2 * TLOG_RANGE_NODES * TLOG_NODE_BYTES + 1];

    if (m->range.first == m->range.end)
        return;
    buf_init(&tree, sizeof hex);
    bool fits = tlog_range_write(&m->range, &tree);
    hex_encode(tree.p, fits ? tree.len : 0, hex);
    json_open_object(&m->out);
    json_i64_member(&m->out, "first", m->range.first + 1);
    json_str_member(&m->out, "hash", str_of(m->hash));
    json_i64_member(&m->out, "last", m->range.end);
    json_str_member(&m->out, "prev", str_of(m->prev));
    json_str_member(&m->out, "tree", str_of(hex));
    json_close_object(&m->out);
}

/* An entry belongs to the run of the one before it, or begins another one. */
static bool add_entry(struct portion *m, int64_t seq, struct str body, struct str prev,
                      struct str hash)
{
    AUTO(drop_buf) struct buf room;

    buf_init(&room, TEXT_BYTES);
    struct tlog_hash leaf = tlog_leaf(publish_text(body, seq, &room));
    bool begins = m->range.first == m->range.end || seq != m->range.end + 1;
    if (begins) {
        put_run(m);
        tlog_range_start(&m->range, seq - 1);
    }
    tlog_range_add(&m->range, &leaf);
    return (!begins || str_copy(m->prev, sizeof m->prev, prev)) &&
           str_copy(m->hash, sizeof m->hash, hash);
}

static bool take_row(struct portion *m, const struct pg_reply *reply, int row, struct err *err)
{
    struct str id = pg_cell(reply, row, 0);
    bool evidence = str_eq_c(m->kind, "evidence");
    int64_t number;

    if (!str_to_i64(id, &number))
        return FAIL(err, ERR_BUG, "a record without its number");
    if (m->rows++)
        digest_add(m->ids, STR(","));
    digest_add(m->ids, id);
    if (evidence && !add_entry(m, number, pg_cell(reply, row, 2), pg_cell(reply, row, 3),
                               pg_cell(reply, row, 4)))
        return FAIL(err, ERR_BUG, "an entry without its hashes");
    return m->sink->line(m->sink->arg, pg_cell(reply, row, 1), err);
}

static bool open_sink(struct portion *m, void *conn, struct err *err)
{
    struct pg_param params[] = {store_p(m->kind), store_p(m->month)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_RETAIN_EXPORT, params, &reply, err))
        return false;
    struct retain_about about = {.kind = m->kind,
                                 .month = m->month,
                                 .export = pg_cell(&reply, 0, 0),
                                 .database = pg_cell(&reply, 0, 1),
                                 .by = pg_cell(&reply, 0, 2),
                                 .at = pg_cell(&reply, 0, 3)};
    bool good = (str_copy(m->export, sizeof m->export, about.export) ||
                 FAIL(err, ERR_BUG, "the name of the file is too long")) &&
                m->sink->open(m->sink->arg, &about, err);
    pg_session_release(&reply);
    return good;
}

/* The numbers of a page, as PostgreSQL writes an array. */
static bool next_ids(void *conn, struct buf *ids, int *ret_count, struct err *err)
{
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_RETAIN_FETCH, NULL, &reply, err))
        return false;
    buf_clear(ids);
    for (int i = 0; i < reply.rows; i++) {
        buf_add_byte(ids, i ? ',' : '{');
        buf_add(ids, pg_cell(&reply, i, 0).p, pg_cell(&reply, i, 0).len);
    }
    buf_add_byte(ids, '}');
    *ret_count = reply.rows;
    pg_session_release(&reply);
    return true;
}

static bool write_page(struct portion *m, void *conn, struct str ids, struct err *err)
{
    struct pg_param params[] = {store_p(m->kind), store_p(ids)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_RETAIN_PAGE, params, &reply, err))
        return false;
    bool good = m->rows || !reply.rows || open_sink(m, conn, err);
    for (int i = 0; good && i < reply.rows; i++)
        good = take_row(m, &reply, i, err);
    pg_session_release(&reply);
    return good;
}

static bool pages(struct portion *m, void *conn, struct err *err)
{
    AUTO(drop_buf) struct buf ids;
    struct pg_param params[] = {store_p(m->kind),          store_p(m->month),
                                store_p(m->until),         store_p(m->holds),
                                store_p(str_of(m->first)), store_p(str_of(m->last))};
    struct pg_reply reply;
    int count;

    buf_init(&ids, IDS_BYTES);
    if (!pg_session_query(conn, &SQL_RETAIN_IDS, params, &reply, err))
        return false;
    pg_session_release(&reply);
    do {
        if (!next_ids(conn, &ids, &count, err) ||
            (count && !write_page(m, conn, buf_str(&ids), err)))
            return false;
    } while (count);
    return true;
}

static bool drop(struct portion *m, void *conn, struct err *err)
{
    char rows[STORE_NUMBER_SIZE], ids[SHA256_HEX_SIZE];
    uint8_t digest[SHA256_BYTES];
    struct pg_reply reply;

    digest_end(m->ids, digest);
    m->ids = NULL;
    hex_encode(digest, sizeof digest, ids);
    put_run(m);
    json_close_array(&m->out);
    if (m->runs.over)
        return FAIL(err, ERR_INPUT,
                    "too many requests are still open among those of the portion: name a smaller "
                    "--portion");
    struct pg_param params[] = {
        store_p(m->kind),           store_p(m->month),         store_p(m->until),
        store_p(m->holds),          store_p(str_of(m->first)), store_p(str_of(m->last)),
        store_p(str_of(m->export)), store_p(str_of(m->hex)),   store_i(m->rows, rows),
        store_p(str_of(ids)),       store_p(buf_str(&m->runs))};
    if (!pg_session_query(conn, &SQL_RETAIN_DROP, params, &reply, err))
        return false;
    pg_session_release(&reply);
    return pg_session_script(conn, "commit", err);
}

static bool portion_body(void *arg, void *conn, struct err *err)
{
    struct portion *m = arg;

    if (!begin(conn, err) || !pages(m, conn, err))
        return false;
    if (!m->rows)
        return pg_session_script(conn, "rollback", err);
    return m->sink->close(m->sink->arg, m->rows, m->hex, err) && drop(m, conn, err);
}

bool store_retain_portion(const struct pg_options *options, const struct retain_month *month,
                          int64_t first, int64_t last, struct str holds,
                          const struct retain_sink *sink, int64_t *ret_rows, struct err *err)
{
    struct portion m = {.kind = month->kind,
                        .month = month->month,
                        .until = month->until,
                        .holds = holds,
                        .sink = sink,
                        .ids = digest_new()};

    snprintf(m.first, sizeof m.first, "%lld", (long long)first);
    snprintf(m.last, sizeof m.last, "%lld", (long long)last);
    buf_init(&m.runs, RUNS_BYTES);
    json_begin(&m.out, &m.runs);
    json_open_array(&m.out);
    bool done = pg_run_blocking(options, portion_body, &m, err);
    digest_end(m.ids, (uint8_t[SHA256_BYTES]){0});
    buf_done(&m.runs);
    *ret_rows = m.rows;
    return done;
}

/* --- a person --- */

struct erasing {
    struct arena *arena;
    struct str person, holds, actor, reason, *ret_report;
    bool sure;
};

static bool erase_body(void *arg, void *conn, struct err *err)
{
    struct erasing *e = arg;
    struct pg_param params[] = {store_p(e->person), store_p(e->holds),
                                store_p(e->sure ? STR("true") : STR("false")), store_p(e->actor),
                                store_p(e->reason)};
    struct pg_reply reply;

    if (!begin(conn, err) || !pg_session_query(conn, &SQL_PERSON_ERASE, params, &reply, err))
        return false;
    *e->ret_report = arena_str(e->arena, pg_cell(&reply, 0, 0));
    pg_session_release(&reply);
    return pg_session_script(conn, e->sure ? "commit" : "rollback", err);
}

bool store_person_erase(const struct pg_options *options, struct arena *arena, struct str person,
                        struct str holds, bool sure, struct str actor, struct str reason,
                        struct str *ret_report, struct err *err)
{
    struct erasing e = {arena, person, holds, actor, reason, ret_report, sure};

    return pg_run_blocking(options, erase_body, &e, err);
}

/* --- what entries commit to --- */

struct revealing {
    struct str request;
    bool *ret_revealed;
    commitment_row_fn *fn;
    void *arg;
};

static bool reveal_body(void *arg, void *conn, struct err *err)
{
    struct revealing *r = arg;
    struct pg_param params[] = {store_p(r->request)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_MAY_REVEAL, NULL, &reply, err))
        return false;
    *r->ret_revealed = str_eq_c(pg_cell(&reply, 0, 0), "t");
    pg_session_release(&reply);
    if (!pg_session_query(conn,
                          *r->ret_revealed ? &SQL_COMMITMENTS_REVEALED : &SQL_COMMITMENTS_ERASED,
                          params, &reply, err))
        return false;
    for (int i = 0; i < reply.rows; i++) {
        struct commitment_row row = {.member = pg_cell(&reply, i, 1),
                                     .salt = pg_cell(&reply, i, 2),
                                     .value = pg_cell(&reply, i, 3),
                                     .erased = str_eq_c(pg_cell(&reply, i, 4), "1")};
        if (!str_to_i64(pg_cell(&reply, i, 0), &row.entry))
            row.entry = 0;
        r->fn(r->arg, &row);
    }
    pg_session_release(&reply);
    return true;
}

bool store_commitments(const struct pg_options *options, struct str request, bool *ret_revealed,
                       commitment_row_fn *fn, void *arg, struct err *err)
{
    struct revealing r = {request, ret_revealed, fn, arg};

    return pg_run_blocking(options, reveal_body, &r, err);
}
