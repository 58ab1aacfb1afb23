/* world_real.h: the seam (world.h) filled with the real world. Private to service/. */
#ifndef COUNTERSIGN_SERVICE_WORLD_REAL_H
#define COUNTERSIGN_SERVICE_WORLD_REAL_H

#include "base/limits.h"
#include "base/list.h"
#include "base/log.h"
#include "service/service.h"

/* The service a world belongs to. */
static inline struct service *world_service(struct world *w)
{
    return container_of(w, struct service, world);
}

/* world_store.c */
void world_flow_save(struct world *w, const struct flow *flow, const struct flow_rule *rule,
                     const struct flow_note *note, world_saved_fn *fn, void *arg);
void world_dossier_first(struct world *w, struct arena *arena, struct str request_id,
                         world_dossier_fn *fn, void *arg);
void world_dossier_load(struct world *w, struct arena *arena, struct str request_id,
                        world_dossier_fn *fn, void *arg);
void world_facts_save(struct world *w, const struct dossier *d, const struct ticket *ticket,
                      const struct observation *obs, size_t obs_count, world_saved_fn *fn,
                      void *arg);
void world_decision_save(struct world *w, const struct dossier *d, const struct decision *decision,
                         const struct policy *policy, bool release, world_decided_fn *fn,
                         void *arg);
uint64_t world_random(struct world *w);
int64_t world_mono_ms(struct world *w);
/* world_jira.c */
void world_ticket_read(struct world *w, struct arena *arena, const struct dossier *d,
                       struct str site, struct str issue_id, bool talk, world_ticket_fn *fn,
                       void *arg);
void world_ticket_find(struct world *w, struct arena *arena, const struct flow *flow,
                       const struct dossier *d, world_found_fn *fn, void *arg);
/* Those with this marker, by whom nothing is in doubt: for a ticket that no flow is about. */
void world_marker_find(struct service *svc, struct arena *arena, struct str site, struct str marker,
                       world_found_fn *fn, void *arg);
/* step_real.c */
void world_step_prepare(struct world *w, struct arena *arena, const struct flow *flow,
                        enum step step, const struct dossier *d, const struct ticket *ticket,
                        world_ready_fn *fn, void *arg);
void world_step_send(struct world *w, struct arena *arena, const struct flow *flow,
                     const struct dossier *d, const struct step_call *call, world_call_fn *fn,
                     void *arg);
/* world_source.c */
void world_sources_read(struct world *w, struct arena *arena, const struct dossier *d, size_t from,
                        world_observed_fn *fn, void *arg);

/* world_policy.c */
void world_policy_ask(struct world *w, struct arena *arena, const struct dossier *d,
                      enum permit_stage stage, world_asked_fn *fn, void *arg);
/* What became of a write, as the seam calls it. */
enum saved world_saved_of(enum store_outcome outcome);

#endif
