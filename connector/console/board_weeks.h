/* board_weeks.h: twelve weeks of removals beside grants, as a picture and as a table. */
#ifndef COUNTERSIGN_CONSOLE_BOARD_WEEKS_H
#define COUNTERSIGN_CONSOLE_BOARD_WEEKS_H

#include "console/board.h"
#include "console/markup.h"

/* Per cent of what was decided that was proven within its goal: what is open and not over its goal
 * is not decided yet. -1: nothing is. */
int board_share(const struct board_week *week);
void board_put_weeks(struct markup *m, const struct board *board);

#endif
