/* log_files.h: the published log of evidence as files (c2sp.org/tlog-tiles): tiles, bundles of
 * entries, the checkpoint, and `verifier`, the lines by which others know the keys, retired ones
 * too. Blocking: on a worker thread, or in a command. One at a time writes a directory.
 *
 * Each file is written beside its place and put there whole, tiles before the checkpoint that needs
 * them: after a crash the checkpoint that stands is of files that stand. */
#ifndef COUNTERSIGN_SERVICE_LOG_FILES_H
#define COUNTERSIGN_SERVICE_LOG_FILES_H

#include "base/sign.h"
#include "tlog/tlog_note.h"

struct log_files;

enum { LOG_SIGNERS_MAX = 2 };

/* Where a log is written, and what signs it. All is borrowed for the life of what is opened. */
struct log_place {
    const char *dir;
    const char *anchor; /* a file that checkpoints are appended to; empty: none */
    struct str origin;
    /* the one that signs, and behind it the one it replaces, while both sign */
    const struct sign_key *keys[LOG_SIGNERS_MAX];
    size_t key_count;
};

/* Opens the directory, made when it is not there (nobody else can until it is closed:
 * ERR_TEMPORARY), and reads back what its checkpoint says: signed by one of the keys, the root of
 * these tiles. ERR_INPUT when it is not: then nothing is written there. */
MUST_CHECK bool log_files_open(const struct log_place *place, struct log_files **ret,
                               struct err *err);
void log_files_close(struct log_files *files); /* NULL is fine */

/* How many entries were taken in, and the root of the tree over them. */
int64_t log_files_size(const struct log_files *files);
struct tlog_hash log_files_root(const struct log_files *files);
/* Is it the last entry that was taken in? True for a log without entries. */
bool log_files_ends_with(const struct log_files *files, struct str entry);
/* Take in the next entry. After an error the log is to be opened again. */
MUST_CHECK bool log_files_add(struct log_files *files, struct str entry, struct err *err);
/* Keep the unfinished tiles too, and sign what was taken in. Nobody sees it yet: *ret_note is the
 * files' own until the next call. */
MUST_CHECK bool log_files_sign(struct log_files *files, struct str *ret_note, struct err *err);
/* Show it: append it to the anchor's file, unless another one has meanwhile (ERR_TEMPORARY), and
 * put it in place. Partial tiles of before go, but for those of the last tile that is whole and of
 * the one that is not: readers take the whole tile then (c2sp.org/tlog-tiles). */
MUST_CHECK bool log_files_show(struct log_files *files, struct err *err);
/* The last checkpoint in the anchor's file, signed by one of the keys: what left us once, whatever
 * became of directory and database since. 0: there is none. */
int64_t log_files_anchored(const struct log_files *files, struct tlog_hash *ret_root);

#endif
