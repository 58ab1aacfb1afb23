#include "service/terms.h"

void terms_take(const struct mapped *m, struct store_intake *ret,
                struct store_item items[MAPPED_ITEMS_MAX])
{
    const struct mapping_template *t = m->rule->template;
    struct mapped_item asked[MAPPED_ITEMS_MAX];

    ret->lifecycle = ret->emergency  ? STR("emergency")
                     : t             ? t->lifecycle
                     : m->privileged ? STR("privileged")
                                     : STR("standard");
    ret->subject_kind = t ? t->subject_kind : STR("human");
    ret->items = items;
    ret->item_count = m->outcome == MAPPED_OK ? mapping_items(m, asked) : 0;
    for (size_t i = 0; i < ret->item_count; i++)
        items[i] =
            (struct store_item){m->source, m->account, asked[i].entitlement, asked[i].desired};
}

void terms_take_found(const struct mapped *m, struct store_intake *ret,
                      struct store_item items[MAPPED_ITEMS_MAX])
{
    terms_take(m, ret, items);
    if (!ret->emergency && m->rule->change != REQUEST_MODIFY)
        ret->lifecycle = m->privileged ? STR("privileged") : STR("standard");
    if (m->rule->change == REQUEST_REMOVAL)
        ret->subject_kind = STR("human");
}

bool terms_within(const struct mapped *m, int64_t until_ms, int64_t now_ms)
{
    const struct mapping_template *t = m->rule->template;

    if (!t || !t->wants[FACT_ACCESS_UNTIL])
        return true;
    return until_ms && (!t->access_for_ms || until_ms <= now_ms + t->access_for_ms);
}
