#include "store/store_report.h"

#include "store/store_priv.h"

struct report {
    struct report_span *span;
    report_row_fn *fn;
    void *arg;
};

static int64_t number(const struct pg_reply *reply, int row, int column)
{
    int64_t n = 0;
    return str_to_i64(pg_cell(reply, row, column), &n) ? n : 0;
}

static bool read_span(struct report *r, void *conn, struct err *err)
{
    char since[STORE_NUMBER_SIZE], age[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(r->span->since_ms, since), store_i(r->span->age_ms, age)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_REPORT_SPAN, params, &reply, err))
        return false;
    r->span->since_ms = number(&reply, 0, 0);
    r->span->now_ms = number(&reply, 0, 1);
    pg_session_release(&reply);
    return true;
}

/* The columns of report_closes, in order. */
static struct report_row row_of(const struct pg_reply *reply, int i)
{
    static const enum refusal REASONS[] = {
        REFUSAL_STALE, REFUSAL_UNREADABLE,   REFUSAL_UNCLEAR, REFUSAL_NOT_APPROVED,
        REFUSAL_OVER,  REFUSAL_OVER_GRANTED, REFUSAL_MISSING, REFUSAL_STILL_PRESENT};
    enum { FIRST_REASON = 7, AFTER = FIRST_REASON + sizeof REASONS / sizeof REASONS[0] };
    struct report_row row = {.site = pg_cell(reply, i, 0),
                             .rule = pg_cell(reply, i, 1),
                             .request_type = pg_cell(reply, i, 2),
                             .still_present_keys = pg_cell(reply, i, AFTER + 4),
                             .missing_keys = pg_cell(reply, i, AFTER + 5)};

    if (!gate_mode_from(pg_cell(reply, i, 3), &row.tally.mode))
        row.tally.mode = GATE_ENFORCE;
    row.tally.closed = number(reply, i, 4);
    row.tally.as_asked = number(reply, i, 5);
    row.tally.checking = number(reply, i, 6);
    for (int k = FIRST_REASON; k < AFTER; k++)
        row.tally.refused[REASONS[k - FIRST_REASON]] = number(reply, i, k);
    row.tally.unproven = number(reply, i, AFTER);
    row.tally.waited = number(reply, i, AFTER + 1);
    row.tally.wait_p50_s = number(reply, i, AFTER + 2);
    row.tally.wait_p90_s = number(reply, i, AFTER + 3);
    row.tally.unchecked = number(reply, i, AFTER + 6);
    row.tally.standing = number(reply, i, AFTER + 7);
    row.tally.held = number(reply, i, AFTER + 8);
    return row;
}

static bool report_body(void *arg, void *conn, struct err *err)
{
    struct report *r = arg;
    char since[STORE_NUMBER_SIZE];
    struct pg_reply reply;

    if (!read_span(r, conn, err))
        return false;
    struct pg_param params[] = {store_p(r->span->site), store_i(r->span->since_ms, since)};
    if (!pg_session_query(conn, &SQL_REPORT_CLOSES, params, &reply, err))
        return false;
    for (int i = 0; i < reply.rows; i++) {
        struct report_row row = row_of(&reply, i);
        if (!r->fn(r->arg, &row))
            break;
    }
    pg_session_release(&reply);
    return true;
}

bool store_report_closes(const struct pg_options *options, struct report_span *span,
                         report_row_fn *fn, void *arg, struct err *err)
{
    struct report report = {span, fn, arg};
    return pg_run_blocking(options, report_body, &report, err);
}

/* --- what nobody asked for --- */

struct ungoverned {
    int64_t since_ms, age_ms, rows;
    struct arena *arena;
    struct str *ret;
};

static bool ungoverned_body(void *arg, void *conn, struct err *err)
{
    struct ungoverned *u = arg;
    char since[STORE_NUMBER_SIZE], age[STORE_NUMBER_SIZE], rows[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(u->since_ms, since), store_i(u->age_ms, age),
                                store_i(u->rows, rows)};
    struct pg_reply reply;

    /* compiling it takes longer than it runs */
    if (!pg_session_begin(conn, "", err) || !pg_session_script(conn, "set local jit = off", err) ||
        !pg_session_query(conn, &SQL_REPORT_UNGOVERNED, params, &reply, err))
        return false;
    *u->ret = arena_str(u->arena, pg_cell(&reply, 0, 0));
    pg_session_release(&reply);
    if (!pg_session_script(conn, "commit", err))
        return false;
    return u->ret->p || FAIL(err, ERR_INPUT, "the report is too long: ask for a shorter time");
}

bool store_report_ungoverned(const struct pg_options *options, const struct report_span *span,
                             int64_t rows, struct arena *arena, struct str *ret, struct err *err)
{
    struct ungoverned u = {span->since_ms, span->age_ms, rows, arena, ret};

    return pg_run_blocking(options, ungoverned_body, &u, err);
}
