/* store_files.h: the SQL of the repository inside the program (generated). */
#ifndef COUNTERSIGN_STORE_FILES_H
#define COUNTERSIGN_STORE_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct store_file {
    const char *kind; /* role, migration, routine, view: applied in this order */
    const char *name;
    const char *sha256;
    int number;    /* of a migration */
    bool breaking; /* an older program must not run on it */
    bool late;     /* zz_: a routine or role file that needs all others: triggers, grants */
    const char *text;
};
extern const struct store_file STORE_FILES[];
extern const size_t STORE_FILE_COUNT;

#endif
