#include "site/site_edition.h"

#include <stdlib.h>

#include "base/codecs.h"

/* What is approved is read from these: a change to one of them after approval counts, whatever it
 * is changed to. */
static size_t list_approvable(const struct mapping *m, struct str *fields)
{
    size_t count = 0;

    fields[count++] = m->request_type_field;
    for (size_t i = 0; i < m->rule_count; i++) {
        const struct mapping_rule *r = &m->rules[i];
        const struct str from[] = {r->subject.from, r->account.from, r->application.from,
                                   r->entitlement.from, r->privileged.from};
        for (size_t k = 0; k < sizeof from / sizeof from[0]; k++)
            if (from[k].len && !str_starts(from[k], STR(FIELD_QUESTION)))
                fields[count++] = from[k];
    }
    return count;
}

/* And those whose history matters beside. */
static size_t list_history(const struct mapping *m, struct str *fields, size_t count)
{
    const struct mapping_exception *x = &m->exception;
    const struct str more[] = {
        STR("status"), STR("resolution"), x->asked.len ? STR("assignee") : STR_NONE,
        x->asked,      x->until,          x->owner,
        x->decision};

    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        if (more[i].len)
            fields[count++] = more[i];
    return count;
}

bool site_edition_is_of_form(struct str field)
{
    return str_eq_c(field, "form") || str_starts(field, STR(FIELD_QUESTION));
}

static void add_field(struct buf *list, struct str field)
{
    AUTO(drop_buf) struct buf coded;
    struct str rest = buf_str(list);

    buf_init(&coded, SITE_FIELDS_BYTES);
    url_encode(&coded, field);
    while (rest.len)
        if (str_eq(str_cut(&rest, ','), buf_str(&coded)))
            return;
    if (!field.len || site_edition_is_of_form(field))
        return;
    if (list->len)
        buf_add_byte(list, ',');
    buf_add_str(list, buf_str(&coded));
}

/* Only what the mapping reads and what we judge by: a long description or thread of comments costs
 * nothing, and cannot make a ticket unreadable. Empty, which is all fields, when the list would be
 * too long for an address. */
static void make_fields(struct site_edition *e)
{
    static const char *const OURS[] = {"status",    "resolution",  "created", "updated",
                                       "creator",   "reporter",    "labels",  "project",
                                       "issuetype", "archiveddate"};
    const struct mapping *m = e->mapping;
    AUTO(drop_buf) struct buf list;

    buf_init(&list, SITE_FIELDS_BYTES - 1);
    for (size_t i = 0; i < sizeof OURS / sizeof OURS[0]; i++)
        add_field(&list, str_of(OURS[i]));
    add_field(&list, m->ticket.marker);
    add_field(&list, m->check_field);
    add_field(&list, m->reason_field);
    if (m->exception.asked.len)
        add_field(&list, STR("assignee"));
    add_field(&list, m->exception.asked);
    add_field(&list, m->exception.until);
    add_field(&list, m->exception.owner);
    add_field(&list, m->exception.control);
    add_field(&list, m->exception.decision);
    for (size_t i = 0; i < e->read_count; i++)
        add_field(&list, e->read[i]);
    if (!list.over)
        str_copy(e->fields, sizeof e->fields, buf_str(&list));
}

struct site_edition *site_edition_new(const struct mapping *mapping, struct arena *arena)
{
    struct site_edition *e = calloc(1, sizeof *e);

    if (!e)
        abort();
    list_init(&e->link);
    e->holds = 1;
    e->mapping = mapping;
    e->arena = arena;
    e->field_count = list_approvable(mapping, e->history);
    e->history_count = list_history(mapping, e->history, e->field_count);
    e->read_count = mapping_fields(mapping, NULL, e->read);
    make_fields(e);
    return e;
}

void site_edition_drop(struct site_edition *e)
{
    if (!e || --e->holds)
        return;
    arena_free(e->arena);
    free(e);
}

static void drop_hold(void *edition)
{
    site_edition_drop(edition);
}

void site_edition_hold(struct site_edition *e, struct arena *arena)
{
    e->holds++;
    arena_on_free(arena, drop_hold, e);
}

static void take_roles(struct site *site, const struct mapping *m)
{
    for (size_t i = 0; i < m->status_count; i++)
        site->statuses[i] = (struct jsm_status_role){m->statuses[i].name, m->statuses[i].role};
    for (size_t i = 0; i < m->resolution_count; i++)
        site->resolutions[i] =
            (struct jsm_status_role){m->resolutions[i].name, m->resolutions[i].role};
    site->view.statuses = site->statuses;
    site->view.status_count = m->status_count;
    site->view.resolutions = site->resolutions;
    site->view.resolution_count = m->resolution_count;
}

static void go_by(struct site *site, struct site_edition *e)
{
    const struct mapping *m = e->mapping;
    struct jsm_view *view = &site->view;

    site->edition = e;
    site->o.mapping = m;
    site->fields = str_of(e->fields);
    take_roles(site, m);
    view->marker_field = m->ticket.marker;
    view->fields = e->history;
    view->field_count = e->field_count;
    view->history_count = e->history_count;
    view->field_names = NULL; /* asked for anew where they matter: site_learn */
    view->check_field = m->check_field;
    view->reason_field = m->reason_field;
    view->plea = (struct jsm_plea_fields){.asked = m->exception.asked,
                                          .until = m->exception.until,
                                          .owner = m->exception.owner,
                                          .control = m->exception.control,
                                          .decision = m->exception.decision,
                                          .approved = m->exception.approved,
                                          .declined = m->exception.declined,
                                          .approvers = m->exception.approvers,
                                          .approver_count = m->exception.approver_count};
}

static void let_go_of_oldest(struct site *site)
{
    struct site_edition *e = container_of(list_shift(&site->editions), struct site_edition, link);

    site->edition_count--;
    site_edition_drop(e);
}

static void keep(struct site *site, struct site_edition *e)
{
    list_push(&site->editions, &e->link);
    if (++site->edition_count > SITE_EDITIONS_KEPT)
        let_go_of_oldest(site);
}

void site_edition_use(struct site *site, struct site_edition *e)
{
    if (site->edition)
        keep(site, site->edition);
    go_by(site, e);
}

void site_edition_share(struct site *site, const struct site *other)
{
    if (site->edition == other->edition)
        return;
    site_edition_drop(site->edition);
    other->edition->holds++;
    go_by(site, other->edition);
}

void site_edition_keep(struct site *site, struct site_edition *e)
{
    const struct jsm_view *view = &site->view;

    /* a Data Center's names of fields are known for those that the live one looks for */
    for (size_t i = 0; view->field_names && i < e->history_count; i++)
        for (size_t k = 0; k < view->history_count; k++)
            if (str_eq(e->history[i], view->fields[k]))
                e->names[i] = arena_str(e->arena, view->field_names[k]);
    keep(site, e);
}

struct site_edition *site_edition_find(struct site *site, struct str sha256_hex)
{
    struct list *head = &site->editions;

    LIST_EACH (at, head) {
        struct site_edition *e = container_of(at, struct site_edition, link);
        if (!str_eq_c(sha256_hex, e->mapping->sha256))
            continue;
        list_remove(&e->link); /* the one asked for last stands last */
        list_push(head, &e->link);
        return e;
    }
    return NULL;
}

void site_editions_drop(struct site *site)
{
    while (site->edition_count)
        let_go_of_oldest(site);
    site_edition_drop(site->edition);
    site->edition = NULL;
}
