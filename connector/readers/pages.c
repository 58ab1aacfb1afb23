#include "readers/pages.h"

#include <stdio.h>
#include <string.h>

#include "base/codecs.h"

enum { ONCE_ROOM = 256, HASH_STEP = 0x1000193 };

void pages_begin(struct pages *p, struct arena *arena)
{
    *p = (struct pages){.arena = arena, .total = -1};
}

void pages_again(struct pages *p)
{
    int walks = p->walks;
    uint64_t walk_hash = p->walk_hash;

    pages_begin(p, p->arena);
    p->walks = walks;
    p->walk_hash = walk_hash;
}

static bool put(uint64_t *table, size_t room, uint64_t hash)
{
    size_t at = hash % room;

    while (table[at]) {
        if (table[at] == hash)
            return false;
        at = (at + 1) % room;
    }
    table[at] = hash;
    return true;
}

static bool grow(struct pages *p)
{
    size_t room = p->once_room ? p->once_room * 2 : ONCE_ROOM;
    uint64_t *table = arena_array(p->arena, room, sizeof *table);

    if (!table)
        return false;
    for (size_t i = 0; i < p->once_room; i++)
        if (p->once[i])
            (void)!put(table, room, p->once[i]);
    p->once = table;
    p->once_room = room;
    return true;
}

const char *pages_once(struct pages *p, uint64_t hash)
{
    if (p->once_count * 2 >= p->once_room && !grow(p))
        return "TooManyPages";
    p->once_count++;
    return put(p->once, p->once_room, hash | 1) ? NULL : "PageLoop"; /* 0 is an empty place */
}

void pages_note(struct pages *p, uint64_t hash)
{
    p->list_hash = (p->list_hash ^ hash) * HASH_STEP;
}

const char *pages_check(const struct pages *p, const struct page *page)
{
    if (p->total >= 0 && page->total >= 0 && page->total != p->total)
        return "ChangedWhileReading";
    if (page->start_said == PAGE_START_HIDDEN ||
        (page->start_said == PAGE_START_TOLD && page->start != p->seen))
        return "WrongPage";
    return NULL;
}

/* By a word or an address: the same again leads in a circle. */
static bool follow(struct pages *p, const struct page *page, const char **ret_fault)
{
    if (!page->next.len)
        return false;
    if (str_eq(page->next, p->next))
        *ret_fault = "PageLoop";
    p->next = arena_str(p->arena, page->next);
    return true;
}

static bool by_offset(const struct pages *p, const struct page *page, const char **ret_fault)
{
    if (p->total < 0)
        return !page->last && page->items > 0;
    if (p->seen >= p->total)
        return false;
    if (page->last || !page->items)
        *ret_fault = "PartialResult";
    return true;
}

bool pages_more(struct pages *p, const struct page *page, const char **ret_fault)
{
    bool more = false;

    p->count++;
    p->seen += (int64_t)page->items;
    if (page->total >= 0)
        p->total = page->total;
    p->slides = page->by == PAGES_BY_NUMBER || page->by == PAGES_BY_OFFSET ||
                (page->by == PAGES_BY_ADDRESS && !page->stable);
    switch (page->by) {
    case PAGES_ONE:
        break;
    case PAGES_BY_ADDRESS:
    case PAGES_BY_CURSOR:
        more = follow(p, page, ret_fault);
        break;
    case PAGES_BY_NUMBER:
        more = page->items > 0;
        break;
    case PAGES_BY_OFFSET:
        more = by_offset(p, page, ret_fault);
        break;
    }
    if (more && p->count >= PAGES_MAX)
        *ret_fault = "TooManyPages";
    else if (!more && p->total >= 0 && p->seen != p->total)
        *ret_fault = "PartialResult";
    return more;
}

enum pages_walked pages_walked(struct pages *p)
{
    uint64_t before = p->walk_hash;

    if (!p->slides || (p->count == 1 && !p->walks)) /* one reply is one state */
        return PAGES_DONE;
    p->walks++;
    p->walk_hash = p->list_hash;
    if (p->walks > 1 && before == p->walk_hash)
        return PAGES_DONE;
    if (p->walks == PAGES_WALKS_MAX)
        return PAGES_DIFFER;
    pages_again(p);
    return PAGES_WALK;
}

void pages_add_param(struct buf *url, struct str name, struct str value)
{
    buf_add_byte(url, str_find(buf_str(url), '?') < 0 ? '?' : '&');
    url_encode(url, name);
    buf_add_byte(url, '=');
    url_encode(url, value);
}

void pages_add_place(struct buf *url, const struct pages *p, enum paging by, struct str name,
                     int64_t first)
{
    char digits[24];

    if (by == PAGES_BY_NUMBER || by == PAGES_BY_OFFSET) {
        int64_t n = by == PAGES_BY_NUMBER ? p->count + 1 : p->seen + first;
        snprintf(digits, sizeof digits, "%lld", (long long)n);
        pages_add_param(url, name, str_of(digits));
    } else if (by == PAGES_BY_CURSOR && p->next.len) {
        pages_add_param(url, name, p->next);
    }
}
