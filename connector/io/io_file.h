/* io_file.h: bounded, blocking reading and replacing of files, for start-up, reload and tools:
 * configuration, mapping, credentials. */
#ifndef COUNTERSIGN_IO_FILE_H
#define COUNTERSIGN_IO_FILE_H

#include "base/arena.h"
#include "base/secret.h"

/* The whole file, in the arena, NUL-terminated behind its end. Missing or unreadable: ERR_CONFIG;
 * larger than `limit` bytes: ERR_INPUT. */
MUST_CHECK bool file_read(struct arena *arena, const char *path, size_t limit, struct str *ret_text,
                          struct err *err);
/* Put `text` in the place of the file, or make it: readers see the old one or the new one, whole.
 * ERR_TEMPORARY when that cannot be done; then the old one stands. */
MUST_CHECK bool file_replace(const char *path, struct str text, struct err *err);
/* A secret by reference: "file:/path", "credential:name" ($CREDENTIALS_DIRECTORY/name), "env:NAME".
 * One trailing line end is cut. The error names the reference, never the value. */
MUST_CHECK bool file_secret(struct str reference, struct secret **ret, struct err *err);

#endif
