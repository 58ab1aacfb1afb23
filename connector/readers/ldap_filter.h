/* ldap_filter.h: values of strangers in search filters (RFC 4515 section 3). Pure. */
#ifndef COUNTERSIGN_READERS_LDAP_FILTER_H
#define COUNTERSIGN_READERS_LDAP_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Append the value to dst, of which *len bytes are used, with * ( ) \ and NUL written as \xx. False
 * when it does not fit. */
bool ldap_filter_add(char *dst, size_t size, size_t *len, struct str value);

/* Append "(attr=value)". */
bool ldap_filter_match(char *dst, size_t size, size_t *len, const char *attr, struct str value);

/* The filter with its one %s replaced by the value. */
bool ldap_filter_fill(char *dst, size_t size, const char *pattern, struct str value);

#endif
