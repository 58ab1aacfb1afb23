/* gate_detail.h: what a look at a gate showed, as JSON and as a fingerprint. Pure. Shared by the
 * service, which keeps it, and by `countersign gate`, which shows it. */
#ifndef COUNTERSIGN_SERVICE_GATE_DETAIL_H
#define COUNTERSIGN_SERVICE_GATE_DETAIL_H

#include "json/json_write.h"
#include "site/site_gate.h"

/* Members of an object that is open: project, known, why, mode, why_not, open, open_roads,
 * workflows with their roads, findings, statuses and transitions, findings, rules (of automation,
 * those that bear on a close; rules_all: how many reach into the project), others_in_group,
 * editable, tries, customers_read (of the verifying status, by request type), not_tried (why),
 * not_known (names of findings), cannot_be_seen (by this look, or by none of ours). */
void gate_detail_put(struct json_out *out, struct arena *a, const struct site *site,
                     const struct site_gate *gate);
/* The same as one object. */
struct str gate_detail(struct arena *a, const struct site *site, const struct site_gate *gate);
/* "2:" and hexadecimal SHA-256 of what must not change by itself: roads, who is in the group,
 * findings, rules; by ids and codes, for words are ours to change and names others'. Before the
 * colon: how it is made; only those made alike are compared. Not of what the tickets showed that
 * were tried, for the next look tries others. Worth comparing only where the gate is known. */
struct str gate_fingerprint(struct arena *a, const struct site_gate *gate);
/* "In progress, Pending" or "any status". */
struct str gate_from(struct arena *a, const struct workflow *w, const struct road *road);

#endif
