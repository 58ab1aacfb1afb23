/* metrics.h: the service's own counters, and their text form for /metrics (Prometheus exposition
 * format 0.0.4). No names, keys or people in labels. What the database knows (open requests, oldest
 * removal, ...) is asked there when /metrics is read; these are the things only this process knows.
 */
#ifndef COUNTERSIGN_SERVICE_METRICS_H
#define COUNTERSIGN_SERVICE_METRICS_H

#include <stdint.h>

#include "base/buf.h"

/* X(field, name, help) */
#define METRICS(X)                                                                                \
    X(webhook_stored, "webhook_deliveries_stored_total", "Deliveries committed and answered 200") \
    X(webhook_forged, "webhook_deliveries_refused_total", "Deliveries with a wrong signature")    \
    X(webhook_shed, "webhook_deliveries_shed_total", "Deliveries answered 503: Jira sends again") \
    X(webhook_poison, "webhook_deliveries_quarantined_total", "Signed deliveries we cannot read") \
    X(ingest_batches, "ingest_commits_total", "Group commits of deliveries")                      \
    X(polls, "polls_total", "Complete walks of a site's changes")                                 \
    X(poll_failures, "poll_failures_total", "Walks given up; the cursor stayed")                  \
    X(visits, "visits_total", "Looks at governed requests")                                       \
    X(runs, "flow_runs_total", "Steps of outbound work")                                          \
    X(lost_leases, "lost_leases_total", "Writes refused because another replica had taken over")  \
    X(outdated, "outdated_decisions_total", "Decisions refused as others had changed the facts")  \
    X(source_reads, "source_reads_total", "Reads of target systems")                              \
    X(source_unknown, "source_reads_unknown_total", "Reads that proved nothing")                  \
    X(foreign_markers, "foreign_markers_total", "Tickets adopted that carry another's marker")    \
    X(second_tickets, "second_tickets_total", "Looks that found a request to have two")           \
    X(hits_unreadable, "search_hits_unreadable_total", "Hits of a walk that could not be read")   \
    X(breaches, "closed_without_proof_total", "Tickets found Done without proof")                 \
    X(api_limited, "api_limited_total", "Calls of the API answered 429: a token asks too often")  \
    X(api_strangers, "api_unauthorized_total", "Calls of the API answered 401: nobody's token")   \
    X(events_delivered, "events_delivered_total", "Events that a subscriber took")                \
    X(events_failed, "events_failed_total", "Tries of events that are made again")                \
    X(events_dead, "events_dead_total", "Events given up")                                        \
    X(database_unknown, "database_unknown_total", "Writes whose commit is unknown")

struct metrics {
#define X(field, name, help) uint64_t field;
    METRICS(X)
#undef X
    int64_t loop_lag_ms; /* longest loop turn since the last reading */
};

/* Append every counter with HELP and TYPE lines. */
void metrics_render(const struct metrics *m, struct buf *out);

#endif
