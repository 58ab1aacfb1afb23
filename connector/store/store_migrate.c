#include "store/store_migrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "domain/publish.h"
#include "store/store_files.h"
#include "store/store_priv.h"
#include "store/store_schema.h"
#include "tlog/tlog_range.h"

enum { EVIDENCE_PAGE = 1000, TEXT_BYTES = 256 };
/* of requests whose rows are compared with one statement; findings that are written out */
enum { REQUESTS_PAGE = 4000, ROWS_TOLD = 100, UUID_SIZE = 40 };
#define FIRST_ID "00000000-0000-0000-0000-000000000000"
#define LAST_ID "ffffffff-ffff-ffff-ffff-ffffffffffff"

struct migration {
    migrate_step_fn *fn;
    void *arg;
    bool dry_run;
};

static bool is(const struct store_file *f, const char *kind)
{
    return strcmp(f->kind, kind) == 0;
}

/* Digest of an applied migration: false when it is not applied. */
static bool applied_digest(const struct pg_reply *list, int number, struct str *ret)
{
    for (int i = 0; i < list->rows; i++) {
        int64_t n;
        if (str_to_i64(pg_cell(list, i, 0), &n) && n == number) {
            *ret = pg_cell(list, i, 1);
            return true;
        }
    }
    return false;
}

static bool has_table(void *conn, bool *ret, struct err *err)
{
    struct pg_reply reply;
    if (!pg_session_query(conn, &SQL_MIGRATION_TABLE, NULL, &reply, err))
        return false;
    *ret = reply.rows == 1 && pg_cell(&reply, 0, 0).len > 0;
    pg_session_release(&reply);
    return true;
}

static bool record(void *conn, const struct store_file *f, struct err *err)
{
    char number[STORE_NUMBER_SIZE];
    struct pg_reply reply;
    struct pg_param params[] = {store_i(f->number, number), store_p(str_of(f->name)),
                                store_p(str_of(f->sha256)),
                                store_p(f->breaking ? STR("true") : STR("false"))};
    if (!pg_session_query(conn, &SQL_MIGRATION_ADD, params, &reply, err))
        return false;
    pg_session_release(&reply);
    return true;
}

static bool run_file(void *conn, const struct store_file *f, const struct migration *m,
                     bool applied, struct err *err)
{
    struct migrate_step step = {
        .kind = f->kind, .name = f->name, .applied = !applied, .breaking = f->breaking};

    if (!applied && !pg_session_script(conn, f->text, err))
        return err_while(err, "applying %s/%s", f->kind, f->name);
    if (m->fn && (is(f, "migration") || !applied))
        m->fn(m->arg, &step);
    return true;
}

static bool run_migrations(void *conn, const struct migration *m, struct err *err)
{
    struct pg_reply list = {0};
    bool table;

    if (!has_table(conn, &table, err))
        return false;
    if (table && (!store_schema_is_ours(conn, err) ||
                  !pg_session_query(conn, &SQL_MIGRATION_LIST, NULL, &list, err)))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < STORE_FILE_COUNT; i++) {
        const struct store_file *f = &STORE_FILES[i];
        struct str digest;
        if (!is(f, "migration"))
            continue;
        bool applied = table && applied_digest(&list, f->number, &digest);
        if (applied && !str_eq_c(digest, f->sha256))
            ok = FAIL(err, ERR_CONFIG,
                      "migration %s was changed after it was applied; a released migration is "
                      "never edited, write a new one",
                      f->name);
        else
            ok = run_file(conn, f, m, applied, err) && (applied || record(conn, f, err));
    }
    if (table)
        pg_session_release(&list);
    return ok;
}

static bool run_kind(void *conn, const char *kind, bool late, const struct migration *m,
                     struct err *err)
{
    for (size_t i = 0; i < STORE_FILE_COUNT; i++) {
        const struct store_file *f = &STORE_FILES[i];
        if (is(f, kind) && f->late == late && !run_file(conn, f, m, false, err))
            return false;
    }
    return true;
}

