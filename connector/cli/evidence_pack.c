#include "cli/evidence_pack.h"

#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "domain/publish.h"
#include "json/json_write.h"
#include "store/store_migrate.h"

enum { HASH_BYTES = 64, TEXT_BYTES = 256, BODY_ARENA_BYTES = 4 * 1024 * 1024 };

static const char FORMAT[] = "countersign-evidence-pack/1";
static const char BEGINS[] = "{\"format\":\"countersign-evidence-pack/";

/* --- made --- */

struct making {
    struct evidence_log *log;
    struct json_out out;
    struct err *err;
    int64_t entries;
    bool failed;
};

static void put_hash(struct json_out *out, const struct tlog_hash *hash)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, HASH_BYTES);
    base64_encode(&b, str_n((const char *)hash->bytes, SHA256_BYTES));
    json_put_str(out, buf_str(&b));
}

static bool put_entry(void *arg, const struct evidence_row *row)
{
    struct making *m = arg;
    struct tlog_proof proof;

    AUTO(drop_buf) struct buf room;

    buf_init(&room, TEXT_BYTES);
    struct str text = publish_text(row->body, row->seq, &room);
    m->failed = !evidence_log_has(m->log, row->seq, text, m->err) ||
                !evidence_log_prove(m->log, row->seq, &proof, m->err);
    if (m->failed) {
        err_while(m->err, "proving entry %lld", (long long)row->seq);
        return false;
    }
    json_open_object(&m->out);
    json_str_member(&m->out, "body", text);
    json_put_name(&m->out, "proof");
    json_open_array(&m->out);
    for (size_t i = 0; i < proof.count; i++)
        put_hash(&m->out, &proof.hashes[i]);
    json_close_array(&m->out);
    json_i64_member(&m->out, "seq", row->seq);
    json_close_object(&m->out);
    m->entries++;
    return true;
}

bool evidence_pack_make(const struct pg_options *options, const char *id, struct evidence_log *log,
                        struct buf *out, struct err *err)
{
    struct making m = {.log = log, .err = err};
    struct evidence_subject subject;

    json_begin(&m.out, out);
    json_open_object(&m.out);
    json_str_member(&m.out, "format", str_of(FORMAT));
    json_str_member(&m.out, "checkpoint", evidence_log_note(log));
    json_put_name(&m.out, "entries");
    json_open_array(&m.out);
    if (!store_evidence_request(options, str_of(id), &subject, put_entry, &m, err) || m.failed)
        return false;
    if (!m.entries)
        return FAIL(err, ERR_INPUT, "its entries were retained away: 'db verify' names the files");
    json_close_array(&m.out);
    if (!evidence_clear_put(options, str_of(subject.request), &m.out, err))
        return false;
    json_str_member(&m.out, "request", str_of(subject.request));
    json_str_member(&m.out, "ticket", str_of(subject.ticket));
    json_close_object(&m.out);
    return !out->over || FAIL(err, ERR_INPUT, "the request has more evidence than a pack holds");
}

/* --- verified --- */

bool evidence_pack_is(struct str text)
{
    return str_starts(text, str_of(BEGINS));
}

static bool read_proof(const struct json *list, struct tlog_proof *ret)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, HASH_BYTES);
    ret->count = 0;
    if (json_type(list) != JSON_ARRAY)
        return false;
    JSON_EACH(v, list)
    {
        buf_clear(&b);
        if (ret->count == TLOG_PROOF_MAX || !base64_decode(&b, json_str(v)) ||
            b.len != SHA256_BYTES)
            return false;
        memcpy(ret->hashes[ret->count++].bytes, b.p, SHA256_BYTES);
    }
    return true;
}

/* An entry names its request itself: one of another request does not get in by its proof. */
static bool check_entry(const struct json *v, struct evidence_pack *pack, struct str *key,
                        struct arena *arena, struct arena *scratch, struct err *err)
{
    const struct json *body;
    struct str text = json_path_str(v, "body");
    struct tlog_proof proof;
    int64_t seq, own;

    if (!json_i64(json_member(v, "seq"), &seq) || !read_proof(json_member(v, "proof"), &proof))
        return FAIL(err, ERR_INPUT, "entry %lld of the pack is none", (long long)pack->entries + 1);
    struct tlog_hash leaf = tlog_leaf(text);
    if (!tlog_proves(&proof, pack->checkpoint.size, seq - 1, &leaf, &pack->checkpoint.root))
        return FAIL(err, ERR_INPUT,
                    "entry %lld: neither text nor proof leads to the checkpoint that is signed",
                    (long long)seq);
    arena_clear(scratch);
    if (!json_parse(scratch, text, &body, err) || !json_i64(json_member(body, "seq"), &own) ||
        own != seq || !str_eq(json_path_str(body, "request"), pack->request))
        return FAIL(err, ERR_INPUT, "entry %lld is of another request", (long long)seq);
    if (seq <= pack->last)
        return FAIL(err, ERR_INPUT, "entry %lld stands behind entry %lld: out of order, or twice",
                    (long long)seq, (long long)pack->last);
    pack->last = seq;
    if (str_eq_c(json_path_str(body, "kind"), "ticket.bound") ||
        str_eq_c(json_path_str(body, "kind"), "ticket.named")) {
        *key = arena_str(arena, json_path_str(body, "detail/key"));
        pack->named = key->len ? seq : 0; /* entries of before have its number only */
    }
    return true;
}

