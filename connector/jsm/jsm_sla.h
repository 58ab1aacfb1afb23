/* jsm_sla.h: the service desk's own clocks of a request, as it tells them: shown beside ours, never
 * counted with. Agents only; there is nothing to write, and no webhook. Pure.
 *
 * GET /rest/servicedeskapi/request/{id}/sla (Atlassian's OpenAPI file): metrics, each with any
 * number of completed cycles and at most one that goes on; remainingTime is negative when breached.
 */
#ifndef COUNTERSIGN_JSM_SLA_H
#define COUNTERSIGN_JSM_SLA_H

#include "jsm/jsm_call.h"

enum { JSM_SLA_METRICS_MAX = 20, JSM_SLA_CYCLES_MAX = 50 };

/* Of a desk that nobody waits for: after everything else. The path is empty when the id is not one.
 */
struct jsm_call jsm_call_sla(struct arena *a, struct str issue_id);
/* [{"metric":"1","name":"Time to resolution","cycle":1,"started_ms":…,"stopped_ms":…,…}] as
 * governance.jsm_clock_keep takes it; "[]" when there is none. What lacks a name, its beginning or
 * its count is left out, and so is what is more than the limits. */
struct str jsm_sla_rows(struct arena *a, const struct json *body);

#endif