static bool statement(void *conn, const struct pg_stmt *stmt, struct err *err)
{
    struct pg_reply reply;
    if (!pg_session_query(conn, stmt, NULL, &reply, err))
        return false;
    pg_session_release(&reply);
    return true;
}

static bool migrate_body(void *arg, void *conn, struct err *err)
{
    const struct migration *m = arg;

    if (!pg_session_begin(conn, "", err) || !statement(conn, &SQL_LOCK_PATIENCE, err) ||
        !statement(conn, &SQL_MIGRATE_LOCK, err))
        return false;
    bool ok =
        run_kind(conn, "role", false, m, err) && statement(conn, &SQL_BECOME_OWNER, err) &&
        statement(conn, &SQL_HOLD_ALL, err) &&
        statement(conn, &SQL_BODIES_LATER, err) && /* routines call each other: any order will do */
        run_migrations(conn, m, err) && run_kind(conn, "routine", false, m, err) &&
        run_kind(conn, "view", false, m, err) && run_kind(conn, "routine", true, m, err) &&
        run_kind(conn, "role", true, m, err) && statement(conn, &SQL_INSTALLED_FORGET, err) &&
        statement(conn, &SQL_INSTALLED_REMEMBER, err);
    if (ok)
        return pg_session_script(conn, m->dry_run ? "rollback" : "commit", err);
    struct err ignored;
    (void)!pg_session_script(conn, "rollback", &ignored);
    return false;
}

bool store_migrate(const struct pg_options *options, bool dry_run, migrate_step_fn *fn, void *arg,
                   struct err *err)
{
    struct migration m = {.fn = fn, .arg = arg, .dry_run = dry_run};
    return pg_run_blocking(options, migrate_body, &m, err);
}

/* --- verify --- */

static bool is_ours(struct str number)
{
    int64_t n;

    for (size_t i = 0; str_to_i64(number, &n) && i < STORE_FILE_COUNT; i++)
        if (is(&STORE_FILES[i], "migration") && STORE_FILES[i].number == n)
            return true;
    return false;
}

static bool compare_migrations(void *conn, struct store_findings *f, struct err *err)
{
    struct pg_reply list;
    bool table;

    if (!has_table(conn, &table, err))
        return false;
    if (!table)
        return FAIL(err, ERR_CONFIG,
                    "the database has no schema of ours; run 'countersign db migrate'");
    if (!pg_session_query(conn, &SQL_MIGRATION_LIST, NULL, &list, err))
        return false;
    int known = 0;
    for (size_t i = 0; i < STORE_FILE_COUNT; i++) {
        struct str digest;
        if (!is(&STORE_FILES[i], "migration"))
            continue;
        known++;
        if (!applied_digest(&list, STORE_FILES[i].number, &digest))
            f->missing++;
        else if (str_eq_c(digest, STORE_FILES[i].sha256))
            f->migrations++;
        else
            f->changed++;
    }
    f->newer = list.rows - (known - f->missing);
    for (int i = 0; i < list.rows; i++)
        f->breaking += str_eq_c(pg_cell(&list, i, 2), "t") && !is_ours(pg_cell(&list, i, 0));
    pg_session_release(&list);
    return true;
}

static bool count(void *conn, const struct pg_stmt *stmt, int *ret, struct err *err)
{
    struct pg_reply reply;
    int64_t n = 0;
    if (!pg_session_query(conn, stmt, NULL, &reply, err))
        return false;
    bool ok = reply.rows == 1 && str_to_i64(pg_cell(&reply, 0, 0), &n);
    pg_session_release(&reply);
    *ret = (int)n;
    return ok || FAIL(err, ERR_BUG, "no count");
}

struct walk {
    evidence_row_fn *fn;
    void *arg;
    void *conn; /* to tell of gaps; NULL: entries only */
};

/* Entries behind *last that were retained away, up to `before`. Whatever else is missing is for
 * whoever listens to find. */
