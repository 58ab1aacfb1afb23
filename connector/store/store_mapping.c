#include "store/store_mapping.h"

#include "store/store_priv.h"

enum { ID_SIZE = 37, BELIEVED_BYTES = STORE_REPLAY_ROWS * 1024, SHORT_HASH = 12 };

static int64_t number(const struct pg_reply *reply, int row, int column)
{
    int64_t n = 0;
    return str_to_i64(pg_cell(reply, row, column), &n) ? n : 0;
}

static bool is_so(const struct pg_reply *reply, int row, int column)
{
    return str_eq_c(pg_cell(reply, row, column), "t");
}

static bool is_whole(struct str sha256, struct str body, struct err *err)
{
    return !sha256.len || store_mapping_is_whole(body, sha256) ||
           FAIL(err, ERR_INPUT,
                "the database has another text of mapping %.*s than its hash is of: it was edited "
                "there, and nothing is read by it; 'countersign db verify' tells what else was",
                (int)(sha256.len < SHORT_HASH ? sha256.len : SHORT_HASH), sha256.p);
}

/* --- a replay --- */

struct replay {
    const struct str *sites;
    size_t site_count;
    int64_t since_ms;
    const struct replay_reader *reader;
};

static bool tell_live(const struct replay *r, void *conn, struct str site, struct err *err)
{
    struct pg_param params[] = {store_p(site)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_REPLAY_LIVE, params, &reply, err))
        return false;
    struct store_live live = {.site = site};
    if (reply.rows) {
        live.sha256 = pg_cell(&reply, 0, 0);
        live.number = number(&reply, 0, 1);
        live.body = pg_cell(&reply, 0, 2);
        live.ungoverned = number(&reply, 0, 3);
    }
    bool good =
        reply.rows
            ? is_whole(live.sha256, live.body, err) && r->reader->live(r->reader->arg, &live, err)
            : FAIL(err, ERR_INPUT, "no service was ever started for the site %.*s", STR_ARG(site));
    pg_session_release(&reply);
    return good;
}

static bool tell_rows(const struct replay *r, void *conn, const struct pg_reply *reply,
                      struct err *err)
{
    for (int i = 0; i < reply->rows; i++) {
        struct replay_row row = {.request_id = pg_cell(reply, i, 0),
                                 .issue_key = pg_cell(reply, i, 1),
                                 .closed = is_so(reply, i, 2),
                                 .refused = is_so(reply, i, 3),
                                 .stopped = is_so(reply, i, 4),
                                 .open_ms = number(reply, i, 5),
                                 .fields = pg_cell(reply, i, 6),
                                 .why = pg_cell(reply, i, 7),
                                 .kept = pg_cell(reply, i, 8),
                                 .tuple = store_hash_from(pg_cell(reply, i, 9)),
                                 .settled = is_so(reply, i, 10)};
        if (!r->reader->row(r->reader->arg, &row, err))
            return false;
    }
    return r->reader->page(r->reader->arg, conn, err);
}

static bool replay_site(const struct replay *r, void *conn, struct str site, struct err *err)
{
    char since[STORE_NUMBER_SIZE], rows[STORE_NUMBER_SIZE];
    char after[ID_SIZE] = "00000000-0000-0000-0000-000000000000";
    struct pg_reply reply;
    bool good = tell_live(r, conn, site, err), more = good;

    while (more) {
        struct pg_param params[] = {store_p(site), store_i(r->since_ms, since),
                                    store_p(str_of(after)), store_i(STORE_REPLAY_ROWS, rows)};
        if (!pg_session_query(conn, &SQL_REPLAY_PAGE, params, &reply, err))
            return false;
        good = tell_rows(r, conn, &reply, err);
        more = good && reply.rows == STORE_REPLAY_ROWS;
        if (more)
            str_copy(after, sizeof after, pg_cell(&reply, reply.rows - 1, 0));
        pg_session_release(&reply);
    }
    return good;
}

static bool replay_body(void *arg, void *conn, struct err *err)
{
    const struct replay *r = arg;

    if (!pg_session_begin(conn, STORE_ONE_TIME, err))
        return false;
    for (size_t i = 0; i < r->site_count; i++)
        if (!replay_site(r, conn, r->sites[i], err))
            return false;
    return true;
}

bool store_replay(const struct pg_options *options, const struct str *sites, size_t site_count,
                  int64_t since_ms, const struct replay_reader *reader, struct err *err)
{
    struct replay r = {sites, site_count, since_ms, reader};
    struct pg_options reading = *options;

    reading.read_only = true;
    return pg_run_blocking(&reading, replay_body, &r, err);
}

static bool ask_believed(void *session, const struct item *items, size_t count,
                         struct buf arrays[3], struct pg_reply *ret, struct err *err)
{
    struct pg_param params[3];

    for (size_t k = 0; k < 3; k++)
        pg_array_begin(&arrays[k], PG_TEXT, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_add(&arrays[0], items[i].source);
        pg_array_add(&arrays[1], items[i].account);
        pg_array_add(&arrays[2], items[i].entitlement);
    }
    for (size_t k = 0; k < 3; k++)
        params[k] = pg_array_param(&arrays[k]);
    return pg_session_query(session, &SQL_REPLAY_BELIEVED, params, ret, err);
}

bool store_believed(void *session, const struct item *items, size_t count, bool *ret,
                    struct err *err)
{
    struct buf arrays[3];
    struct pg_reply reply;

