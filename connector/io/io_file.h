/* io_file.h: bounded, blocking file reading for start-up and reload: configuration, mapping,
 * credentials. */
#ifndef COUNTERSIGN_IO_FILE_H
#define COUNTERSIGN_IO_FILE_H

#include "base/arena.h"
#include "base/secret.h"

/* The whole file, in the arena, NUL-terminated behind its end. Missing or unreadable: ERR_CONFIG;
 * larger than `limit` bytes: ERR_INPUT. */
MUST_CHECK bool file_read(struct arena *arena, const char *path, size_t limit, struct str *ret_text,
                          struct err *err);
/* A secret by reference: "file:/path", "credential:name" ($CREDENTIALS_DIRECTORY/name), "env:NAME".
 * One trailing line end is cut. The error names the reference, never the value. */
MUST_CHECK bool file_secret(struct str reference, struct secret **ret, struct err *err);

#endif
