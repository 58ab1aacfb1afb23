/* ocsf.h: entries of evidence as events of the Open Cybersecurity Schema Framework, 1.8.0
 * (https://schema.ocsf.io/1.8.0). Pure.
 *
 * There is no class for requests and approvals, so these are Entity Management (3004) of an entity
 * of type "Access Request". What was proven in the target system is a change of a group (3006) or
 * of privileges (3005); what a read said is a Compliance Finding (2003): pass, fail, or warning for
 * "cannot tell", which is never a fail. Accounts that were linked or disabled are Account Change
 * (3001). Nothing is lost: the details of the entry stand in "unmapped". */
#ifndef COUNTERSIGN_EXPORT_OCSF_H
#define COUNTERSIGN_EXPORT_OCSF_H

#include "json/json_write.h"

#define OCSF_VERSION "1.8.0"

/* Append the events of one entry, one a line: first the entry itself, then what was proven by it,
 * item by item. entry: its text, parsed. facts: {"at_ms", "hash", "site", "ticket", "change",
 * "privileged", "items": [{"item", "source", "source_kind", "desired", "account", "entitlement"}]},
 * as far as they are known; without "account" nobody is named. product: the version of this
 * program. Returns how many there are. */
int ocsf_write(const struct json *entry, const struct json *facts, const char *product,
               struct buf *out);

#endif
