#include "domain/words_permit.h"

#include "domain/permit_decide.h"

static struct str why_of(const struct dossier *d)
{
    const struct permit *p = permit_in_the_way(d);

    return p ? p->why : STR_NONE;
}

static void say_why(struct line *l, const struct dossier *d)
{
    struct str why = why_of(d);

    if (str_empty(why))
        return;
    line_add_c(l, ": ");
    line_add(l, why);
}

void words_permit(struct line *l, struct line *next, const struct dossier *d,
                  enum notice_state state)
{
    bool before = !d->approved_ms;

    if (state == NOTICE_DUTIES) {
        line_add_c(l, before ? "On hold, duties to be kept apart" : "Duties to be kept apart");
        say_why(l, d);
        line_add_c(next,
                   "IAM on-call was told. Take one of them away, or have an exception approved "
                   "by somebody else; if they may be two people's, name both under people of the "
                   "site. It is looked at again by itself.");
        return;
    }
    if (state == NOTICE_NOT_PERMITTED) {
        line_add_c(l, "As asked, but the policy says no now");
        say_why(l, d);
        line_add_c(next, "IAM on-call was told. Take it away again and cancel this ticket, or have "
                         "an exception approved by somebody else.");
        return;
    }
    bool silent = str_empty(why_of(d));
    line_add_c(l, silent ? "Waiting for the access policy to answer" : "Waiting");
    say_why(l, d);
    line_add_c(next, before ? "Nothing to do: it is asked again by itself, and work begins after "
                              "it says yes."
                            : "Nothing to do: it is asked again by itself.");
}

bool words_policy_denied(struct line *l, struct line *next, const struct dossier *d)
{
    const struct permit *p = permit_in_the_way(d);

    if (!p || p->answer != PERMIT_DENIED)
        return false;
    line_add_c(l, "Declined by the access policy");
    say_why(l, d);
    line_add_c(next, "Nothing is to be changed; decline or cancel this ticket. Still wanted? The "
                     "requester asks the owner of the policy, then anew.");
    return true;
}

uint64_t words_permit_key(const struct dossier *d)
{
    return str_hash(why_of(d));
}
