#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define HAVE_ASAN 1
#endif
#endif

/* Space not handed out is marked, so that the address sanitizer catches overruns inside a block.
 * Not inline: gcc would take the marking for a read of fresh memory. */
__attribute__((noinline)) static void poison(char *p, size_t len)
{
#ifdef HAVE_ASAN
    __asan_poison_memory_region(p, len);
#else
    (void)p, (void)len;
#endif
}

static void unpoison(char *p, size_t len)
{
#ifdef HAVE_ASAN
    __asan_unpoison_memory_region(p, len);
#else
    (void)p, (void)len;
#endif
}

enum { FIRST_BLOCK = 8 * 1024, LARGEST_BLOCK = 1024 * 1024, ALIGN = 16 };

struct block {
    struct block *next;
    size_t size, used; /* of data */
    alignas(ALIGN) char data[];
};

struct undo {
    struct undo *next;
    void (*fn)(void *);
    void *ptr;
};

struct arena {
    struct block *blocks; /* newest first; the last one is the first block */
    struct undo *undo;
    size_t limit, used, next_size;
    bool over;
};

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof *b + size);
    if (!b)
        abort(); /* house rule: allocation failure is not an error path */
    b->next = NULL;
    b->size = size;
    b->used = 0;
    poison(b->data, size);
    return b;
}

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *a = malloc(sizeof *a);
    if (!a)
        abort();
    *a = (struct arena){.limit = limit_bytes, .next_size = FIRST_BLOCK};
    return a;
}

static void run_undo(struct arena *a)
{
    while (a->undo) {
        struct undo *u = a->undo;
        a->undo = u->next;
        u->fn(u->ptr);
        free(u);
    }
}

static void block_free(struct block *b)
{
    unpoison(b->data, b->size);
    free(b);
}

void arena_clear(struct arena *a)
{
    run_undo(a);
    while (a->blocks && a->blocks->next) {
        struct block *b = a->blocks;
        a->blocks = b->next;
        block_free(b);
    }
    if (a->blocks) {
        poison(a->blocks->data, a->blocks->size);
        a->blocks->used = 0;
    }
    a->used = 0;
    a->over = false;
    a->next_size = FIRST_BLOCK;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    arena_clear(a);
    if (a->blocks)
        block_free(a->blocks);
    free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (a->over || size > a->limit || a->used > a->limit - size) {
        a->over = true;
        return NULL;
    }
    size_t rounded = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *b = a->blocks;
    if (!b || b->size - b->used < rounded) {
        size_t want = a->next_size > rounded ? a->next_size : rounded;
        b = block_new(want);
        b->next = a->blocks;
        a->blocks = b;
        if (a->next_size < LARGEST_BLOCK)
            a->next_size *= 2;
    }
    char *p = b->data + b->used;
    b->used += rounded;
    a->used += size;
    unpoison(p, size);
    memset(p, 0, size);
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        a->over = true;
        return NULL;
    }
    return arena_alloc(a, total);
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);
    if (!p)
        return STR_NONE;
    if (s.len)
        memcpy(p, s.p, s.len);
    return (struct str){p, s.len};
}

const char *arena_cstr(struct arena *a, struct str s)
{
    return arena_str(a, s).p;
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1);
    if (p)
        vsnprintf(p, (size_t)len + 1, fmt, again);
    va_end(again);
    return p ? (struct str){p, (size_t)len} : STR_NONE;
}

bool arena_over(const struct arena *a)
{
    return a->over;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

void arena_on_free(struct arena *a, void (*fn)(void *), void *ptr)
{
    struct undo *u = malloc(sizeof *u); /* beside the limit: the promise holds when it is passed */
    if (!u)
        abort();
    *u = (struct undo){.next = a->undo, .fn = fn, .ptr = ptr};
    a->undo = u;
}

void drop_arena(struct arena **arena)
{
    arena_free(*arena);
}
