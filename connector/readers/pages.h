/* pages.h: walking through a list that comes in pages, for all readers that speak HTTP. Whatever
 * tells where the next page is, a "no" needs each page once, in its place, up to the end. Pure: it
 * is told what came and says whether there is more. */
#ifndef COUNTERSIGN_READERS_PAGES_H
#define COUNTERSIGN_READERS_PAGES_H

#include "base/arena.h"
#include "base/buf.h"

enum {
    PAGES_MAX = 1000,
    PAGES_WALKS_MAX = 3, /* through a list that may slide under its pages */
};

enum paging {
    PAGES_ONE,        /* there is no next one */
    PAGES_BY_ADDRESS, /* the next one's address is told */
    PAGES_BY_CURSOR,  /* a word is told that is sent back */
    PAGES_BY_NUMBER,  /* 1, 2, ... until one is empty */
    PAGES_BY_OFFSET,  /* how many were seen is sent */
};

/* A page as it came. */
struct page {
    enum paging by; /* how to ask for the next one; a server may change that in its first page */
    size_t items;
    enum {
        PAGE_START_FREE,
        PAGE_START_TOLD,
        PAGE_START_HIDDEN
    } start_said;    /* FREE: need not say */
    int64_t start;   /* where it says it begins; the first item of the list is 0 */
    int64_t total;   /* how many it says there are in all pages; -1: it does not */
    bool last;       /* it says that it is the last */
    bool stable;     /* its address holds a cursor, not how many to pass over */
    struct str next; /* address or cursor; empty: there is none */
};

struct pages {
    struct arena *arena;
    int64_t count, seen; /* pages, and items on them */
    int64_t total;       /* as told; -1: not told */
    struct str next;     /* of the page to ask for; STR_NONE at first */
    bool slides;         /* who leaves draws the others forward, and one of them is on no page */
    uint64_t *once;      /* hashes of what may not come again, a table */
    size_t once_count, once_room;
    uint64_t list_hash; /* of all items in their order, as noted */
    int walks;          /* that came to their end */
    uint64_t walk_hash; /* of the walk before */
};

/* The arena outlives it; 16 bytes for each thing that comes once. */
void pages_begin(struct pages *p, struct arena *arena);
/* Again from the first page; what was seen before is known to pages_walked() alone. */
void pages_again(struct pages *p);
/* Something that comes once in a list (an item's id, the bytes of a page that is not empty) came.
 * NULL, or the reason why nothing is known: PageLoop; TooManyPages: memory is used up. */
const char *pages_once(struct pages *p, uint64_t hash);
/* What tells an item apart, in their order: two walks are compared by it. */
void pages_note(struct pages *p, uint64_t hash);
/* The page is the one asked for, of the same list as those before: NULL; else why not: WrongPage,
 * ChangedWhileReading. Before its items are counted. */
const char *pages_check(const struct pages *p, const struct page *page);
/* Counts the page. True: another is to be asked for. ret_fault is set where it cannot be told, or
 * the list is not whole: PartialResult, PageLoop, TooManyPages. */
bool pages_more(struct pages *p, const struct page *page, const char **ret_fault);

/* A walk came to its end without finding what it looks for. Pages by number or offset slide when
 * somebody leaves, and so do those by address that are not known to be stable: ?page=2 may be in
 * it. A "no" from more than one of them counts once a second walk saw the same list. PAGES_WALK:
 * pages_again() was called; ask for the first page. PAGES_DIFFER: of PAGES_WALKS_MAX walks no two
 * in a row saw the same. */
enum pages_walked { PAGES_DONE, PAGES_WALK, PAGES_DIFFER };
enum pages_walked pages_walked(struct pages *p);

/* "?name=value" or "&name=value" behind an address, both percent-encoded. */
void pages_add_param(struct buf *url, struct str name, struct str value);
/* What asks for the next page, by number, offset (first: what the first item is counted as) or
 * cursor; nothing where the next page has an address of its own. */
void pages_add_place(struct buf *url, const struct pages *p, enum paging by, struct str name,
                     int64_t first);

#endif