bool evidence_pack_verify(struct arena *arena, struct str text, const struct tlog_verifiers *keys,
                          struct evidence_pack *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *scratch = arena_new(BODY_ARENA_BYTES); /* one entry at a time */
    const struct json *v;
    struct str key = {0};

    *ret = (struct evidence_pack){0};
    if (!json_parse(arena, text, &v, err))
        return FAIL(err, ERR_INPUT, "the pack was cut off or changed: it is %s", err->what);
    if (!str_eq_c(json_path_str(v, "format"), FORMAT))
        return FAIL(err, ERR_INPUT, "it is not a pack of evidence: %s", FORMAT);
    ret->document = v;
    ret->request = json_path_str(v, "request");
    ret->ticket = json_path_str(v, "ticket");
    if (!ret->request.len) /* there are entries of no request, and each of them would be of it */
        return FAIL(err, ERR_INPUT, "the pack does not say of which request it is");
    if (!tlog_note_read(json_path_str(v, "checkpoint"), keys, &ret->checkpoint, err))
        return err_while(err, "reading the checkpoint");
    JSON_EACH(entry, json_member(v, "entries"))
    {
        if (!check_entry(entry, ret, &key, arena, scratch, err))
            return false;
        ret->entries++;
    }
    if (ret->named && !str_eq(key, ret->ticket))
        return FAIL(err, ERR_INPUT, "entry %lld calls the ticket %.*s, and the pack says %.*s",
                    (long long)ret->named, STR_ARG(key), STR_ARG(ret->ticket));
    return (ret->entries || FAIL(err, ERR_INPUT, "it holds no entry")) &&
           evidence_clear_verify(v, &ret->clear, err);
}

/* --- all of it? --- */

struct comparing {
    const struct evidence_pack *pack;
    const struct json *next; /* of the pack's entries */
    struct arena *arena;
    int64_t seq, later;
};

/* Is it of the request, and not in the pack? */
static bool is_missing(void *arg, struct str entry)
{
    struct comparing *c = arg;
    const struct json *body;
    struct err err;

    c->seq++;
    arena_clear(c->arena);
    if (!memmem(entry.p, entry.len, c->pack->request.p, c->pack->request.len) ||
        !json_parse(c->arena, entry, &body, &err) ||
        !str_eq(json_path_str(body, "request"), c->pack->request))
        return false;
    if (c->next && str_eq(json_path_str(c->next, "body"), entry)) { /* which says its number */
        c->next = json_next(c->next);
        return false;
    }
    c->later += c->seq > c->pack->checkpoint.size;
    return c->seq <= c->pack->checkpoint.size;
}

static bool compare(struct comparing *c, struct evidence_log *log, struct err *err)
{
    int64_t missing, next = 0;

    if (!evidence_log_find(log, 1, is_missing, c, &missing, err))
        return false;
    if (missing)
        return FAIL(err, ERR_INPUT,
                    "entry %lld of the log is of this request, and not in the pack: it is not all",
                    (long long)missing);
    return !c->next || !json_i64(json_member(c->next, "seq"), &next) ||
           FAIL(err, ERR_INPUT, "entry %lld is not in the log", (long long)next);
}

bool evidence_pack_is_whole(const struct evidence_pack *pack, struct evidence_log *log,
                            int64_t *ret_later, struct err *err)
{
    struct comparing c = {.pack = pack,
                          .next = json_first(json_member(pack->document, "entries")),
                          .arena = arena_new(LIMIT_ARENA_VISIT)};

    bool good =
        (str_eq(evidence_log_origin(log), pack->checkpoint.origin) ||
         FAIL(err, ERR_INPUT, "the pack is of the log %.*s, and this one is %.*s",
              STR_ARG(pack->checkpoint.origin), STR_ARG(evidence_log_origin(log)))) &&
        (evidence_log_size(log) >= pack->checkpoint.size ||
         FAIL(err, ERR_INPUT, "the log ends with entry %lld, and had %lld when the pack was made",
              (long long)evidence_log_size(log), (long long)pack->checkpoint.size)) &&
        evidence_log_verify(log, NULL, 0, err) && compare(&c, log, err);
    arena_free(c.arena);
    *ret_later = c.later;
    return good;
}
