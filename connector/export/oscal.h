/* oscal.h: evidence as OSCAL assessment results, 1.2.1 (NIST,
 * https://pages.nist.gov/OSCAL-Reference/models/v1.2.1/assessment-results/json-reference/). Pure.
 *
 * Each proof of an item is an observation, and so is what contradicts one: drift, more than was
 * asked for, a ticket closed without proof. What could not be told is an observation as well, and
 * never a finding: a finding is satisfied or not, and "we do not know" is neither. There is one
 * finding, of control AC-2: not satisfied where something contradicts; none at all where nothing
 * was proven and nothing contradicts.
 *
 * Everything in it follows from the log: ids are UUIDs of names (version 5) in the namespace of its
 * origin and root, times are those of entries, and nobody is named. The same log and the same
 * period give the same bytes. */
#ifndef COUNTERSIGN_EXPORT_OSCAL_H
#define COUNTERSIGN_EXPORT_OSCAL_H

#include "export/uuid5.h"
#include "json/json_write.h"
#include "tlog/tlog.h"

#define OSCAL_VERSION "1.2.1"

enum { OSCAL_RELATED_MAX = 100 }; /* contradictions that the finding names one by one */

/* The log that it is of. */
struct oscal_about {
    struct str origin;
    int64_t size;
    struct tlog_hash root;
    const char
        *last_at; /* when its last entry was made, RFC 3339: the document says nothing newer */
    const char *from, *to; /* the period, RFC 3339 */
};

struct oscal {
    struct oscal_about about;
    struct uuid space;
    struct json_out out;
    int64_t proven, excepted, unknown, against, observations;
    struct uuid related[OSCAL_RELATED_MAX];
    size_t related_count;
};

/* Begin the document in `out`, which may be emptied after each of these. */
void oscal_begin(struct oscal *o, const struct oscal_about *about, struct buf *out);
/* Append what the entry shows, if anything. entry: its text, parsed; facts as for ocsf_write, with
 * "latest" true for a read after which the log has none of the same item. */
void oscal_entry(struct oscal *o, const struct json *entry, const struct json *facts);
void oscal_end(struct oscal *o);

#endif
