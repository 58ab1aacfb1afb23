#include "domain/publish.h"

#include "base/codecs.h"

enum { ENTRY_BYTES_MAX = 65535 }; /* c2sp.org/tlog-tiles: two bytes hold its length */

const char *publish_fork_name(enum publish_fork fork)
{
    static const char *const NAMES[] = {"", "EntriesMissing", "EntriesDiffer", "RootDiffers",
                                        "ChainBroken"};
    return NAMES[fork];
}

const char *publish_fork_text(enum publish_fork fork)
{
    static const char *const TEXTS[] = {
        "it follows from what was published",
        "entries that were published are not in the database any more",
        "the last entry that was published is another one now",
        "a checkpoint that was signed is not of the entries that are there",
        "an entry does not follow from the one before it",
    };
    return TEXTS[fork];
}

enum publish_next publish_judge(const struct publish_state *s, enum publish_fork *ret_fork)
{
    int64_t known = s->size > s->recorded ? s->size : s->recorded;

    *ret_fork = s->head < known                                      ? PUBLISH_MISSING
                : s->size && s->size == s->recorded && !s->root_fits ? PUBLISH_ROOT
                                                                     : PUBLISH_FITS;
    if (*ret_fork)
        return PUBLISH_FORKED;
    if (s->size < s->head)
        return PUBLISH_PAGE;
    return s->size > s->recorded ? PUBLISH_SIGN : PUBLISH_REST;
}

enum publish_fork publish_page_judge(const struct publish_state *s, const struct publish_page *page)
{
    size_t known = s->size ? 1 : 0;

    if (page->count < known + 1) /* the head said that there is one more */
        return PUBLISH_MISSING;
    if (known && !page->first_fits)
        return PUBLISH_DIFFERS;
    return page->follows ? PUBLISH_FITS : PUBLISH_UNCHAINED;
}

struct str publish_text(struct str body, int64_t seq, struct buf *room)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    if (body.len <= ENTRY_BYTES_MAX)
        return body;
    digest_sha256(body, digest);
    hex_encode(digest, sizeof digest, hex);
    buf_clear(room);
    buf_add_c(room, "{\"body_sha256\":\"");
    buf_add_c(room, hex);
    buf_add_c(room, "\",\"seq\":");
    buf_add_i64(room, seq);
    buf_add_c(room, "}");
    return buf_str(room);
}
