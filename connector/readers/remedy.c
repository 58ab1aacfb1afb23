#include "readers/reader.h"

/* What whoever looks after the source can do, by reason; README.md lists them too. */
static const struct {
    const char *reason, *remedy;
} REMEDIES[] = {
    {"AccountAmbiguous",
     "several accounts answer to this name: look for it by an attribute that is unique"},
    {"AccountIdHidden",
     "the account was known by an immutable id that is not shown any more: let the "
     "credential read it"},
    {"AccountNotTraced", "nobody has this name any more, and whether the account was renamed or "
                         "removed was not found out: let it be found by its id, and the canary by "
                         "its own (sql: query_by_id; csv: native_id; rest: a profile with trace, "
                         "or name accounts by their id in the mapping)"},
    {"AccountReplaced",
     "the name belongs to another account than before: look who that is, and say "
     "so with 'countersign source relink'"},
    {"AccountStateHidden",
     "the credential does not see whether the account is active: let it read that attribute"},
    {"AddressRefused",
     "the host's name leads to this machine or its link, where no source is: mend the name"},
    {"AttributeHidden", "the attribute that names accounts or groups is not shown: let the "
                        "credential read it, or name another"},
    {"AuthFailed", "the source refuses the credential: renew it"},
    {"BadAsOf",
     "what tells as of when it is (the statement's as_of, the feed's) is no time, or one to "
     "come: write RFC 3339"},
    {"BadManifest",
     "the feed's manifest cannot be understood: write JSON with sha256, rows, as_of, "
     "file; see the last trouble"},
    {"BadReply", "the source answers against its protocol: show it the last trouble, or read it in "
                 "another way"},
    {"CachedReply", "a cache between answers for the system, and tells another time than its copy "
                    "is of: go around it"},
    {"CanaryMissing", "the canary does not hold what it is configured to hold: give it back, or "
                      "restore the credential's rights"},
    {"ChangedWhileReading", "the source changed while it was read; it is read again"},
    {"Closing", "the service stopped in the middle of it; it is read again"},
    {"CursorExpired",
     "the source forgot its pages: ask for fewer people, or raise how long it keeps a cursor"},
    {"EntitlementAmbiguous",
     "several groups have this name: look for it by an attribute that is unique"},
    {"EntitlementIdHidden",
     "the entitlement was known by an immutable id that is not shown any more: let the credential "
     "read it"},
    {"EntitlementNotFound",
     "no such entitlement: mend its name in the mapping, or let the credential see it"},
    {"FeedBroken", "the feed is not CSV as RFC 4180 has it: mend what writes it; the last trouble "
                   "names the line"},
    {"FeedHeader", "the feed's header is not as configured: name its columns under connection"},
    {"FeedIncomplete",
     "the feed is not whole: it is not what its manifest or trailer says; see the last trouble"},
    {"FeedMissing", "the feed is not there: look after whatever brings it, and the path"},
    {"FeedShrunk", "the feed lost more rows at once than max_drop allows: if that is right, raise "
                   "it for once or remove the state_file and restart"},
    {"FeedStale", "the feed is older than max_age: look after whatever brings it"},
    {"FeedStateLost", "the state_file cannot be read: mend it, or remove it if the feed is right"},
    {"FilterIgnored", "the source answers with others than were asked for: it ignores filters; "
                      "tell whoever runs it"},
    {"FilterUnsupported", "the source takes none of the filters: tell whoever runs it"},
    {"GroupsTooMany",
     "the account is in more than 512 groups, one in another: ask about one of those "
     "that it was given itself, or set nested: false"},
    {"Incomplete", "what was read was not all: look into the source's log"},
    {"KeyNotText", "the name is no UTF-8 text: mend the mapping"},
    {"KeyTooLong", "the name is too long to be asked for: mend the mapping"},
    {"KeyUnsafe", "the name is empty, or '.' or '..', and would ask for something else: mend the "
                  "mapping"},
    {"ListChanged", "the list was another each time it was walked through; it is read again. Where "
                    "that does not end: ask about one member, or page by link or cursor"},
    {"MembersNotReadable",
     "no way to read who is a member was proven with the canary: let the credential read members"},
    {"MembersNotVisible",
     "the group's members are not shown: let the credential read them; some SCIM servers leave out "
     "an empty list, and then only the user's side can tell"},
    {"NameInAnotherCase",
     "the source has this name in another case: say case: ignore or exact, or mend "
     "the mapping"},
    {"NameNotComparable", "nobody of exactly this name, and letters beyond ASCII may be written in "
                          "other ways: look for it by externalId"},
    {"NotAggregated", "the system shows what it planned, or never finished reading its source "
                      "itself: let it aggregate the source's accounts"},
    {"NotJson", "what answers speaks no JSON, perhaps a page to sign in: mend the url"},
    {"NotScim", "what answers is no SCIM server, perhaps a page to sign in: mend the url"},
    {"NotSynchronized",
     "this domain controller has not caught up with the others since it was set up: "
     "let uri name another one, or wait"},
    {"NotVisible", "nothing is there: mend the base or url, or let the credential see it"},
    {"Overloaded", "too many reads wait for this source; it is read again"},
    {"NestedNotVisible",
     "the way that groups in groups are looked for does not show the canary's: let the credential "
     "search members below base, in Active Directory memberOf, or set nested: false"},
    {"PageLoop", "the source shows the same page again and again: tell whoever runs it"},
    {"PartialResult", "the source did not show all it has: raise its limit for the credential"},
    {"PrimaryGroupHidden", "the account may have the group as its primary one, and that is not "
                           "shown: let the credential read primaryGroupID of accounts and "
                           "objectSid of both"},
    {"QueryRefused", "the source does not take the question: try the statement or filter by hand"},
    {"QueryShape",
     "the statement must answer with one row of six columns, true or false in four of them"},
    {"RateLimited", "the source wants fewer calls; it is read again when it said"},
    {"Redirected",
     "the source sends callers elsewhere, which is not followed: write the address it leads to"},
    {"Referral", "the directory points to another: ask that one"},
    {"ReplyTooLarge",
     "the reply is too large to be taken: let the source take filters for members"},
    {"RightsLost", "the credential may not see this (any more): restore its rights"},
    {"SourceContradicts",
     "one side of the source says yes and the other no: it may be catching up, or hide members"},
    {"SourceDown", "the source cannot be reached: look after it, its address and its certificate"},
    {"SourceNotOpened", "the source could not be opened: mend what standard error says of it, its "
                        "secret perhaps"},
    {"SourceResting",
     "the source did not answer several reads in a row and is left alone for a while: "
     "look after it; it is read as soon as it answers again"},
    {"Timeout", "the source did not answer in time: look after it, or raise timeout"},
    {"TooManyPages", "too many people to be read one by one: let the source take filters"},
    {"WrongReply",
     "the source answers with another account or entitlement than was asked for: look "
     "for it by its id"},
    {"WrongPage", "the source answers with another page than was asked for: tell whoever runs it"},
};

const char *reader_remedy(struct str reason)
{
    for (size_t i = 0; i < sizeof REMEDIES / sizeof REMEDIES[0]; i++)
        if (str_eq_c(reason, REMEDIES[i].reason))
            return REMEDIES[i].remedy;
    return "";
}
