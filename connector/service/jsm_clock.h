/* jsm_clock.h: the service desk's own clocks, read beside ours: once when a claim is taken up, once
 * when the request is closed. Nobody waits for it; what fails is left out. */
#ifndef COUNTERSIGN_SERVICE_JSM_CLOCK_H
#define COUNTERSIGN_SERVICE_JSM_CLOCK_H

#include "domain/decide.h"

struct service;

/* This decision was taken, and is being stored. */
void jsm_clock_after(struct service *svc, const struct dossier *d, const struct decision *decision);

#endif
