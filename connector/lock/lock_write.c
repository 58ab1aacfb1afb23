/* The file: members by name, lists by id, one line for each thing that has nothing inside. */
#include <stdlib.h>
#include <string.h>

#include "lock/lock.h"

static const char *const KINDS[] = {
#define X(suffix, text) text,
    FIELD_KINDS(X)
#undef X
};

/* --- in order --- */

/* Numbers as numbers: the shorter first. */
static int by_id(struct str a, struct str b)
{
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return str_cmp(a, b);
}

#define ORDER(name, type, member)                                           \
    static int name(const void *x, const void *y)                           \
    {                                                                       \
        return by_id(((const type *)x)->member, ((const type *)y)->member); \
    }
ORDER(field_order, struct lock_field, id)
ORDER(form_order, struct jsm_field, id)
ORDER(type_order, struct lock_type, id)
ORDER(status_order, struct lock_status, id)
ORDER(named_order, struct lock_named, id)
ORDER(project_order, struct lock_project, key)

static int choice_order(const void *x, const void *y)
{
    const struct jsm_choice *a = x, *b = y;
    int upper = by_id(a->parent, b->parent);

    return upper ? upper : by_id(a->id, b->id);
}

static int road_order(const void *x, const void *y)
{
    const struct lock_road *a = x, *b = y;
    int flow = str_cmp(a->workflow, b->workflow);

    return flow ? flow : by_id(a->id, b->id);
}

static int site_order(const void *x, const void *y)
{
    const struct lock_site *a = x, *b = y;
    int site = str_cmp(a->site, b->site);

    return site ? site : str_cmp(a->mapping, b->mapping);
}

/* A sorted copy; the list itself where there is no memory for one (then the arena is over). */
static const void *sorted(struct arena *a, const void *list, size_t count, size_t size,
                          int (*order)(const void *, const void *))
{
    void *copy = count ? arena_array(a, count, size) : NULL;

    if (!copy)
        return list;
    memcpy(copy, list, count * size);
    qsort(copy, count, size, order);
    return copy;
}

#define SORTED(list, count, order) sorted(a, list, count, sizeof *(list), order)

/* --- writing --- */

