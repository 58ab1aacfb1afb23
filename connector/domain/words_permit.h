/* words_permit.h: what a ticket says of the question whether what it asks for may be
 * (permit_decide.h). Pure. */
#ifndef COUNTERSIGN_DOMAIN_WORDS_PERMIT_H
#define COUNTERSIGN_DOMAIN_WORDS_PERMIT_H

#include "domain/dossier.h"
#include "domain/line.h"

/* NOTICE_WAITING_POLICY, NOTICE_NOT_PERMITTED, NOTICE_DUTIES. */
void words_permit(struct line *l, struct line *next, const struct dossier *d,
                  enum notice_state state);
/* Of a denied request: why the policy said no. False, and nothing said, where it was not that. */
bool words_policy_denied(struct line *l, struct line *next, const struct dossier *d);
/* Identity of what is said. */
uint64_t words_permit_key(const struct dossier *d);

#endif
