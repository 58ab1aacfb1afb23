/* jsm_dialect.h: the one place that knows how Jira Cloud and Jira Data Center differ. Pure.
 *
 * Everything else builds calls as Cloud wants them. On its way to a Data Center a call is
 * translated: paths of version 2, searches by offset, rich text as wiki markup, people by name.
 * Replies need no translation: readers take both shapes, and ask here who somebody is and where the
 * next page begins.
 *
 * Data Center: https://developer.atlassian.com/server/jira/platform/rest/ (10.3) */
#ifndef COUNTERSIGN_JSM_DIALECT_H
#define COUNTERSIGN_JSM_DIALECT_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_issue.h"
#include "jsm/jsm_user.h"

enum jsm_flavour { JSM_CLOUD, JSM_DATACENTER, JSM_FLAVOUR_COUNT };
extern const char *const JSM_FLAVOUR_NAMES[JSM_FLAVOUR_COUNT + 1]; /* ends with NULL */
/* By its name in the configuration; an unknown name is Cloud. */
enum jsm_flavour jsm_flavour_of(struct str name);

/* X(suffix, what a Data Center lacks, what to do instead; empty: nothing, we do). Said by
 * `countersign check` where there is something to do. */
#define JSM_ABILITIES(X)                                                           \
    X(WORKFLOW_REST, "workflow rules cannot be installed over REST",               \
      "build transitions, conditions and the Access check screen by hand")         \
    X(HOOK_RETRY, "a lost webhook is not sent again",                              \
      "leave poll_interval short: polling finds what was lost")                    \
    X(SEARCH_PROPERTIES, "a search does not show to which site a ticket is bound", \
      "give a copy of this site (a sandbox) a connector account of another name")  \
    X(GATEWAY, "a Data Center knows neither scoped tokens nor service accounts",   \
      "use auth: { kind: bearer } with a personal access token")                   \
    X(FORMS, "answers of attached forms are not read or written", "")              \
    X(RECONCILE, "a search cannot be told to read past the index", "")             \
    X(BULK_READ, "issues and changelogs are read one by one", "")

enum jsm_ability {
#define X(suffix, lacks, instead) JSM_CAN_##suffix,
    JSM_ABILITIES(X)
#undef X
        JSM_ABILITY_COUNT
};
struct jsm_lack {
    const char *lacks, *instead;
};
extern const struct jsm_lack JSM_LACKS[JSM_ABILITY_COUNT];
/* Has this flavour of Jira what JSM_ABILITIES says of it? */
bool jsm_can(enum jsm_flavour flavour, enum jsm_ability ability);

/* Make a call ready for this flavour; Cloud's is left as it is. False: that flavour has no such
 * call, or its body is no JSON (err says which); nothing may be sent then. */
MUST_CHECK bool jsm_dialect_call(struct arena *a, enum jsm_flavour flavour, struct jsm_call *call,
                                 struct err *err);

enum { JSM_ACCOUNT_CHARS = 128 /* of an account id, says Jira */ };
/* How a word names a person. An account id needs no asking; whoever has an address or a name is
 * looked up. At a Data Center every word without '@' may be a name. */
enum jsm_word { JSM_WORD_NOBODY, JSM_WORD_ADDRESS, JSM_WORD_ACCOUNT, JSM_WORD_NAME };
enum jsm_word jsm_word_of(enum jsm_flavour flavour, struct str word);

/* The members of a page: a Data Center calls them "values" where Cloud has a name for them, such as
 * "fields" and "issueTypes" of createmeta. NULL: there are none. */
const struct json *jsm_listed(const struct json *page, const char *name);

/* Does a search page say that nothing follows it? By isLast and nextPageToken, at a Data Center by
 * startAt and total. */
bool jsm_is_last_page(const struct json *body);
/* Where the page after this one begins, as a token for jsm_call_poll; into page->next_token.
 * page: its hits. token: what this page was asked for with, empty for the first.
 *
 * Cloud says so itself. A Data Center counts from the start of the list, and while we walk, tickets
 * that change leave their place for the end of it and all behind them move up. So half of each page
 * is read again with the next, and one ticket of it must be found there, unchanged and no further
 * down: whatever lay behind it then lies behind it still, and nothing was passed over. False when
 * none is found: more has moved than a page holds, and the walk must begin again. */
MUST_CHECK bool jsm_next_page(struct arena *a, const struct json *body, struct str token,
                              struct jsm_page *page, struct err *err);

#endif
