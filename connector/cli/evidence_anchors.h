/* evidence_anchors.h: checkpoints that were left outside the log, read one after another beside its
 * verification: what was anchored once can neither be taken back nor be made something else. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_ANCHORS_H
#define COUNTERSIGN_CLI_EVIDENCE_ANCHORS_H

#include "base/arena.h"
#include "tlog/tlog_note.h"

struct evidence_anchors;

/* Opens what stands at `path`: a file of checkpoints as they were appended (`anchor_file`), the
 * value of a ticket's property as Jira gives it, or a directory of time stamps, of which `tsa`
 * names the authority's certificates. Signed by one of the keys, checkpoints of other logs are
 * passed over. All is borrowed until it is closed. */
MUST_CHECK bool evidence_anchors_open(const char *path, const char *tsa,
                                      const struct tlog_verifiers *keys, struct str origin,
                                      struct evidence_anchors **ret, struct err *err);
/* Are these certificates of an authority? */
MUST_CHECK bool evidence_anchors_tsa(struct arena *arena, const char *tsa, struct err *err);
void evidence_anchors_close(struct evidence_anchors *anchors); /* NULL is fine */

/* Entries of the next one; INT64_MAX: there is none. */
int64_t evidence_anchors_next(const struct evidence_anchors *anchors);
/* Is the next one, of just so many entries, of a tree with that root? Moves on, past all of that
 * size. The error names the place. */
MUST_CHECK bool evidence_anchors_fit(struct evidence_anchors *anchors, const struct tlog_hash *root,
                                     struct err *err);
/* How many fitted so far, and when the last of them was stamped (0: it was not). */
int64_t evidence_anchors_count(const struct evidence_anchors *anchors, int64_t *ret_stamped_ms);
const char *evidence_anchors_path(const struct evidence_anchors *anchors);

#endif