static bool tell_retained(const struct walk *walk, int64_t before, int64_t *last, struct err *err)
{
    bool more = true;

    while (more && *last + 1 < before) {
        char first[STORE_NUMBER_SIZE];
        struct pg_param params[] = {store_i(*last + 1, first)};
        struct pg_reply reply;
        if (!pg_session_query(walk->conn, &SQL_RETENTION_RUN, params, &reply, err))
            return false;
        struct evidence_row row = {.seq = *last + 1};
        more = reply.rows == 1 && str_to_i64(pg_cell(&reply, 0, 0), &row.last);
        if (more) {
            row.prev = pg_cell(&reply, 0, 1);
            row.hash = pg_cell(&reply, 0, 2);
            row.tree = pg_cell(&reply, 0, 3);
            row.export = pg_cell(&reply, 0, 4);
            row.sha256 = pg_cell(&reply, 0, 5);
            more = walk->fn(walk->arg, &row) && row.last > *last;
            *last = more ? row.last : *last;
        }
        pg_session_release(&reply);
    }
    return true;
}

/* *ret_more false: whoever listens has had enough. */
static bool tell_rows(const struct walk *walk, const struct pg_reply *reply, int64_t *ret_last,
                      bool *ret_more, struct err *err)
{
    *ret_more = true;
    for (int i = 0; i < reply->rows; i++) {
        struct evidence_row row = {.kind = pg_cell(reply, i, 1),
                                   .request_id = pg_cell(reply, i, 2),
                                   .body = pg_cell(reply, i, 3),
                                   .prev = pg_cell(reply, i, 4),
                                   .hash = pg_cell(reply, i, 5)};
        *ret_more = str_to_i64(pg_cell(reply, i, 0), &row.seq);
        if (*ret_more && walk->conn && !tell_retained(walk, row.seq, ret_last, err))
            return false;
        *ret_more = *ret_more && walk->fn(walk->arg, &row);
        if (!*ret_more)
            return true;
        *ret_last = row.seq;
    }
    return true;
}

static bool walk_body(void *arg, void *conn, struct err *err)
{
    struct walk *walk = arg;
    int64_t after = 0;
    bool more = true, good = true;

    walk->conn = conn;
    while (more && good) {
        char from[STORE_NUMBER_SIZE], page[STORE_NUMBER_SIZE];
        struct pg_param params[] = {store_i(after, from), store_i(EVIDENCE_PAGE, page)};
        struct pg_reply reply;
        if (!pg_session_query(conn, &SQL_EVIDENCE_PAGE, params, &reply, err))
            return false;
        good = tell_rows(walk, &reply, &after, &more, err);
        more = more && reply.rows == EVIDENCE_PAGE;
        pg_session_release(&reply);
    }
    return good;
}

struct check {
    struct evidence_chain chain;
    struct tlog_range log;       /* of the same entries */
    void *conn;                  /* in use between pages only */
    struct pg_reply signed_ones; /* a page of checkpoints */
    int at;
    bool has_page;
    struct store_findings *f;
    store_object_fn *fn;
    store_progress_fn *progress; /* may be NULL */
    void *arg;
    int64_t total; /* entries, as the head says */
};

static void tell_progress(const struct check *c, const char *what, int64_t done, int64_t total)
{
    if (c->progress)
        c->progress(c->arg, what, done, total);
}

static bool compare_objects(void *conn, struct check *c, struct err *err)
{
    struct pg_reply list;

    if (c->f->missing || c->f->changed) /* then objects differ, of course */
        return true;
    if (!pg_session_query(conn, &SQL_VERIFY_CATALOG, NULL, &list, err))
        return err_while(err, "comparing objects; 'countersign db migrate' makes what is missing");
    c->f->objects = list.rows;
    for (int i = 0; i < list.rows; i++)
        c->fn(c->arg, pg_cell(&list, i, 0), pg_cell(&list, i, 1), pg_cell(&list, i, 2));
    pg_session_release(&list);
    return true;
}

/* The next checkpoint that was signed: its size, and its root in hexadecimal. 0: there is none. */
static int64_t next_checkpoint(struct check *c, struct str *ret_root)
{
    int64_t seq = 0;

    if (c->at >= c->signed_ones.rows)
        return 0;
    *ret_root = pg_cell(&c->signed_ones, c->at, 1);
    return str_to_i64(pg_cell(&c->signed_ones, c->at, 0), &seq) ? seq : 0;
}

