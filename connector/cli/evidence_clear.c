#include "cli/evidence_clear.h"

#include <stdio.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "store/store_retain.h"

enum { SALT_BYTES = 16, NAME_BYTES = 80, BODY_ARENA_BYTES = 4 * 1024 * 1024 };

static void put_row(void *arg, const struct commitment_row *row)
{
    struct json_out *out = arg;

    json_open_object(out);
    if (row->entry)
        json_i64_member(out, "entry", row->entry);
    if (row->erased)
        json_bool_member(out, "erased", true);
    json_str_member(out, "member", row->member);
    if (!row->erased)
        json_str_member(out, "salt", row->salt);
    if (row->value.len)
        json_str_member(out, "value", row->value);
    json_close_object(out);
}

bool evidence_clear_put(const struct pg_options *options, struct str request, struct json_out *out,
                        struct err *err)
{
    bool revealed = false;

    json_put_name(out, "clear");
    json_open_array(out);
    if (!store_commitments(options, request, &revealed, put_row, out, err))
        return false;
    json_close_array(out);
    json_str_member(out, "clear_text", revealed ? STR("revealed") : STR("withheld"));
    return true;
}

static const struct json *detail_of(struct arena *arena, const struct json *pack, int64_t entry,
                                    struct err *err)
{
    JSON_EACH(e, json_member(pack, "entries"))
    {
        const struct json *body;
        int64_t seq;
        if (json_i64(json_member(e, "seq"), &seq) && seq == entry &&
            json_parse(arena, json_path_str(e, "body"), &body, err))
            return json_member(body, "detail");
    }
    return NULL;
}

/* What is said of no entry: the salt of its documents, which are not in the pack. */
static bool check_salt(const struct json *clear, struct str member, struct evidence_clear *ret,
                       struct err *err)
{
    ret->salt |= json_member(clear, "salt") != NULL;
    return (str_eq_c(member, "documents") && !json_member(clear, "entry") &&
            !json_member(clear, "value")) ||
           FAIL(err, ERR_INPUT, "a clear text (%.*s) is of no entry: nothing commits to it",
                STR_ARG(member));
}

/* SHA-256 of the salt and the value behind it, as the entry has it? Of one that is erased there is
 * neither. */
static bool check_one(struct arena *arena, const struct json *pack, const struct json *clear,
                      struct evidence_clear *ret, struct err *err)
{
    struct str member = json_path_str(clear, "member"), value = json_path_str(clear, "value");
    uint8_t salt[SALT_BYTES], digest[SHA256_BYTES];
    char name[NAME_BYTES], hex[SHA256_HEX_SIZE];
    bool erased = json_is_true(json_member(clear, "erased"));
    int64_t entry;

    ret->erased += erased;
    if (!json_i64(json_member(clear, "entry"), &entry))
        return check_salt(clear, member, ret, err);
    const struct json *detail = detail_of(arena, pack, entry, err);
    if (json_member(detail, "detail_sha256")) { /* too long for an entry: it has a hash of all */
        ret->unproven++;
        return true;
    }
    if (snprintf(name, sizeof name, "%.*s_commitment", STR_ARG(member)) >= NAME_BYTES ||
        (erased ? json_member(clear, "salt") || json_member(clear, "value")
                : !hex_decode(json_path_str(clear, "salt"), salt, sizeof salt)))
        return FAIL(err, ERR_INPUT, "a clear text of entry %lld is none", (long long)entry);
    struct str committed = json_path_str(detail, name);
    if (erased)
        return committed.len || FAIL(err, ERR_INPUT, "entry %lld commits to no %.*s",
                                     (long long)entry, STR_ARG(member));
    digest_sha256_2(str_n((const char *)salt, sizeof salt), value, digest);
    hex_encode(digest, sizeof digest, hex);
    ret->shown++;
    return str_eq_c(committed, hex) ||
           FAIL(err, ERR_INPUT, "entry %lld commits to another %.*s than the clear text says",
                (long long)entry, STR_ARG(member));
}

bool evidence_clear_verify(const struct json *pack, struct evidence_clear *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *body = arena_new(BODY_ARENA_BYTES); /* of one at a time */

    *ret = (struct evidence_clear){.withheld =
                                       str_eq_c(json_path_str(pack, "clear_text"), "withheld")};
    JSON_EACH(clear, json_member(pack, "clear"))
    {
        arena_clear(body);
        if (!check_one(body, pack, clear, ret, err))
            return false;
    }
    return true;
}
