/* jsm_saga.h: the calls of creation after the ticket was made, and of throwing a second one away.
 * Each is harmless when sent again, or is looked for before it is sent. Pure.
 *
 * Endpoints: Jira platform v3 (issue properties, remote links, comments), JSM (participants). */
#ifndef COUNTERSIGN_JSM_SAGA_H
#define COUNTERSIGN_JSM_SAGA_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_marker.h"

/* PUT /rest/api/3/issue/{id}/properties/gar.bind: the same value again changes nothing. */
struct jsm_call jsm_call_bind(struct arena *a, struct str issue_id, const struct jsm_bind *bind);

/* A link of the ticket to something elsewhere. Jira keeps one link for one global id. */
struct jsm_link {
    struct str global_id, url, title;
    struct str icon;              /* address of the picture beside the title; empty: Jira's own */
    struct str state, state_icon; /* what is so there, in words and as a picture; empty: none */
};
/* GET and POST /rest/api/3/issue/{id}/remotelink. `status.resolved` is never sent: Jira strikes the
 * title out. */
struct jsm_call jsm_call_links(struct arena *a, struct str issue_id);
struct jsm_call jsm_call_link(struct arena *a, struct str issue_id, const struct jsm_link *link);
/* Does the list hold that very link, leading there and showing that state? */
bool jsm_link_stands(const struct json *links, const struct jsm_link *link);

/* GET (a page, from number `start` on) and POST /rest/servicedeskapi/request/{id}/participant.
 * Adding who is there already is harmless. */
struct jsm_call jsm_call_participants(struct arena *a, struct str issue_id, int64_t start);
/* Where the page after this one begins, 0 = it was the last. */
int64_t jsm_participants_next(const struct json *page, int64_t start);
struct jsm_call jsm_call_participants_add(struct arena *a, struct str issue_id,
                                          const struct str *accounts, size_t count);
/* Those of `wanted` that the page does not show, into ret (room for count, or wanted itself); how
 * many. */
size_t jsm_participants_missing(const struct json *page, const struct str *wanted, size_t count,
                                struct str *ret);

/* POST comment, internal, marked so that it is found again: why this ticket is thrown away. */
struct jsm_call jsm_call_say_second(struct arena *a, struct str issue_id, struct str second_key,
                                    struct str kept_key);
/* Is that comment among them? (GET comment with properties: jsm_call_comments) our_account: see
 * struct jsm_view. */
bool jsm_second_is_said(struct arena *a, const struct json *comments, struct str our_account);

#endif
