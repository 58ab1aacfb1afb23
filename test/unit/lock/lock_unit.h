/* lock_unit.h: one small desk, and changes to it as changes of its text. */
#ifndef COUNTERSIGN_TEST_LOCK_UNIT_H
#define COUNTERSIGN_TEST_LOCK_UNIT_H

#include <string.h>

#include "lock/lock.h"
#include "unit.h"

enum { ROOM = 64 * 1024 * 1024 };

#define DESK                                                                                       \
    "{\"version\":1,\"sites\":[{\"site\":\"acme\",\"url\":\"https://acme\",\"flavour\":\"cloud\"," \
    "\"mapping\":\"mapping.yaml\",\"captured_at\":\"2026-11-22T09:12:00Z\",\"fields\":["           \
    "{\"id\":\"customfield_10\",\"name\":\"Request Type\",\"type\":\"vp-origin\"},"                \
    "{\"id\":\"customfield_50\",\"name\":\"System\",\"type\":\"select\",\"kind\":\"option\"},"     \
    "{\"id\":\"customfield_52\",\"name\":\"Role\",\"type\":\"select\",\"kind\":\"option\"},"       \
    "{\"id\":\"customfield_61\",\"name\":\"Person\",\"type\":\"userpicker\",\"kind\":\"user\"},"   \
    "{\"id\":\"customfield_99\",\"name\":\"Mood\",\"type\":\"textfield\",\"kind\":\"text\"}],"     \
    "\"resolutions\":[{\"id\":\"1\",\"name\":\"Done\"},{\"id\":\"2\",\"name\":\"Won't Do\"}],"     \
    "\"projects\":[{\"key\":\"IAM\",\"desk\":\"4\",\"request_types\":[{\"id\":\"31\","             \
    "\"name\":\"Remove\",\"issue_type\":\"7\",\"form\":{\"fields\":["                              \
    "{\"id\":\"summary\",\"name\":\"Summary\",\"kind\":\"text\",\"required\":true},"               \
    "{\"id\":\"customfield_50\",\"name\":\"System\",\"kind\":\"option\",\"options\":["             \
    "{\"id\":\"1\",\"text\":\"SAP FIN\"},{\"id\":\"2\",\"text\":\"Workday\"}]},"                   \
    "{\"id\":\"customfield_52\",\"name\":\"Role\",\"kind\":\"option\",\"options\":["               \
    "{\"id\":\"5\",\"text\":\"admin\"},{\"id\":\"6\",\"text\":\"viewer\"}]},"                      \
    "{\"id\":\"customfield_61\",\"name\":\"Person\",\"kind\":\"user\"},"                           \
    "{\"id\":\"customfield_98\",\"name\":\"Note\",\"kind\":\"text\"}]}},"                          \
    "{\"id\":\"40\",\"name\":\"Other\",\"issue_type\":\"7\"}],"                                    \
    "\"statuses\":[{\"id\":\"1\",\"name\":\"Open\",\"category\":\"new\"},"                         \
    "{\"id\":\"2\",\"name\":\"Verifying access\",\"category\":\"indeterminate\"},"                 \
    "{\"id\":\"3\",\"name\":\"Resolved\",\"category\":\"done\"},"                                  \
    "{\"id\":\"4\",\"name\":\"Parked\",\"category\":\"indeterminate\"}],"                          \
    "\"transitions\":[{\"workflow\":\"w\",\"id\":\"21\",\"name\":\"Resolve\",\"from\":\"Open\","   \
    "\"to\":\"Verifying access\"},{\"workflow\":\"w\",\"id\":\"51\",\"name\":\"Close\","           \
    "\"from\":\"Verifying access\",\"to\":\"Resolved\"}]}]}]}"

static inline const struct lock *lock_of(struct arena *a, struct str text)
{
    struct lock *lock = ARENA_NEW(a, struct lock);
    struct err err = {0};

    if (!lock_read(a, text, lock, &err))
        fail_msg("%s %s", err.what, err.trail);
    return lock;
}

/* The text with the first `from` behind `behind` replaced. */
static inline struct str with(struct arena *a, struct str text, const char *behind,
                              const char *from, const char *to)
{
    const char *start = strstr(text.p, behind), *at = start ? strstr(start, from) : NULL;

    if (!at)
        fail_msg("there is no %s behind %s", from, behind);
    return arena_printf(a, "%.*s%s%s", (int)(at - text.p), text.p, to, at + strlen(from));
}

#endif
