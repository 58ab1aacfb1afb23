/* evidence_log.h: a published log of evidence (tlog/README.md) verified from its files alone. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_LOG_H
#define COUNTERSIGN_CLI_EVIDENCE_LOG_H

#include "base/arena.h"
#include "cli/evidence_anchors.h"
#include "tlog/tlog_note.h"
#include "tlog/tlog_proof.h"

struct evidence_log;

/* Opens a log's directory: its checkpoint must be signed by a key of `key`, a verifier key or the
 * name of a file with them, one a line; NULL: the directory's own, which prove less. The caller
 * closes it. */
MUST_CHECK bool evidence_log_open(const char *dir, const char *key, struct evidence_log **ret,
                                  struct err *err);
void evidence_log_close(struct evidence_log *log); /* NULL is fine */
int64_t evidence_log_size(const struct evidence_log *log);
struct tlog_hash evidence_log_root(const struct evidence_log *log);
/* What is signed; its origin lives as long as the log. */
struct tlog_checkpoint evidence_log_checkpoint(const struct evidence_log *log);
struct str evidence_log_origin(const struct evidence_log *log);
/* Which key signed it, by its hash. */
const char *evidence_log_key_id(const struct evidence_log *log);
/* The keys that count. */
const struct tlog_verifiers *evidence_log_keys(const struct evidence_log *log);

/* Derives everything anew from the entries: each tile, the root of each anchor, then the root that
 * is signed. The error names the place of the first damage. */
MUST_CHECK bool evidence_log_verify(struct evidence_log *log,
                                    struct evidence_anchors *const *anchors, size_t anchor_count,
                                    struct err *err);
/* Is that the text of entry `seq` (the first is 1) as the log has it? False for one that is not in
 * it, too. */
MUST_CHECK bool evidence_log_has(struct evidence_log *log, int64_t seq, struct str body,
                                 struct err *err);
/* That entry `seq` is in the log, for whoever has its checkpoint only. */
MUST_CHECK bool evidence_log_prove(struct evidence_log *log, int64_t seq, struct tlog_proof *ret,
                                   struct err *err);
/* The first entry from `from` on of which `fn` says so; *ret 0: there is none. What is found is
 * proven by the signed root; what is passed over is not looked at further. */
typedef bool evidence_log_fn(void *arg, struct str entry);
MUST_CHECK bool evidence_log_find(struct evidence_log *log, int64_t from, evidence_log_fn *fn,
                                  void *arg, int64_t *ret, struct err *err);
/* The checkpoint as it is signed. */
struct str evidence_log_note(const struct evidence_log *log);
/* The verifiers that count: `key` as for evidence_log_open, not NULL. *ret borrows from the arena.
 */
MUST_CHECK bool evidence_log_key(struct arena *arena, const char *key, struct tlog_verifiers *ret,
                                 struct err *err);

#endif
