#include "base/log_brief.h"

static bool is_over(const struct log_brief_slot *s, int64_t now_ms)
{
    return now_ms - s->said_ms >= LOG_BRIEF_MS;
}

static struct log_brief_slot *slot_of(struct log_brief *b, struct str place, struct str why,
                                      int64_t now_ms)
{
    struct log_brief_slot cut = {0}, *found = &b->slots[LOG_BRIEF_SLOTS];

    str_copy(cut.place, sizeof cut.place, place);
    str_copy(cut.why, sizeof cut.why, why);
    for (size_t i = LOG_BRIEF_SLOTS; i-- > 0;) {
        struct log_brief_slot *s = &b->slots[i];
        if (s->used && str_eq_c(str_of(s->place), cut.place) && str_eq_c(str_of(s->why), cut.why))
            return s;
        if (!s->used || (!s->held && is_over(s, now_ms)))
            found = s;
    }
    if (found == &b->slots[LOG_BRIEF_SLOTS]) {
        str_copy(found->place, sizeof found->place, STR("several"));
        str_copy(found->why, sizeof found->why, STR("more reasons than are told apart"));
        return found;
    }
    *found = cut;
    return found;
}

bool log_brief_take(struct log_brief *b, struct str place, struct str why, int64_t now_ms)
{
    struct log_brief_slot *s = slot_of(b, place, why, now_ms);

    if (s->used && !is_over(s, now_ms)) {
        s->held++;
        return false;
    }
    if (s->held) { /* nobody has asked what is due: this one is told of with them */
        s->held++;
        return false;
    }
    s->used = true;
    s->said_ms = now_ms;
    return true;
}

bool log_brief_due(struct log_brief *b, int64_t now_ms, struct str *ret_place, struct str *ret_why,
                   uint64_t *ret_count)
{
    for (size_t i = 0; i <= LOG_BRIEF_SLOTS; i++) {
        struct log_brief_slot *s = &b->slots[i];
        if (!s->held || !is_over(s, now_ms))
            continue;
        *ret_place = str_of(s->place);
        *ret_why = str_of(s->why);
        *ret_count = s->held;
        s->held = 0;
        s->said_ms = now_ms;
        return true;
    }
    return false;
}
