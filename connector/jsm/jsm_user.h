/* jsm_user.h: who somebody is, in what Jira Cloud or a Data Center shows of a person. Pure. */
#ifndef COUNTERSIGN_JSM_USER_H
#define COUNTERSIGN_JSM_USER_H

#include "base/arena.h"
#include "json/json_read.h"

/* What tells one account from another in what Jira shows of them: accountId, at a Data Center the
 * key (names change), the name where there is no key. Empty: nobody. Only for asking whether
 * somebody is the connector itself; people and rules go by jsm_user_key. */
struct str jsm_user_id(const struct json *user);
/* The same person in what we write: accountId, at a Data Center the name. A call says
 * {"accountId": …}, and jsm_dialect_call turns the member into "name". */
struct str jsm_user_name(const struct json *user);
/* Who a person is to people and rules: the address where we may see it, else jsm_user_name. Whoever
 * asks, approves or is asked for is called so. */
struct str jsm_user_key(const struct json *user);
/* By what the same person can be told from another, as a JSON array in the arena: "account=…" (id,
 * at a Data Center name and key), "address=…" where we may see it. Any two people of a ticket are
 * compared by all that is known of both: nobody may approve for himself under another name. The
 * rule is governance.one_person's. user: NULL gives []. account: one more, empty where none is. */
struct str jsm_user_names(struct arena *a, const struct json *user, struct str account);
/* Is it an app's account? False also where that is not told: what the service desk shows of people
 * (UserDTO) has no accountType. */
bool jsm_user_is_app(const struct json *user);
/* Is it one of these: account ids, user names or keys, in whichever case? */
bool jsm_user_is_listed(const struct json *user, const struct str *words, size_t count);
/* What kind of account that is in a page of accounts: app, atlassian or customer; empty: the page
 * does not tell. */
struct str jsm_account_type(const struct json *page, struct str account);
/* Is it a person? Cloud: accountId. Data Center: key and name beside an address or a display name.
 */
bool jsm_is_user(const struct json *v);

#endif
