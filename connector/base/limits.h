/* limits.h: every numeric limit of the program, each with its reason. Nothing that strangers
 * influence is unbounded. */
#ifndef COUNTERSIGN_BASE_LIMITS_H
#define COUNTERSIGN_BASE_LIMITS_H

enum {
    /* HTTP in: RFC 9112 leaves sizes to us; Jira's headers stay under 4 KiB. */
    LIMIT_HTTP_HEADER_BYTES = 16 * 1024,
    LIMIT_HTTP_FIELDS = 64,
    LIMIT_HTTP_CONNECTIONS = 1024,
    /* a webhook; Jira drops its own above 25 MB, polling finds the change */
    LIMIT_HTTP_BODY_BYTES = 5 * 1024 * 1024,
    LIMIT_API_BODY_BYTES = 256 * 1024,

    /* HTTP out */
    /* a search page of 100 issues of 10 KB is 1 MB; changelogs can be larger */
    LIMIT_REPLY_BYTES = 32 * 1024 * 1024,

    /* JSON and YAML */
    LIMIT_JSON_DEPTH = 32,
    /* Jira's replies: rich text nests 4 levels a list, and its editor lets people nest lists */
    LIMIT_JIRA_JSON_DEPTH = 128,
    LIMIT_JSON_NODES = 400000,
    LIMIT_YAML_BYTES = 1024 * 1024,
    LIMIT_YAML_NODES = 50000,

    /* arenas */
    LIMIT_ARENA_VISIT = 64 * 1024 * 1024,
    LIMIT_ARENA_SMALL = 1024 * 1024,

    /* governed requests */
    LIMIT_ITEMS_PER_REQUEST = 64,
    LIMIT_EFFECTS_PER_STEP = 8,
    LIMIT_KEY_CHARS = 256,               /* account, entitlement, person keys */
    LIMIT_KEPT_FIELDS_BYTES = 32 * 1024, /* of one ticket: twice a long description, as JSON */
    LIMIT_APPROVERS = 32,                /* of one approval: Jira's condition counts to 20 */
    LIMIT_APPROVAL_STEPS = 8,            /* who has to approve: a bit each */
    LIMIT_POLICY_STEPS = 16,             /* the same, by a policy; see approval_terms (SQL) */
    LIMIT_REMINDERS = 4,                 /* of one window: a ticket tells three times */

    /* database */
    LIMIT_INGEST_BATCH = 256,                   /* deliveries in one group commit */
    LIMIT_INGEST_BATCH_BYTES = 8 * 1024 * 1024, /* no more is added to a batch that has these */
    LIMIT_INGEST_QUEUE = 4096, /* deliveries waiting for a commit before we answer 503 */
    LIMIT_INBOX_BATCH_BYTES = 1024 * 1024, /* bodies in hand at once: 256 usual ones */
    LIMIT_INBOX_PIECE_BYTES = 256 * 1024,  /* of a longer one at a time: libpq keeps its buffer */
};

#endif
