/* evidence_picture.h: the picture of an evidence page. */
#ifndef COUNTERSIGN_CONSOLE_EVIDENCE_PICTURE_H
#define COUNTERSIGN_CONSOLE_EVIDENCE_PICTURE_H

#include "console/evidence_page.h"

/* The lanes of the page's timeline as one SVG picture. */
void evidence_picture_draw(struct markup *m, const struct evidence_page *page);

#endif
