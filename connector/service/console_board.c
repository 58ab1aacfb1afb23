/* /board */
#include "service/console_pages.h"

void console_board(struct console_visit *visit)
{
    console_notice(visit, 503, STR("Board"), STR("Nothing is shown here yet."), STR_NONE);
}
