#include "tlog/tlog_note.h"

#include <string.h>

#include "base/arena.h"
#include "base/codecs.h"

enum {
    KEY_ID_BYTES = 4,
    ED25519 = 1, /* the algorithm's byte in a key */
    DECODED_BYTES = 512,
};

static const char DASH[] = "\xe2\x80\x94 ";

bool tlog_origin_ok(struct str origin)
{
    bool good = origin.len && origin.len <= TLOG_ORIGIN_MAX;

    for (size_t i = 0; i < origin.len; i++) {
        unsigned char c = (unsigned char)origin.p[i];
        good &= c > ' ' && c < 127 && c != '+';
    }
    return good;
}

static void key_id(struct str origin, const uint8_t public[SIGN_PUBLIC_BYTES],
                   uint8_t out[KEY_ID_BYTES])
{
    static const char BEFORE_KEY[] = {'\n', ED25519};
    uint8_t whole[SHA256_BYTES];
    struct digest *d = digest_new();

    digest_add(d, origin);
    digest_add(d, str_n(BEFORE_KEY, sizeof BEFORE_KEY));
    digest_add(d, str_n((const char *)public, SIGN_PUBLIC_BYTES));
    digest_end(d, whole);
    memcpy(out, whole, KEY_ID_BYTES);
}

/* --- the key --- */

bool tlog_verifier_write(struct buf *out, struct str origin,
                         const uint8_t public[SIGN_PUBLIC_BYTES])
{
    char key[1 + SIGN_PUBLIC_BYTES] = {ED25519}, hex[2 * KEY_ID_BYTES + 1];
    uint8_t id[KEY_ID_BYTES];

    key_id(origin, public, id);
    hex_encode(id, sizeof id, hex);
    memcpy(key + 1, public, SIGN_PUBLIC_BYTES);
    return buf_printf(out, "%.*s+%s+", STR_ARG(origin), hex) &&
           base64_encode(out, str_n(key, sizeof key));
}

bool tlog_verifier_read(struct str text, struct tlog_verifier *ret, struct err *err)
{
    struct str rest = str_trim(text);
    uint8_t id[KEY_ID_BYTES], wanted[KEY_ID_BYTES];
    AUTO(drop_buf) struct buf key;

    buf_init(&key, DECODED_BYTES);
    ret->origin = str_cut(&rest, '+');
    struct str hex = str_cut(&rest, '+');
    if (!tlog_origin_ok(ret->origin) || !hex_decode(hex, id, sizeof id) ||
        !base64_decode(&key, rest) || key.len != 1 + SIGN_PUBLIC_BYTES || key.p[0] != ED25519)
        return FAIL(err, ERR_INPUT, "it is not the key of a log: ORIGIN+HASH+KEY, with Ed25519");
    memcpy(ret->public, key.p + 1, SIGN_PUBLIC_BYTES);
    key_id(ret->origin, ret->public, wanted);
    if (memcmp(id, wanted, sizeof id) != 0)
        return FAIL(err, ERR_INPUT, "its hash does not fit the key: a character was changed");
    return true;
}

bool tlog_verifiers_read(struct str text, struct tlog_verifiers *ret, struct err *err)
{
    struct str rest = text;

    ret->count = 0;
    while (rest.len) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (!line.len)
            continue;
        if (ret->count == TLOG_KEYS_MAX)
            return FAIL(err, ERR_INPUT, "they are more than %d keys", TLOG_KEYS_MAX);
        if (!tlog_verifier_read(line, &ret->of[ret->count++], err))
            return false;
    }
    return ret->count || FAIL(err, ERR_INPUT, "it names no key");
}

void tlog_key_id(const struct tlog_verifier *v, char ret[TLOG_KEY_ID_SIZE])
{
    uint8_t id[KEY_ID_BYTES];

    key_id(v->origin, v->public, id);
    hex_encode(id, sizeof id, ret);
}

/* --- the note --- */

static bool add_signature(struct buf *out, struct str origin, size_t start, size_t end,
                          const struct sign_key *key)
{
    char signature[KEY_ID_BYTES + SIGN_BYTES];
    uint8_t public[SIGN_PUBLIC_BYTES];

    sign_key_public(key, public);
    key_id(origin, public, (uint8_t *)signature);
    sign_make(key, str_n(out->p + start, end - start), (uint8_t *)signature + KEY_ID_BYTES);
    buf_printf(out, "%s%.*s ", DASH, STR_ARG(origin));
    base64_encode(out, str_n(signature, sizeof signature));
    return buf_add_c(out, "\n");
}

bool tlog_note_write(struct buf *out, struct str origin, int64_t size, const struct tlog_hash *root,
                     const struct sign_key *const *keys, size_t count)
{
    size_t start = out->len;

    buf_printf(out, "%.*s\n%lld\n", STR_ARG(origin), (long long)size);
    base64_encode(out, str_n((const char *)root->bytes, SHA256_BYTES));
    buf_add_c(out, "\n");
    size_t end = out->len;
    bool good = buf_add_c(out, "\n");
    for (size_t i = 0; good && i < count; i++)
        good = add_signature(out, origin, start, end, keys[i]);
    return good;
}