static bool read_checkpoints(struct check *c, int64_t after, struct err *err)
{
    char from[STORE_NUMBER_SIZE], page[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(after, from), store_i(EVIDENCE_PAGE, page)};

    if (c->has_page)
        pg_session_release(&c->signed_ones);
    c->at = 0;
    c->has_page =
        pg_session_query(c->conn, &SQL_EVIDENCE_CHECKPOINTS, params, &c->signed_ones, err);
    return c->has_page;
}

/* Is each checkpoint of so many entries signed of these? One of fewer was of a tree that ended
 * within what was retained away: that was looked at before it went. */
static enum evidence_fault check_root(struct check *c)
{
    struct str signed_root;
    char root[SHA256_HEX_SIZE];
    struct err err;
    int64_t next = next_checkpoint(c, &signed_root);

    if (!next || next > c->log.end)
        return EVIDENCE_OK;
    struct tlog_hash now = tlog_range_root(&c->log);
    hex_encode(now.bytes, sizeof now.bytes, root);
    while (next && next <= c->log.end) { /* of each origin */
        if (next == c->log.end && !str_eq_c(signed_root, root))
            return EVIDENCE_SIGNED_DIFFERS;
        c->f->checkpoints += next == c->log.end;
        c->at++;
        if (c->at >= c->signed_ones.rows && !read_checkpoints(c, next, &err))
            return EVIDENCE_GAP;
        next = next_checkpoint(c, &signed_root);
    }
    return EVIDENCE_OK;
}

/* Whoever hashes the whole chain anew leaves the roots that were signed of it. */
static enum evidence_fault check_signed(struct check *c, struct str body)
{
    AUTO(drop_buf) struct buf room;

    buf_init(&room, TEXT_BYTES);
    struct tlog_hash leaf = tlog_leaf(publish_text(body, c->log.end + 1, &room));

    tlog_range_add(&c->log, &leaf);
    return check_root(c);
}

/* Of entries that are not there the tree is known, so that what was signed later is still found. */
static enum evidence_fault check_retained(struct check *c, const struct evidence_row *row,
                                          const uint8_t prev[SHA256_BYTES],
                                          const uint8_t hash[SHA256_BYTES])
{
    uint8_t tree[TLOG_RANGE_NODES * TLOG_NODE_BYTES];
    size_t len = row->tree.len / 2;
    struct tlog_range range;

    enum evidence_fault fault = evidence_skip(&c->chain, row->seq, row->last, prev, hash);
    if (fault != EVIDENCE_OK)
        return fault;
    c->f->retained += row->last - row->seq + 1;
    if (len > sizeof tree || !hex_decode(row->tree, tree, len) ||
        !tlog_range_read(str_n((const char *)tree, len), row->seq - 1, row->last, &range) ||
        !tlog_range_join(&c->log, &range))
        return EVIDENCE_HASH_DIFFERS;
    return check_root(c);
}

static bool check_row(void *arg, const struct evidence_row *row)
{
    struct check *c = arg;
    uint8_t prev[SHA256_BYTES], hash[SHA256_BYTES];
    enum evidence_fault fault = EVIDENCE_HASH_DIFFERS;

    if (hex_decode(row->prev, prev, sizeof prev) && hex_decode(row->hash, hash, sizeof hash))
        fault = row->last ? check_retained(c, row, prev, hash)
                          : evidence_check(&c->chain, row->seq, prev, row->body, hash);
    if (fault == EVIDENCE_OK && !row->last)
        fault = check_signed(c, row->body);
    c->f->evidence = c->chain.seq - c->f->retained;
    if (row->seq % EVIDENCE_PAGE == 0)
        tell_progress(c, "entries", row->seq, c->total);
    if (fault == EVIDENCE_OK)
        return true;
    c->f->broken_at = row->seq;
    c->f->broken_why = evidence_fault_text(fault);
    return false;
}

