/* evidence_file.h: files of an export, hashed as they are written and named in its manifest. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_FILE_H
#define COUNTERSIGN_CLI_EVIDENCE_FILE_H

#include <stdio.h>

#include "base/digest.h"
#include "base/err.h"
#include "json/json_write.h"

enum { EXPORT_PATH_BYTES = 4096, EXPORT_ROW_BYTES = 64 * 1024 };

/* The zero value with a name is one that is not open. */
struct export_file {
    const char *name; /* in the folder; static */
    FILE *file;
    struct digest *digest;
    int64_t bytes;
    char hex[SHA256_HEX_SIZE]; /* once closed */
};

/* Of that file in the folder; false: too long. */
MUST_CHECK bool export_path(const char *dir, const char *name, char out[EXPORT_PATH_BYTES],
                            struct err *err);
/* Anew: what had its name is replaced. export_close afterwards also when it failed. */
MUST_CHECK bool export_open(struct export_file *f, const char *dir, struct err *err);
/* False: the disk is full, or the like. */
MUST_CHECK bool export_add(struct export_file *f, struct str text);
/* All of it is on the disk, and has its hash. To be called also when it was not opened. */
MUST_CHECK bool export_close(struct export_file *f);
/* As an element of a manifest's "files". */
void export_file_put(struct json_out *out, const struct export_file *f, int64_t rows);

#endif
