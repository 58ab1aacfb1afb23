/* io_file.h: bounded, blocking reading and replacing of files, for start-up, reload and tools:
 * configuration, mapping, credentials. */
#ifndef COUNTERSIGN_IO_FILE_H
#define COUNTERSIGN_IO_FILE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/secret.h"

/* The whole file, in the arena, NUL-terminated behind its end. Missing, unreadable or no regular
 * file (a FIFO may never end, and the service reads its files while it runs): ERR_CONFIG; larger
 * than `limit` bytes: ERR_INPUT. */
MUST_CHECK bool file_read(struct arena *arena, const char *path, size_t limit, struct str *ret_text,
                          struct err *err);
/* For commands, which have somebody who can interrupt them: the same of "-", which is standard
 * input, and of a pipe (`<(...)`, /dev/stdin, a FIFO), waited for until it ends. */
MUST_CHECK bool file_read_input(struct arena *arena, const char *path, size_t limit,
                                struct str *ret_text, struct err *err);
/* To be read piece by piece; NULL with errno where there is none, or it is no regular file: what
 * strangers hand over may hold a FIFO, or a way to a device, which never end. */
FILE *file_open(const char *path);

/* Is it such an input, which is there once and cannot be written back? */
bool file_is_stream(const char *path);
/* Put `text` in the place of the file, or make it: readers see the old one or the new one, whole.
 * ERR_TEMPORARY when that cannot be done; then the old one stands. */
MUST_CHECK bool file_replace(const char *path, struct str text, struct err *err);
/* A secret by reference: "file:/path", "credential:name" ($CREDENTIALS_DIRECTORY/name), "env:NAME".
 * One trailing line end is cut. The error names the reference, never the value. */
MUST_CHECK bool file_secret(struct str reference, struct secret **ret, struct err *err);

#endif