static void put_choices(struct arena *a, struct json_out *out, const struct jsm_field *f)
{
    const struct jsm_choice *choices = SORTED(f->choices, f->choice_count, choice_order);

    json_put_name(out, "options");
    json_open_array(out);
    for (size_t i = 0; i < f->choice_count; i++) {
        json_open_object(out);
        json_str_member(out, "id", choices[i].id);
        if (choices[i].parent.len)
            json_str_member(out, "parent", choices[i].parent);
        json_str_member(out, "text", choices[i].text);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_form(struct arena *a, struct json_out *out, const struct jsm_form *form)
{
    const struct jsm_field *fields = SORTED(form->fields, form->count, form_order);

    json_put_name(out, "form");
    json_open_object(out);
    json_bool_member(out, "behalf", form->may_behalf);
    json_put_name(out, "fields");
    json_open_array(out);
    for (size_t i = 0; i < form->count; i++) {
        const struct jsm_field *f = &fields[i];
        json_open_object(out);
        json_str_member(out, "id", f->id);
        if (f->writable)
            json_str_member(out, "kind", str_of(KINDS[f->kind]));
        json_str_member(out, "name", f->name);
        if (f->choice_count)
            put_choices(a, out, f);
        if (f->question.len)
            json_str_member(out, "question", f->question);
        json_bool_member(out, "required", f->required);
        json_close_object(out);
    }
    json_close_array(out);
    json_bool_member(out, "participants", form->may_participants);
    if (form->template_known)
        json_str_member(out, "template", form->template);
    json_close_object(out);
}

static void put_types(struct arena *a, struct json_out *out, const struct lock_project *p)
{
    const struct lock_type *types = SORTED(p->types, p->type_count, type_order);

    json_put_name(out, "request_types");
    json_open_array(out);
    for (size_t i = 0; i < p->type_count; i++) {
        json_open_object(out);
        if (types[i].known)
            put_form(a, out, &types[i].form);
        json_str_member(out, "id", types[i].id);
        json_str_member(out, "issue_type", types[i].issue_type);
        json_str_member(out, "name", types[i].name);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_roads(struct arena *a, struct json_out *out, const struct lock_project *p)
{
    const struct lock_road *roads = SORTED(p->roads, p->road_count, road_order);

    json_put_name(out, "transitions");
    json_open_array(out);
    for (size_t i = 0; i < p->road_count; i++) {
        json_open_object(out);
        json_str_member(out, "from", roads[i].from);
        json_str_member(out, "id", roads[i].id);
        json_str_member(out, "name", roads[i].name);
        json_str_member(out, "to", roads[i].to);
        json_str_member(out, "workflow", roads[i].workflow);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_project(struct arena *a, struct json_out *out, const struct lock_project *p)
{
    const struct lock_status *statuses = SORTED(p->statuses, p->status_count, status_order);

    json_open_object(out);
    if (p->screen_type.len) {
        json_put_name(out, "create_screen");
        json_open_object(out);
        if (p->screen_known)
            put_form(a, out, &p->screen);
        json_str_member(out, "issue_type", p->screen_type);
        json_close_object(out);
    }
    json_str_member(out, "desk", p->desk);
    json_str_member(out, "key", p->key);
    put_types(a, out, p);
    json_put_name(out, "statuses");
    json_open_array(out);
    for (size_t i = 0; i < p->status_count; i++) {
        json_open_object(out);
        json_str_member(out, "category", statuses[i].category);
        json_str_member(out, "id", statuses[i].id);
        json_str_member(out, "name", statuses[i].name);
        json_close_object(out);
    }
    json_close_array(out);
    if (p->roads_known)
        put_roads(a, out, p);
    json_close_object(out);
}

static void put_fields(struct arena *a, struct json_out *out, const struct lock_site *s)
{
    const struct lock_field *fields = SORTED(s->fields, s->field_count, field_order);

    json_put_name(out, "fields");
    json_open_array(out);
    for (size_t i = 0; i < s->field_count; i++) {
        json_open_object(out);
        json_str_member(out, "id", fields[i].id);
        if (fields[i].is_known)
            json_str_member(out, "kind", str_of(KINDS[fields[i].kind]));
        json_str_member(out, "name", fields[i].name);
        json_str_member(out, "type", fields[i].type);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_site(struct arena *a, struct json_out *out, const struct lock_site *s, bool timed)
{
    const struct lock_named *resolutions = SORTED(s->resolutions, s->resolution_count, named_order);
    const struct lock_project *projects = SORTED(s->projects, s->project_count, project_order);

    json_open_object(out);
    if (timed)
        json_str_member(out, "captured_at", s->captured_at);
    put_fields(a, out, s);
    json_str_member(out, "flavour", s->flavour);
    json_str_member(out, "mapping", s->mapping);
    json_put_name(out, "projects");
    json_open_array(out);
    for (size_t i = 0; i < s->project_count; i++)
        put_project(a, out, &projects[i]);
    json_close_array(out);
    json_put_name(out, "resolutions");
    json_open_array(out);
    for (size_t i = 0; i < s->resolution_count; i++) {
        json_open_object(out);
        json_str_member(out, "id", resolutions[i].id);
        json_str_member(out, "name", resolutions[i].name);
        json_close_object(out);
    }
    json_close_array(out);
    json_str_member(out, "site", s->site);
    json_str_member(out, "url", s->url);
    json_close_object(out);
}

struct str lock_type_name(struct arena *a, const struct json *schema)
{
    struct str custom = json_path_str(schema, "custom"), type = json_path_str(schema, "type");
    struct str items = json_path_str(schema, "items");
    ptrdiff_t colon = str_find(custom, ':');

    if (colon >= 0)
        return str_n(custom.p + colon + 1, custom.len - (size_t)colon - 1);
    if (custom.len || !items.len)
        return custom.len ? custom : type;
    return arena_printf(a, "%.*s of %.*s", STR_ARG(type), STR_ARG(items));
}

/* --- for people's eyes and for diff --- */

/* Where the string that begins at i ends, behind its quote. */
static size_t string_end(struct str s, size_t i)
{
    for (i++; i < s.len && s.p[i] != '"'; i++)
        i += s.p[i] == '\\';
    return i + 1;
}

/* Does the container that begins at i hold no other? */
static bool is_flat(struct str s, size_t i)
{
    for (i++; i < s.len; i++) {
        if (s.p[i] == '"')
            i = string_end(s, i) - 1;
        else if (s.p[i] == '{' || s.p[i] == '[')
            return false;
        else if (s.p[i] == '}' || s.p[i] == ']')
            return true;
    }
    return true;
}

static void new_line(struct buf *out, int depth)
{
    buf_printf(out, "\n%*s", depth * 2, "");
}

/* Compact JSON in lines; what is flat stays on one. */
void lock_in_lines(struct str s, struct buf *out)
{
    int depth = 0, flat = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '"') {
            size_t end = string_end(s, i);
            buf_add(out, s.p + i, end - i);
            i = end - 1;
        } else if (c == '{' || c == '[') {
            flat = is_flat(s, i);
            depth++;
            buf_add_byte(out, c);
            if (!flat)
                new_line(out, depth);
        } else if (c == '}' || c == ']') {
            depth--;
            if (!flat)
                new_line(out, depth);
            flat = 0;
            buf_add_byte(out, c);
        } else {
            buf_add_byte(out, c);
            if (c == ':' || (c == ',' && flat))
                buf_add_byte(out, ' ');
            else if (c == ',')
                new_line(out, depth);
        }
    }
    buf_add_byte(out, '\n');
}

struct str lock_write(struct arena *a, const struct lock *lock)
{
    AUTO(drop_buf) struct buf compact;
    AUTO(drop_buf) struct buf lines;
    const struct lock_site *sites = SORTED(lock->sites, lock->count, site_order);
    struct json_out out;

    buf_init(&compact, LOCK_BYTES);
    buf_init(&lines, LOCK_BYTES);
    json_begin(&out, &compact);
    json_open_object(&out);
    json_put_name(&out, "sites");
    json_open_array(&out);
    for (size_t i = 0; i < lock->count; i++)
        put_site(a, &out, &sites[i], true);
    json_close_array(&out);
    json_i64_member(&out, "version", 1);
    json_close_object(&out);
    if (!compact.over && !arena_over(a))
        lock_in_lines(buf_str(&compact), &lines);
    return compact.over || lines.over || arena_over(a) ? STR_NONE : arena_str(a, buf_str(&lines));
}

static struct str timeless(struct arena *a, const struct lock_site *s)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, LOCK_BYTES);
    json_begin(&out, &b);
    put_site(a, &out, s, false);
    return b.over ? STR_NONE : arena_str(a, buf_str(&b));
}

bool lock_is_same(struct arena *a, const struct lock_site *x, const struct lock_site *y)
{
    struct str one = timeless(a, x);

    return one.len && str_eq(one, timeless(a, y));
}

bool lock_put(struct arena *a, struct lock *lock, const struct lock_site *site, bool *ret_changed)
{
    *ret_changed = true;
    for (size_t i = 0; i < lock->count; i++) {
        struct lock_site *there = &lock->sites[i];
        if (!str_eq(there->site, site->site) || !str_eq(there->mapping, site->mapping))
            continue;
        *ret_changed = !lock_is_same(a, there, site);
        if (*ret_changed)
            *there = *site;
        return true;
    }
    if (lock->count == LOCK_SITES_MAX)
        return false;
    lock->sites[lock->count++] = *site;
    return true;
}
