/* io_priv.h: what the modules of this folder share; nobody outside connector/io includes it. */
#ifndef COUNTERSIGN_IO_PRIV_H
#define COUNTERSIGN_IO_PRIV_H

#include <uv.h>

#include "io/io_loop.h"

uv_loop_t *io_loop_uv(struct io_loop *loop);

/* Allocation failure is not an error path (architecture.md section 3): these abort. */
void *io_alloc(size_t size); /* zeroed */
void *io_resize(void *p, size_t size);

#endif
