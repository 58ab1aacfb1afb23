/* fold.h: names as all their spellings have them in common. A directory takes two names for one
 * whatever their case, their width, ligatures, blanks around and between, and characters that
 * nobody sees (RFC 4518 section 2): so does whoever decides by names. As governance.name_folded()
 * in the database. The only home of libunistring. */
#ifndef COUNTERSIGN_BASE_FOLD_H
#define COUNTERSIGN_BASE_FOLD_H

#include "base/buf.h"

/* Append the name in the Unicode form NFKC, folded as Unicode folds case, without characters that
 * are ignorable by default, with one blank where any number of blanks stood and none around. What
 * is no UTF-8 is appended as it is. False when the buffer is full. */
bool fold_name(struct buf *out, struct str name);
/* The same of a person's key, without what mail programs and Jira write around one: a display name
 * ("Ann <ann@x.org>"), "mailto:", "accountid:", "[~…]". As governance.person_folded(). */
bool fold_person(struct buf *out, struct str key);

#endif
