/* jsm_relate.h: one ticket linked to another one. Pure.
 *
 * Jira platform v3: "If the link request duplicates a link, the response indicates that the issue
 * link was created": sent twice it is one link. Where an administrator has switched linking off,
 * the types answer 404. */
#ifndef COUNTERSIGN_JSM_RELATE_H
#define COUNTERSIGN_JSM_RELATE_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_judge.h"

/* GET /rest/api/3/issueLinkType: which kinds of links this site has. */
struct jsm_call jsm_call_link_types(struct arena *a);
/* The one that says no more than that they belong together: called "Relates", else read as "relates
 * to" from either end, in any letters' case. Empty: it has none (any other, such as "Blocks", would
 * say what is not so). */
struct str jsm_link_type(const struct json *types);
/* Are tickets not linked on this site at all? */
bool jsm_links_are_off(const struct jsm_answer *answer);

/* GET /rest/api/3/issue/{id}?fields=issuelinks, and whether it is linked to that ticket by a link
 * of any kind. */
struct jsm_call jsm_call_related(struct arena *a, struct str issue_id);
bool jsm_is_related(struct arena *a, const struct json *issue, struct str other_id);

/* POST /rest/api/3/issueLink. An id that is none gives an empty call. */
struct jsm_call jsm_call_relate(struct arena *a, struct str type, struct str issue_id,
                                struct str other_id);

#endif
