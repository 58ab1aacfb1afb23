/* lock_drift.h: what changed at a desk since it was locked, and what of it breaks the mapping.
 * Pure.
 *
 * Breaking: tickets that were mapped are held, taken for something else, or cannot be made. All
 * else is harmless, and goes away with the next `countersign mapping lock`. */
#ifndef COUNTERSIGN_LOCK_LOCK_DRIFT_H
#define COUNTERSIGN_LOCK_LOCK_DRIFT_H

#include "lock/lock.h"
#include "mapping/mapping.h"

/* X(suffix, stable word) */
#define LOCK_CHANGES(X)                         \
    X(FIELD_GONE, "field_gone")                 \
    X(FIELD_RENAMED, "field_renamed")           \
    X(FIELD_TYPE, "field_type")                 \
    X(FIELD_OFF_FORM, "field_off_form")         \
    X(FIELD_ON_FORM, "field_on_form")           \
    X(FIELD_REQUIRED, "field_required")         \
    X(FIELD_OPTIONAL, "field_optional")         \
    X(FORM_REPLACED, "form_replaced")           \
    X(OPTION_GONE, "option_gone")               \
    X(OPTION_RENAMED, "option_renamed")         \
    X(OPTION_NEW, "option_new")                 \
    X(TYPE_GONE, "request_type_gone")           \
    X(TYPE_RENAMED, "request_type_renamed")     \
    X(TYPE_NEW, "request_type_new")             \
    X(STATUS_GONE, "status_gone")               \
    X(STATUS_RENAMED, "status_renamed")         \
    X(STATUS_CATEGORY, "status_category")       \
    X(STATUS_NEW, "status_new")                 \
    X(RESOLUTION_GONE, "resolution_gone")       \
    X(RESOLUTION_RENAMED, "resolution_renamed") \
    X(ROAD_GONE, "transition_gone")             \
    X(ROAD_CHANGED, "transition_changed")       \
    X(ROAD_NEW, "transition_new")               \
    X(DESK_GONE, "desk_gone")

enum lock_change_kind {
#define X(suffix, word) LOCK_##suffix,
    LOCK_CHANGES(X)
#undef X
        LOCK_CHANGE_COUNT
};
extern const char *const LOCK_CHANGE_NAMES[LOCK_CHANGE_COUNT];

struct lock_change {
    enum lock_change_kind kind;
    bool breaking;
    struct str what; /* a sentence */
    struct str on;   /* "request type 30, request type 31": the forms it is seen on; or empty */
    struct str
        where; /* "application (mapping.yaml:24:5)"; empty: nothing of the mapping names it */
};

enum { LOCK_CHANGES_MAX = 256 };
struct lock_changes {
    struct lock_change items[LOCK_CHANGES_MAX]; /* the breaking ones first */
    size_t count;                               /* kept */
    size_t breaking, harmless;                  /* all there are */
};

/* was: of the lock, is: of a look at the site. Forms and transitions that were not read on both
 * sides are not compared. Everything lives in the arena. */
void lock_drift(const struct mapping *m, const struct lock_site *was, const struct lock_site *is,
                struct arena *arena, struct lock_changes *ret);
/* SHA-256 of what breaks, in hex: the same while the same things are broken. Empty: nothing is. */
struct str lock_drift_print(struct arena *arena, const struct lock_changes *changes);

#endif
