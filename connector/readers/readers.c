#include "readers/reader.h"

extern const struct reader_kind READER_SQL, READER_LDAP, READER_SCIM, READER_CSV, READER_REST;

/* One row a kind of source: a new reader is one file and one row here. */
static const struct reader_kind *const KINDS[] = {&READER_SQL, &READER_LDAP, &READER_SCIM,
                                                  &READER_CSV, &READER_REST, NULL};

const struct reader_kind *reader_kind_find(struct str name)
{
    for (size_t i = 0; KINDS[i]; i++)
        if (str_eq_c(name, KINDS[i]->name))
            return KINDS[i];
    return NULL;
}

const struct reader_kind *const *reader_kinds(void)
{
    return KINDS;
}
