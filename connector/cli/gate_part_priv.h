/* gate_part_priv.h: what the files about fields and screens share. */
#ifndef COUNTERSIGN_CLI_GATE_PART_PRIV_H
#define COUNTERSIGN_CLI_GATE_PART_PRIV_H

#include "cli/gate_work.h"

/* How the copy of a view screen is called: how it is found again. */
struct str gate_view_name(struct gate_work *w, const struct gate_scheme *scheme);

#endif