/* A chain that was cut at its end still verifies: the head knows how long it is. */
static void check_end(struct check *c)
{
    struct str root;

    if (c->f->broken_at)
        return;
    if (c->chain.seq < c->total || next_checkpoint(c, &root)) {
        c->f->broken_at = c->chain.seq + 1;
        c->f->broken_why = "the last entries are gone";
    } else if (c->chain.seq > c->total) {
        c->f->broken_at = c->total + 1;
        c->f->broken_why = "the head of the chain does not know it";
    }
}

static bool compare_by(void *conn, const struct pg_stmt *stmt, const struct pg_param *params,
                       struct check *c, struct err *err)
{
    struct pg_reply list;

    if (!pg_session_query(conn, stmt, params, &list, err))
        return err_while(err, "comparing rows with the evidence of them");
    for (int i = 0; i < list.rows && c->f->rows + i < ROWS_TOLD; i++)
        c->fn(c->arg, STR("entry"), pg_cell(&list, i, 0), pg_cell(&list, i, 1));
    c->f->rows += list.rows;
    pg_session_release(&list);
    return true;
}

/* Rows of requests behind one id up to another, or (unbound) those of no request. */
static bool compare_page(void *conn, struct check *c, struct str after, struct str upto,
                         bool unbound, struct err *err)
{
    struct pg_param params[] = {store_p(after), store_p(upto),
                                store_p(unbound ? STR("true") : STR("false"))};

    return compare_by(conn, &SQL_VERIFY_ROWS, params, c, err) &&
           (!c->f->names_compared || compare_by(conn, &SQL_VERIFY_COMMITMENTS, params, c, err));
}

/* Where the next page ends; behind the last request: at the last id there could be. */
static bool page_end(void *conn, const char *after, char dst[UUID_SIZE], bool *ret_more,
                     struct err *err)
{
    char page[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(str_of(after)), store_i(REQUESTS_PAGE, page)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_VERIFY_PAGE, params, &reply, err))
        return false;
    *ret_more = reply.rows > 0;
    bool good = str_copy(dst, UUID_SIZE, *ret_more ? pg_cell(&reply, 0, 0) : STR(LAST_ID));
    pg_session_release(&reply);
    return good || FAIL(err, ERR_BUG, "the id of a request is too long");
}

/* The state that people work with, against the evidence of it, page by page. The service wrote the
 * salts of commitments and may not read them: an auditor or the owner may. */
static bool compare_rows(void *conn, struct check *c, struct err *err)
{
    char after[UUID_SIZE] = FIRST_ID, upto[UUID_SIZE];
    int may, total;
    bool more = true;

    if (c->f->broken_at || c->f->missing || c->f->changed)
        return true;
    if (!count(conn, &SQL_VERIFY_MAY, &may, err) || !count(conn, &SQL_VERIFY_TOTAL, &total, err))
        return false;
    c->f->names_compared = may;
    for (int64_t done = 0; more; done += REQUESTS_PAGE) {
        tell_progress(c, "requests", done, total);
        if (!page_end(conn, after, upto, &more, err) ||
            !compare_page(conn, c, str_of(after), str_of(upto), false, err))
            return false;
        memcpy(after, upto, sizeof after);
    }
    tell_progress(c, "requests", total, total);
    return compare_page(conn, c, STR(LAST_ID), STR(LAST_ID), true, err) &&
           compare_by(conn, &SQL_VERIFY_RETENTIONS, NULL, c, err);
}

/* Entries that are not there are in these. */
static bool tell_files(void *conn, struct check *c, struct err *err)
{
    struct pg_reply list;

    if (!pg_session_query(conn, &SQL_RETENTION_FILES, NULL, &list, err))
        return false;
    for (int i = 0; i < list.rows; i++)
        c->fn(c->arg, STR("evidence"), pg_cell(&list, i, 0), STR("retained"));
    pg_session_release(&list);
    return true;
}

static bool evidence_length(void *conn, struct check *c, struct err *err)
{
    int total;
    bool good = count(conn, &SQL_EVIDENCE_LAST, &total, err);

    c->total = good ? total : 0;
    return good;
}

