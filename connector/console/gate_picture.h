/* gate_picture.h: a workflow, drawn. */
#ifndef COUNTERSIGN_CONSOLE_GATE_PICTURE_H
#define COUNTERSIGN_CONSOLE_GATE_PICTURE_H

#include "console/gate.h"
#include "console/markup.h"

/* Roads into Done carry their number: 1 is the first of the flow's roads that is not
 * GATE_NOT_DONE. index: of the picture on its page. False: it has more than can be drawn. */
MUST_CHECK bool gate_put_picture(struct markup *m, struct arena *arena,
                                 const struct gate_flow *flow, size_t index);

#endif
