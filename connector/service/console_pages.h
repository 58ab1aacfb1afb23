/* console_pages.h: the pages, as the table of routes in console.c knows them: one line each. */
#ifndef COUNTERSIGN_SERVICE_CONSOLE_PAGES_H
#define COUNTERSIGN_SERVICE_CONSOLE_PAGES_H

#include "service/console.h"

/* /board: how it stands, as numbers. */
void console_board(struct console_visit *visit);
/* /gate: each workflow, and who can close. */
void console_gate(struct console_visit *visit);
/* /r/{key or id}, /r/{site}/{key}: the evidence of one request. */
void console_evidence(struct console_visit *visit);
/* /playground: a ticket and a mapping, tried; takes POST, and keeps nothing. */
void console_playground(struct console_visit *visit);

#endif
