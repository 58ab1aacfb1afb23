/* field.h: the kinds of values that a field of a ticket can hold. Data only.
 *
 * A value has one text, or a few (a list; the two levels of a cascade). What Jira wants for a text
 * is jsm/jsm_field.h's to say, what a value read from a ticket means is mapping/'s.
 */
#ifndef COUNTERSIGN_DOMAIN_FIELD_H
#define COUNTERSIGN_DOMAIN_FIELD_H

/* A question of the form that is attached to a request type is a field, too: "form.12" is the one
 * of that number. Its number is all that stays the same when people reword it. */
#define FIELD_QUESTION "form."

/* X(NAME, name in a mapping's `type`) */
#define FIELD_KINDS(X)                                                                       \
    X(TEXT, "text")                                                                          \
    X(OPTION, "option")     /* one choice of a list */                                       \
    X(USER, "user")         /* a person */                                                   \
    X(RICH, "rich_text")    /* formatted text */                                             \
    X(OPTIONS, "options")   /* several choices */                                            \
    X(CASCADE, "cascading") /* a choice in two levels: its texts are the upper, the lower */ \
    X(USERS, "users")                                                                        \
    X(GROUP, "group")                                                                        \
    X(GROUPS, "groups")                                                                      \
    X(DATE, "date")                                                                          \
    X(DATETIME, "datetime")                                                                  \
    X(NUMBER, "number")                                                                      \
    X(LABELS, "labels")                                                                      \
    X(NAMED, "named")           /* one of a list of the site: priority */                    \
    X(COMPONENTS, "components") /* several of such a list: components, versions */           \
    X(ASSETS, "assets")         /* objects of Assets */                                      \
    X(ORGANISATIONS, "organisations")

enum field_kind {
#define X(name, text) FIELD_##name,
    FIELD_KINDS(X)
#undef X
        FIELD_KIND_COUNT
};

#endif
