/* ladder.h: what a ticket is told and given before a deadline passes. Which rung is due is the
 * database's to say (sql/routine/sla_tick.sql), on its time; whether it is still right, and in
 * which words, is said here. Pure. */
#ifndef COUNTERSIGN_DOMAIN_LADDER_H
#define COUNTERSIGN_DOMAIN_LADDER_H

#include "domain/dossier.h"
#include "domain/flow.h"

enum { LADDER_LINE_BYTES = 240 };

/* A reminder, a raise, or an escalation that is not made yet: nobody is pressed about what is
 * proven or over, nor where we only observe; a reminder that was lost may still be written, and is
 * not written twice. */
enum flow_event ladder_judge(const struct flow *flow, const struct dossier *d,
                             const struct policy *policy, int64_t now_ms);

/* The words of a reminder, the same whenever they are made. passed: the goal had passed when it
 * was decided. */
struct str ladder_line(const struct dossier *d, int64_t due_ms, bool passed,
                       char ret[LADDER_LINE_BYTES]);

/* Its summary and its text: which ticket is late and by when, and nobody's name: it may be made
 * where others read. */
struct str ladder_summary(const struct dossier *d, int64_t due_ms, bool passed,
                          char ret[LADDER_LINE_BYTES]);
struct str ladder_text(const struct dossier *d, char ret[LADDER_LINE_BYTES]);

#endif
