/* step_link.c: the one link from a ticket to its evidence, with a picture of what is so. */
#include "domain/badge.h"
#include "jsm/jsm_saga.h"
#include "service/step_priv.h"

void step_read_evidence_links(struct prep *p)
{
    prep_read(p, jsm_call_links(p->arena, p->flow->issue_id));
}

static struct str icon(const struct prep *p, struct str name)
{
    return arena_printf(p->arena, "%.*s/icon/%.*s.svg", STR_ARG(p->site->config->evidence_url),
                        STR_ARG(name));
}

bool step_build_evidence_link(struct prep *p)
{
    struct str base = p->site->config->evidence_url, key = p->ticket->key;
    enum badge badge;

    if (!badge_from(p->flow->cycle, &badge) || !base.len)
        return prep_cannot(p, STR("nothing is known that the link could show"));
    struct jsm_link link = {
        .global_id =
            arena_printf(p->arena, "countersign-evidence=%.*s", STR_ARG(p->flow->request_id)),
        .url = arena_printf(p->arena, "%.*s/r/%.*s", STR_ARG(base), STR_ARG(key)),
        .title = arena_printf(p->arena, "Evidence · %.*s", STR_ARG(key)),
        .icon = icon(p, STR("countersign")),
        .state = str_of(badge_words(badge)),
        .state_icon = icon(p, str_of(badge_name(badge)))};

    return jsm_link_stands(p->read, &link) ||
           prep_make(p, jsm_call_link(p->arena, p->flow->issue_id, &link));
}
