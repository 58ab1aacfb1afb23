/* Arrays in PostgreSQL's binary form: dimensions, a flag for NULLs (we have none), the element
 * type; then of the one dimension its length and lower bound; then each element behind its length.
 * All numbers are 32 bits in network order. */
#include <arpa/inet.h>

#include "io/io_pg.h"

static void add_number(struct buf *array, uint32_t n)
{
    uint32_t wire = htonl(n);
    buf_add(array, &wire, sizeof wire);
}

void pg_array_begin(struct buf *array, enum pg_element element, size_t count)
{
    const uint32_t head[] = {1, 0, element, (uint32_t)count, 1};

    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        add_number(array, head[i]);
}

void pg_array_add(struct buf *array, struct str value)
{
    add_number(array, (uint32_t)value.len);
    buf_add_str(array, value);
}

void pg_array_add_i32(struct buf *array, int32_t value)
{
    add_number(array, sizeof value);
    add_number(array, (uint32_t)value);
}

struct pg_param pg_array_param(const struct buf *array)
{
    return (struct pg_param){.p = array->p, .len = array->len, .binary = true};
}
