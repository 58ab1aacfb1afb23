#include "domain/publish.h"

#include "base/codecs.h"
#include "base/plant.h"

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
    bool is_known = s->size && (s->size == s->recorded || s->size == s->anchored);

    if (s->anchored > known)
        known = s->anchored;
    *ret_fork = s->head < known             ? PUBLISH_MISSING
                : is_known && !s->root_fits ? PUBLISH_ROOT
                                            : PUBLISH_FITS;
    if (*ret_fork && !PLANTED(LOG_FORK_IS_SIGNED))
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

/* --- one turn --- */

static enum publish_act give(struct publish_turn *t, bool failed)
{
    t->failed |= failed;
    return PUBLISH_GIVE;
}

static enum publish_act tell(struct publish_turn *t, enum publish_fork fork)
{
    t->fork = fork;
    t->failed = true;
    return PUBLISH_TELL;
}

/* The files are as the state says: what next? */
static enum publish_act look(struct publish_turn *t)
{
    const struct publish_state *s = &t->state;
    enum publish_fork fork;

    switch (publish_judge(s, &fork)) {
    case PUBLISH_PAGE:
        if (s->size < s->retained) /* no other place has them as they were published */
            return give(t, true);
        return t->pages >= PUBLISH_PAGES_MAX && s->size > s->recorded ? PUBLISH_MAKE : PUBLISH_READ;
    case PUBLISH_SIGN:
        return PUBLISH_MAKE;
    case PUBLISH_FORKED:
        return tell(t, fork);
    case PUBLISH_REST:
        break;
    }
    if (s->size > t->found) /* recorded, and never shown there: it is now */
        return PUBLISH_MAKE;
    t->suspects = false;
    return give(t, false);
}

static enum publish_act asked(struct publish_turn *t, const struct publish_done *done)
{
    t->state = (struct publish_state){.head = done->state.head,
                                      .recorded = done->state.recorded,
                                      .retained = done->state.retained};
    t->forked = done->forked;
    return done->forked ? give(t, true) : PUBLISH_OPEN;
}

static enum publish_act grown(struct publish_turn *t, const struct publish_done *done)
{
    t->state.size = done->state.size;
    t->state.anchored = done->state.anchored;
    t->state.root_fits = done->state.root_fits;
    return look(t);
}

static enum publish_act read_page(struct publish_turn *t, const struct publish_done *done)
{
    enum publish_fork fork = publish_page_judge(&t->state, &done->page);

    if (fork == PUBLISH_MISSING && !t->suspects) {
        t->suspects = true;
        return give(t, true);
    }
    if (fork == PUBLISH_DIFFERS && t->pages) /* from what this turn took in: nobody saw that */
        return give(t, true);
    if (fork)
        return tell(t, fork);
    if (done->last > t->state.head) /* more have come since we asked */
        t->state.head = done->last;
    t->pages++;
    return PUBLISH_TAKE;
}

static enum publish_act taken(struct publish_turn *t, const struct publish_done *done)
{
    if (done->differs && !t->suspects) {
        t->suspects = true;
        return give(t, true);
    }
    if (done->differs)
        return tell(t, PUBLISH_ROOT);
    return t->stops ? give(t, false) : grown(t, done);
}

static enum publish_act recorded(struct publish_turn *t, const struct publish_done *done)
{
    if (done->recorded < 0)
        return tell(t, PUBLISH_ROOT);
    /* it took too long: another one goes on from what is recorded */
    return done->recorded || PLANTED(LOG_LATE_IS_SHOWN) ? PUBLISH_SHOW : give(t, false);
}

static enum publish_act after(struct publish_turn *t, const struct publish_done *done)
{
    switch (t->doing) {
    case PUBLISH_LEASE:
        return PUBLISH_ASK;
    case PUBLISH_ASK:
        return asked(t, done);
    case PUBLISH_OPEN:
        t->found = done->state.size;
        return grown(t, done);
    case PUBLISH_READ:
        return read_page(t, done);
    case PUBLISH_TAKE:
        return taken(t, done);
    case PUBLISH_MAKE:
        t->suspects = false;
        return PUBLISH_RECORD;
    case PUBLISH_RECORD:
        return recorded(t, done);
    case PUBLISH_SHOW:
        t->shown = true;
        return give(t, false);
    case PUBLISH_TELL:
        return give(t, false);
    case PUBLISH_GIVE:
    case PUBLISH_WAIT:
        break;
    }
    return PUBLISH_WAIT;
}

enum publish_act publish_go_on(struct publish_turn *t, const struct publish_done *done)
{
    bool is_over = t->doing == PUBLISH_LEASE || t->doing == PUBLISH_GIVE;

    if (!done->ok && t->doing == PUBLISH_RECORD && PLANTED(LOG_UNRECORDED_IS_SHOWN))
        t->doing = PUBLISH_SHOW;
    else if (!done->ok) /* another replica has the turn, or the database is away */
        t->doing = is_over ? PUBLISH_WAIT : give(t, t->doing != PUBLISH_TELL);
    else
        t->doing = after(t, done);
    return t->doing;
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
