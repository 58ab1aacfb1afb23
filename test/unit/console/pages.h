/* pages.h: pages of the unit tests, to be looked at: with COUNTERSIGN_PAGES=FOLDER each page that
 * is made is written there, its stylesheet within. */
#ifndef COUNTERSIGN_TEST_CONSOLE_PAGES_H
#define COUNTERSIGN_TEST_CONSOLE_PAGES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

static inline void page_keep(const char *name, const struct buf *page)
{
    const char *folder = getenv("COUNTERSIGN_PAGES");
    char path[512];

    if (!folder)
        return;
    snprintf(path, sizeof path, "%s/%s.html", folder, name);
    FILE *f = fopen(path, "we");
    if (!f)
        return;
    fwrite(page->p, 1, page->len, f);
    fclose(f);
}

#endif
