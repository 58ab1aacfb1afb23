#include "io/io_memory.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whole pages within one segment. Only of segments that cannot be written: a page with a
 * relocation in it differs from its file. */
static int give_back_code(struct dl_phdr_info *object, size_t size, void *arg)
{
    uintptr_t page = *(const uintptr_t *)arg;

    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
        bool code = segment->p_type == PT_LOAD && segment->p_flags == (PF_R | PF_X);
        if (code && end > start) /* refused for the kernel's own object: nothing to give back */
            (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void io_memory_give_back(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    malloc_trim(0);
    dl_iterate_phdr(give_back_code, &page);
}
