#include "domain/badge.h"

#include "domain/decide.h"

static const char *const NAMES[] = {
#define X(name, text, words) text,
    BADGES(X)
#undef X
};
static const char *const WORDS[] = {
#define X(name, text, words) words,
    BADGES(X)
#undef X
};

const char *badge_name(enum badge badge)
{
    return NAMES[badge];
}

const char *badge_words(enum badge badge)
{
    return WORDS[badge];
}

bool badge_from(struct str name, enum badge *ret)
{
    int i = str_index(name, NAMES, BADGE_COUNT);

    if (i >= 0)
        *ret = (enum badge)i;
    return i >= 0;
}

enum badge badge_of(const struct dossier *d)
{
    switch (d->notice_shown) {
    case NOTICE_NONE:
    case NOTICE_OBSERVING:
    case NOTICE_COUNT:
        return BADGE_NONE;
    case NOTICE_VERIFIED:
        return BADGE_VERIFIED;
    case NOTICE_EXCEPTION:
        return BADGE_EXCEPTION;
    case NOTICE_WITHDRAWN:
    case NOTICE_DENIED:
    case NOTICE_EXPIRED:
    case NOTICE_SUPERSEDED:
        return BADGE_OVER;
    case NOTICE_OWED:
    case NOTICE_WAITING_APPROVAL:
    case NOTICE_READY:
    case NOTICE_CHECKING:
    case NOTICE_STALE:
    case NOTICE_NOT_YET:
    case NOTICE_WRONG_CHANGE:
    case NOTICE_CANNOT_READ:
    case NOTICE_UNCLEAR:
    case NOTICE_REOPENED:
    case NOTICE_CANNOT_REOPEN:
    case NOTICE_HELD:
    case NOTICE_NO_EXCEPTION:
    case NOTICE_CAME_BACK:
    case NOTICE_DRIFTED:
    case NOTICE_WAITING_POLICY:
    case NOTICE_NOT_PERMITTED:
    case NOTICE_DUTIES:
    case NOTICE_OWN_CLAIM:
        break;
    }
    return BADGE_OPEN;
}

static bool is_under_way(const struct dossier *d, enum flow_kind kind)
{
    return d->flow_open[kind] && !d->flow_parked[kind];
}

/* Words are on their way, or to be: those said anew count too. */
static bool says_something(const struct dossier *d, const struct decision *decision)
{
    bool says = decision->notice_key != d->notice_shown_key || decision->respoken ||
                is_under_way(d, FLOW_FIELDS) || is_under_way(d, FLOW_COMMENT);

    for (size_t i = 0; i < decision->flow_count; i++)
        says |= decision->flows[i].kind == FLOW_FIELDS;
    return says;
}

enum badge badge_wanted(const struct dossier *d, const struct decision *decision)
{
    enum badge badge = badge_of(d);
    bool silent =
        !d->links_evidence || d->ticket.presence != TICKET_HERE || d->mode == GATE_OBSERVE;

    if (silent || says_something(d, decision) || decision->move ||
        is_under_way(d, FLOW_EVIDENCE_LINK))
        return BADGE_NONE;
    return badge == d->badge_shown ? BADGE_NONE : badge;
}

bool badge_has_room(const struct dossier *d, const struct policy *policy, enum badge badge)
{
    int32_t reserved = badge == BADGE_OPEN ? policy->writes_per_hour - 1 : 0;

    return d->writes_last_hour + 1 + reserved <= policy->writes_per_hour;
}
