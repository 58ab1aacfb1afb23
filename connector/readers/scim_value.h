/* scim_value.h: entitlements that are values of a user's own attribute, `roles` or `entitlements`
 * (RFC 7643 section 4.1.2), not groups. SCIM has no list of those that exist, so that a misspelt
 * one would prove its own removal: a value counts as one that exists when somebody holds it, when
 * it was read before under that name, when a catalogue of the server has it, or when an operator
 * says so. Pure. */
#ifndef COUNTERSIGN_READERS_SCIM_VALUE_H
#define COUNTERSIGN_READERS_SCIM_VALUE_H

#include "readers/others.h"
#include "readers/scim_find.h"

/* Is it one of these? 0: no, 1: yes; -1 with a reason: nobody can tell. */
int scim_value_in(const struct json *list, struct str value, const char **ret_reason);
/* Does the operator say that it exists (`known`, separated by commas)? */
bool scim_value_is_known(const struct scim_place *place, struct str value);
/* All of them, into the answer; what is not whole is none. True: `value` is among them. */
bool scim_value_others(const struct json *list, struct str value, struct answer *answer);

#endif