static const char AT_LENGTH[] =
    "set local jit = off;" /* to compile so long a statement takes longer than to run it */
    "set local idle_in_transaction_session_timeout = '10min'"; /* findings go to a slow reader */

static bool verify_body(void *arg, void *conn, struct err *err)
{
    struct check *check = arg;
    struct walk walk = {.fn = check_row, .arg = check};

    /* chain, head, checkpoints and rows are of each other */
    if (!pg_session_begin(conn, STORE_ONE_TIME, err) || !pg_session_script(conn, AT_LENGTH, err))
        return false;
    evidence_start(&check->chain);
    check->conn = conn;
    if (!compare_migrations(conn, check->f, err) ||
        !count(conn, &SQL_VERIFY_UNCOMMENTED, &check->f->uncommented, err) ||
        !compare_objects(conn, check, err) || !evidence_length(conn, check, err) ||
        !read_checkpoints(check, 0, err) || !walk_body(&walk, conn, err))
        return false;
    check_end(check);
    return tell_files(conn, check, err) &&
           count(conn, &SQL_RETENTION_FORGED, &check->f->forged, err) &&
           count(conn, &SQL_COMMITMENTS_FORGED, &check->f->commitments_forged, err) &&
           compare_rows(conn, check, err) && pg_session_script(conn, "commit", err);
}

bool store_verify(const struct pg_options *options, store_object_fn *fn,
                  store_progress_fn *progress, void *arg, struct store_findings *ret,
                  struct err *err)
{
    struct check check = {.f = ret, .fn = fn, .progress = progress, .arg = arg};

    *ret = (struct store_findings){0};
    bool done = pg_run_blocking(options, verify_body, &check, err);
    if (check.has_page)
        pg_session_release(&check.signed_ones);
    return done;
}

struct counted {
    struct walk walk;
    int64_t *total;
};

static bool counted_body(void *arg, void *conn, struct err *err)
{
    struct counted *c = arg;
    int total;

    /* as it is at one time: what is retained away meanwhile is either there in full, or not */
    if (!pg_session_begin(conn, STORE_ONE_TIME, err) ||
        !count(conn, &SQL_EVIDENCE_LAST, &total, err))
        return false;
    *c->total = total;
    return walk_body(&c->walk, conn, err) && pg_session_script(conn, "commit", err);
}

bool store_evidence_walk(const struct pg_options *options, evidence_row_fn *fn, void *arg,
                         int64_t *ret_total, struct err *err)
{
    struct counted counted = {{.fn = fn, .arg = arg}, ret_total};
    return pg_run_blocking(options, counted_body, &counted, err);
}

struct asked {
    struct walk walk;
    struct str name;
    struct evidence_subject *ret;
};

static bool request_body(void *arg, void *conn, struct err *err)
{
    struct asked *a = arg;
    struct pg_param named = store_p(a->name);
    struct pg_reply reply;
    int64_t last;

    if (!pg_session_query(conn, &SQL_EVIDENCE_SUBJECT, &named, &reply, err))
        return false;
    bool found = reply.rows == 1 &&
                 str_copy(a->ret->request, sizeof a->ret->request, pg_cell(&reply, 0, 0)) &&
                 str_copy(a->ret->ticket, sizeof a->ret->ticket, pg_cell(&reply, 0, 1));
    pg_session_release(&reply);
    if (!found)
        return FAIL(err, ERR_INPUT, "there is no request '%.*s'", STR_ARG(a->name));
    struct pg_param id = store_p(str_of(a->ret->request));
    if (!pg_session_query(conn, &SQL_EVIDENCE_REQUEST, &id, &reply, err))
        return false;
    bool more, good = tell_rows(&a->walk, &reply, &last, &more, err);
    pg_session_release(&reply);
    return good;
}

bool store_evidence_request(const struct pg_options *options, struct str name,
                            struct evidence_subject *ret, evidence_row_fn *fn, void *arg,
                            struct err *err)
{
    struct asked asked = {{.fn = fn, .arg = arg}, name, ret};

    *ret = (struct evidence_subject){0};
    return pg_run_blocking(options, request_body, &asked, err);
}
