/* io_memory.h: memory that only the start needed goes back to the system. */
#ifndef COUNTERSIGN_IO_MEMORY_H
#define COUNTERSIGN_IO_MEMORY_H

/* Call it once all is set up: the heap's free end, and the pages of code, ours and the libraries',
 * are given back. Code is mapped again from its file where it still runs; what ran once (loading,
 * key material, connecting) is not, which is a quarter of what an idle service holds. Source:
 * madvise(2), MADV_DONTNEED on a private file mapping that was never written. */
void io_memory_give_back(void);

#endif
