/* arena.h: bump allocator. Everything that belongs to one webhook, one API call or one run lives in
 * its arena and dies with it. Memory is zeroed. Running out of memory aborts; running over the
 * arena's own limit does not: the sticky flag `arena_over` is set, a valid scratch pointer is NOT
 * handed out, and the caller gets NULL. */
#ifndef COUNTERSIGN_BASE_ARENA_H
#define COUNTERSIGN_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct arena;

/* An empty arena that will hand out at most so many bytes. */
struct arena *arena_new(size_t limit_bytes);
/* NULL is allowed; runs the attached destructors, last first. */
void arena_free(struct arena *arena);
void arena_clear(struct arena *arena); /* as after arena_new, keeping the first block */

/* Zeroed, aligned for any object. NULL only when the limit would be passed (then arena_over is true
 * for good). */
void *arena_alloc(struct arena *arena, size_t size);
/* Overflow of count * size counts as over the limit. */
void *arena_array(struct arena *arena, size_t count, size_t size);
struct str arena_str(struct arena *arena, struct str s); /* copy, NUL-terminated behind its end */
const char *arena_cstr(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool arena_over(const struct arena *arena);
size_t arena_used(const struct arena *arena);
/* Call fn(ptr) when the arena is freed or cleared. */
void arena_on_free(struct arena *arena, void (*fn)(void *), void *ptr);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* For `AUTO(drop_arena) struct arena *a = ...` */
#define AUTO(drop) __attribute__((cleanup(drop)))
void drop_arena(struct arena **arena);

#endif
