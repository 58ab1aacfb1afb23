#include "cli/evidence_html.h"

#include "base/codecs.h"
#include "base/digest.h"
#include "cli/evidence_pack.h"
#include "cli/mapping_verbs.h"
#include "console/evidence_page.h"
#include "io/io_file.h"
#include "store/store_evidence_page.h"
#include "tlog/tlog.h"

enum {
    HTML_BYTES = 4 * 1024 * 1024,
    FACTS_BYTES = 8 * 1024 * 1024,
    ARENA_BYTES = 3 * EVIDENCE_PACK_BYTES,
};

static struct str hex_of(struct arena *arena, const uint8_t digest[SHA256_BYTES])
{
    char hex[SHA256_HEX_SIZE];

    hex_encode(digest, SHA256_BYTES, hex);
    return arena_str(arena, str_of(hex));
}

/* Of the file as it is printed: with the end of its line. */
static struct str digest_of_pack(struct arena *arena, struct str pack)
{
    struct str whole = arena_printf(arena, "%.*s\n", STR_ARG(pack));
    uint8_t digest[SHA256_BYTES];

    digest_sha256(whole, digest);
    return hex_of(arena, digest);
}

/* Origin, size and root: the lines of a checkpoint, which was read before as one that is signed. */
static bool read_checkpoint(struct arena *arena, struct str note, struct page_seal *ret)
{
    AUTO(drop_buf) struct buf root;

    buf_init(&root, SHA256_BYTES);
    ret->origin = str_cut(&note, '\n');
    if (!str_to_i64(str_cut(&note, '\n'), &ret->entries) ||
        !base64_decode(&root, str_cut(&note, '\n')) || root.len != SHA256_BYTES)
        return false;
    ret->root = hex_of(arena, (const uint8_t *)root.p);
    return true;
}

/* The way of its last entry to the root, as the pack has it. */
static bool read_proof(struct arena *arena, struct str pack, struct page_seal *ret, struct err *err)
{
    const struct json *document, *last = NULL;

    if (!json_parse(arena, pack, &document, err))
        return false;
    JSON_EACH(entry, json_member(document, "entries"))
    last = entry;
    const struct json *list = json_member(last, "proof");
    struct str *proof = arena_array(arena, json_count(list) + 1, sizeof *proof);
    struct tlog_hash leaf = tlog_leaf(json_path_str(last, "body"));
    if (!proof || !json_i64(json_member(last, "seq"), &ret->proven_entry) ||
        !read_checkpoint(arena, json_path_str(document, "checkpoint"), ret))
        return FAIL(err, ERR_INPUT, "the pack holds no entry");
    JSON_EACH(hash, list)
    proof[ret->proof_count++] = json_str(hash);
    ret->proof = proof;
    ret->leaf = hex_of(arena, leaf.bytes);
    return true;
}

static bool write_page(struct arena *arena, const struct evidence_html *html,
                       const struct evidence_look *look, bool *ret_unsaid, struct err *err)
{
    const struct json *document;
    struct evidence_page page;
    struct evidence_viewer viewer = {
        .names = html->names,
        .who = look->viewer,
        .version = STR("Countersign " COUNTERSIGN_VERSION),
        .statement = str_trim(str_of(store_evidence_facts_sql())),
        .parameter = look->name,
        .pack_sha256 = digest_of_pack(arena, html->pack),
    };
    AUTO(drop_buf) struct buf out;

    buf_init(&out, HTML_BYTES);
    if (!read_proof(arena, html->pack, &viewer.proof, err) ||
        !json_parse(arena, look->facts, &document, err) ||
        !evidence_page_fill(arena, document, &viewer, &page, err))
        return false;
    *ret_unsaid = page.is_unsaid;
    if (!evidence_page_render(&out, &page, NULL))
        return FAIL(err, ERR_INPUT, "the request has more evidence than a page holds");
    return file_replace(html->path, buf_str(&out), err);
}

bool evidence_html_write(const struct pg_options *options, const struct evidence_html *html,
                         struct evidence_written *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(ARENA_BYTES);
    struct evidence_look look = {.name = str_of(html->name), .viewer = mapping_actor(arena, NULL)};

    if (!store_evidence_look(options, arena, &look, err))
        return false;
    if (!look.facts.len || look.facts.len > FACTS_BYTES)
        return FAIL(err, ERR_INPUT, "there is no request '%s' that fits on a page", html->name);
    *ret = (struct evidence_written){.recorded = look.recorded};
    return write_page(arena, html, &look, &ret->unsaid, err);
}