    for (size_t k = 0; k < 3; k++)
        buf_init(&arrays[k], BELIEVED_BYTES);
    bool good = ask_believed(session, items, count, arrays, &reply, err);
    for (size_t k = 0; k < 3; k++)
        buf_done(&arrays[k]);
    if (!good)
        return false;
    for (size_t i = 0; i < count && i < (size_t)reply.rows; i++)
        ret[i] = str_eq_c(pg_cell(&reply, (int)i, 0), desired_name(items[i].desired));
    pg_session_release(&reply);
    return true;
}

/* --- one statement each --- */

struct asking {
    struct arena *arena;
    const struct pg_stmt *stmt;
    const struct pg_param *params;
    void (*take)(struct asking *a, const struct pg_reply *reply);
    void *ret;
};

static bool asking_body(void *arg, void *conn, struct err *err)
{
    struct asking *a = arg;
    struct pg_reply reply;

    if (!pg_session_query(conn, a->stmt, a->params, &reply, err))
        return false;
    a->take(a, &reply);
    pg_session_release(&reply);
    return true;
}

static void take_text(struct asking *a, const struct pg_reply *reply)
{
    struct str *ret = a->ret;
    *ret = reply->rows ? arena_str(a->arena, pg_cell(reply, 0, 0)) : STR_NONE;
}

static void take_counts(struct asking *a, const struct pg_reply *reply)
{
    int64_t *ret = a->ret;
    ret[0] = number(reply, 0, 0);
    ret[1] = number(reply, 0, 1);
}

static void take_found(struct asking *a, const struct pg_reply *reply)
{
    struct mapping_found *ret = a->ret;

    *ret = (struct mapping_found){0};
    if (!reply->rows)
        return;
    ret->sha256 = arena_str(a->arena, pg_cell(reply, 0, 0));
    ret->number = number(reply, 0, 1);
    ret->body = arena_str(a->arena, pg_cell(reply, 0, 2));
    ret->at_ms = number(reply, 0, 3);
}

struct ungoverned_ret {
    struct store_ungoverned *of;
    size_t count;
};

static void take_ungoverned(struct asking *a, const struct pg_reply *reply)
{
    struct ungoverned_ret *ret = a->ret;

    for (int i = 0; i < reply->rows && ret->count < STORE_UNGOVERNED_MAX; i++)
        ret->of[ret->count++] = (struct store_ungoverned){arena_str(a->arena, pg_cell(reply, i, 0)),
                                                          number(reply, i, 1)};
}

bool store_ungoverned(const struct pg_options *options, struct arena *arena, struct str site,
                      int64_t since_ms, struct store_ungoverned *ret, size_t *ret_count,
                      struct err *err)
{
    char since[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_i(since_ms, since)};
    struct ungoverned_ret taken = {ret, 0};
    struct asking a = {arena, &SQL_UNGOVERNED, params, take_ungoverned, &taken};
    bool good = pg_run_blocking(options, asking_body, &a, err);

    *ret_count = taken.count;
    return good;
}

bool store_mapping_apply(const struct pg_options *options, struct arena *arena, struct str p,
                         struct str *ret, struct err *err)
{
    struct pg_param params[] = {store_p(p)};
    struct asking a = {arena, &SQL_MAPPING_APPLY, params, take_text, ret};
    return pg_run_blocking(options, asking_body, &a, err);
}

bool store_mapping_keep(const struct pg_options *options, struct arena *arena, struct str key,
                        struct str actor, struct str reason, struct str *ret, struct err *err)
{
    struct pg_param params[] = {store_p(key), store_p(actor), store_p(reason)};
    struct asking a = {arena, &SQL_MAPPING_KEEP, params, take_text, ret};
    return pg_run_blocking(options, asking_body, &a, err);
}

bool store_mapping_holders(const struct pg_options *options, struct str site, struct str sha256,
                           int64_t *ret_with, int64_t *ret_all, struct err *err)
{
    struct pg_param params[] = {store_p(site), store_p(sha256)};
    int64_t counts[2] = {0};
    struct asking a = {NULL, &SQL_MAPPING_HOLDERS, params, take_counts, counts};
    bool good = pg_run_blocking(options, asking_body, &a, err);

    *ret_with = counts[0];
    *ret_all = counts[1];
    return good;
}

bool store_mapping_find(const struct pg_options *options, struct arena *arena, struct str site,
                        int64_t number_wanted, struct str prefix, struct str at,
                        struct mapping_found *ret, struct err *err)
{
    char n[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_i(number_wanted, n), store_p(prefix),
                                store_p(at)};
    struct asking a = {arena, &SQL_MAPPING_FIND, params, take_found, ret};
    return pg_run_blocking(options, asking_body, &a, err) && is_whole(ret->sha256, ret->body, err);
}

bool store_mapping_live(const struct pg_options *options, struct arena *arena, struct str site,
                        struct mapping_found *ret, struct err *err)
{
    struct pg_param params[] = {store_p(site)};
    struct asking a = {arena, &SQL_REPLAY_LIVE, params, take_found, ret};
    bool good =
        pg_run_blocking(options, asking_body, &a, err) && is_whole(ret->sha256, ret->body, err);

    ret->at_ms = 0; /* not told there */
    return good;
}

bool store_mapping_history(const struct pg_options *options, struct arena *arena, struct str site,
                           int64_t rows, struct str *ret, struct err *err)
{
    char n[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_i(rows, n)};
    struct asking a = {arena, &SQL_MAPPING_HISTORY, params, take_text, ret};
    return pg_run_blocking(options, asking_body, &a, err);
}