/* Text and signatures, the empty line between them cut out; the text keeps its last line end. */
static bool split(struct str note, struct str *ret_text, struct str *ret_signatures)
{
    for (size_t i = 1; i < note.len; i++)
        if (note.p[i - 1] == '\n' && note.p[i] == '\n') {
            *ret_text = str_n(note.p, i);
            *ret_signatures = str_n(note.p + i + 1, note.len - i - 1);
            return true;
        }
    return false;
}

/* A line of a note: the name it gives, and what stands behind it, key and signature. */
static bool read_signature(struct str line, struct str *ret_name, struct buf *ret_raw)
{
    struct str rest = line;

    buf_clear(ret_raw);
    if (!str_starts(rest, str_of(DASH)))
        return false;
    rest = str_n(rest.p + strlen(DASH), rest.len - strlen(DASH));
    *ret_name = str_cut(&rest, ' ');
    return base64_decode(ret_raw, rest) && ret_raw->len >= KEY_ID_BYTES;
}

enum { NOT_OURS, OURS_AND_WRONG, OURS };

static int judge(struct str line, struct str text, const struct tlog_verifier *v)
{
    struct str name;
    uint8_t id[KEY_ID_BYTES];
    AUTO(drop_buf) struct buf raw;

    buf_init(&raw, DECODED_BYTES);
    if (!read_signature(line, &name, &raw) || !str_eq(name, v->origin))
        return NOT_OURS;
    key_id(v->origin, v->public, id);
    if (memcmp(raw.p, id, sizeof id) != 0)
        return NOT_OURS; /* of another key of the same log */
    return raw.len == KEY_ID_BYTES + SIGN_BYTES &&
                   sign_check(v->public, text, (const uint8_t *)raw.p + KEY_ID_BYTES)
               ? OURS
               : OURS_AND_WRONG;
}

/* Of all signatures by all verifiers: a wrong one counts before a good one. */
static int judge_all(struct str signatures, struct str text, const struct tlog_verifiers *v,
                     size_t *ret_signer)
{
    int found = NOT_OURS;

    for (size_t i = 0; i < v->count; i++) {
        struct str rest = signatures;
        while (rest.len) {
            int one = judge(str_cut(&rest, '\n'), text, &v->of[i]);
            if (one == OURS_AND_WRONG)
                return one;
            if (one == OURS && found == NOT_OURS) {
                found = OURS;
                *ret_signer = i;
            }
        }
    }
    return found;
}

static bool read_text(struct str text, struct tlog_checkpoint *ret)
{
    struct str rest = text;
    AUTO(drop_buf) struct buf root;

    buf_init(&root, DECODED_BYTES);
    ret->origin = str_cut(&rest, '\n');
    struct str size = str_cut(&rest, '\n');
    if (!str_to_i64(size, &ret->size) || ret->size < 0 || ret->size > TLOG_SIZE_MAX ||
        (size.len > 1 && size.p[0] == '0') || !base64_decode(&root, str_cut(&rest, '\n')) ||
        root.len != SHA256_BYTES)
        return false;
    memcpy(ret->root.bytes, root.p, SHA256_BYTES);
    return true;
}

/* None of the keys signed it. Who did, as far as it is somebody under the same name? */
static bool say_unsigned(struct str signatures, const struct tlog_verifiers *v, struct err *err)
{
    const struct tlog_verifier *first = &v->of[0];
    char ours[TLOG_KEY_ID_SIZE], other[TLOG_KEY_ID_SIZE];
    struct str rest = signatures, name;
    AUTO(drop_buf) struct buf raw;

    buf_init(&raw, DECODED_BYTES);
    tlog_key_id(first, ours);
    while (rest.len) {
        if (!read_signature(str_cut(&rest, '\n'), &name, &raw) || !str_eq(name, first->origin))
            continue;
        hex_encode((const uint8_t *)raw.p, KEY_ID_BYTES, other);
        return FAIL(err, ERR_INPUT, "key %s of '%.*s' has signed it, and not yours, %s", other,
                    STR_ARG(name), ours);
    }
    return FAIL(err, ERR_INPUT, "nobody with the key of '%.*s' has signed it",
                STR_ARG(first->origin));
}

bool tlog_note_read(struct str note, const struct tlog_verifiers *verifiers,
                    struct tlog_checkpoint *ret, struct err *err)
{
    struct str text, signatures;

    ret->signer = 0;
    if (note.len > TLOG_NOTE_BYTES || !split(note, &text, &signatures) || !read_text(text, ret))
        return FAIL(err, ERR_INPUT,
                    "it is not a checkpoint: origin, size and root, then its signatures");
    int found = judge_all(signatures, text, verifiers, &ret->signer);
    if (found == NOT_OURS)
        return say_unsigned(signatures, verifiers, err);
    if (found == OURS_AND_WRONG)
        return FAIL(err, ERR_INPUT, "its signature is not of this text: it was changed or forged");
    if (!str_eq(ret->origin, verifiers->of[ret->signer].origin))
        return FAIL(err, ERR_INPUT, "it is of another log, '%.*s'", STR_ARG(ret->origin));
    return true;
}
