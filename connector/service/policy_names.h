/* policy_names.h: which entitlements are meant, before anybody is asked about duties: what a
 * request gives may be a member of a set under another name, or lie in one
 * (sql/routine/duties.sql). Names are read through the gates of their sources, of the canary, whom
 * each source knows: of every name its immutable id, and the ids of what it lies in. */
#ifndef COUNTERSIGN_SERVICE_POLICY_NAMES_H
#define COUNTERSIGN_SERVICE_POLICY_NAMES_H

#include "json/json_read.h"
#include "service/service.h"

enum { POLICY_NAMES_MAX = 64 };

/* made_out: all of them were read, or are nobody's, and it is saved. Else failed: of what is given,
 * or of a name never seen, nobody can tell now (line: for people; lent until it returns); not
 * failed: there are more than one look reads. */
typedef void policy_names_fn(void *arg, bool made_out, bool failed, struct str line);

/* names: as policy_question has them, lent until the callback, which may be from inside. */
void policy_names_read(struct service *svc, const struct json *names, enum schedule_rank rank,
                       int64_t until_ms, policy_names_fn *fn, void *arg);

#endif
