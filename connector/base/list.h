/* list.h: intrusive doubly linked list with a head. */
#ifndef COUNTERSIGN_BASE_LIST_H
#define COUNTERSIGN_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

#define container_of(ptr, type, member) ((type *)(void *)(((char *)(ptr)) - offsetof(type, member)))

/* Make an empty list, or an item that is in none. */
static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

/* Is nothing in the list? */
static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_push(struct list *head, struct list *item) /* at the end */
{
    item->prev = head->prev;
    item->next = head;
    head->prev->next = item;
    head->prev = item;
}

static inline void list_remove(struct list *item) /* removing twice is harmless */
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_init(item);
}

static inline struct list *list_shift(struct list *head) /* NULL when empty */
{
    if (list_empty(head))
        return NULL;
    struct list *item = head->next;
    list_remove(item);
    return item;
}

#define LIST_EACH(it, head) for (struct list *it = (head)->next; it != (head); it = it->next)

#endif
