/* gate_graph.h: a workflow as a graph, in the detail of a look at its gate: what /gate draws. Pure.
 */
#ifndef COUNTERSIGN_SERVICE_GATE_GRAPH_H
#define COUNTERSIGN_SERVICE_GATE_GRAPH_H

#include "domain/roads.h"
#include "json/json_write.h"

/* Members of an object that is open: "statuses" (name, category, part) and "transitions" (id, name,
 * type, from and to: indexes of statuses). Loops of ours that only record are left out. Not part of
 * the fingerprint. */
void gate_graph_put(struct json_out *out, const struct workflow *w);

#endif
