/* The bodies of both ways to make a ticket. */
#include "jsm/jsm_adf.h"
#include "jsm/jsm_call_priv.h"
#include "jsm/jsm_field.h"
#include "jsm/jsm_marker.h"

static void put_key_object(struct json_out *out, const char *name, const char *key,
                           struct str value)
{
    json_put_name(out, name);
    json_open_object(out);
    json_str_member(out, key, value);
    json_close_object(out);
}

static bool labels_carry(const struct jsm_create *c)
{
    return !c->marker_field.len || str_eq_c(c->marker_field, "labels");
}

/* What both ways of creating have in common: words, marker, and what the mapping made. */
static void put_content(struct json_out *out, struct arena *a, const struct jsm_create *c)
{
    struct str text =
        arena_printf(a, "%.*s\n\nCountersign %.*s", STR_ARG(c->description), STR_ARG(c->marker));

    json_str_member(out, "summary", c->summary);
    if (c->description.len) {
        json_put_name(out, "description");
        json_put_raw(out, jsm_adf_text(a, text));
    }
    if (labels_carry(c) || c->labels.len) {
        json_put_name(out, "labels");
        json_open_array(out);
        if (labels_carry(c))
            json_put_str(out, c->marker);
        if (c->labels.len)
            json_put_raw(out, c->labels);
        json_close_array(out);
    }
    if (str_starts(c->marker_field, STR("customfield_")))
        json_str_member(out, arena_cstr(a, c->marker_field), c->marker);
    if (c->fields.len > 2) { /* the members inside the braces */
        buf_add_byte(out->buf, ',');
        buf_add(out->buf, c->fields.p + 1, c->fields.len - 2);
    }
}

struct str jsm_request_body(struct arena *a, const struct jsm_create *c, struct str desk,
                            const struct str *participants, size_t participant_count)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "serviceDeskId", desk);
    json_str_member(&out, "requestTypeId", c->request_type);
    json_bool_member(&out, "isAdfRequest", true);
    if (c->reporter.len)
        json_str_member(&out, "raiseOnBehalfOf", c->reporter);
    if (participant_count) {
        json_put_name(&out, "requestParticipants");
        json_open_array(&out);
        for (size_t i = 0; i < participant_count; i++)
            json_put_str(&out, participants[i]);
        json_close_array(&out);
    }
    if (c->answers.len) {
        json_put_name(&out, "form");
        json_open_object(&out);
        json_put_name(&out, "answers");
        json_put_raw(&out, c->answers);
        json_close_object(&out);
    }
    json_put_name(&out, "requestFieldValues");
    json_open_object(&out);
    put_content(&out, a, c);
    json_close_object(&out);
    json_close_object(&out);
    return jsm_settle(a, &b);
}

static void put_binding(struct json_out *out, const struct jsm_create *c)
{
    json_put_name(out, "properties");
    json_open_array(out);
    json_open_object(out);
    json_str_member(out, "key", STR(JSM_BIND));
    json_put_name(out, "value");
    jsm_bind_write(out, &(struct jsm_bind){c->site, c->site_id, c->request_id});
    json_close_object(out);
    json_close_array(out);
}

struct str jsm_create_body(struct arena *a, const struct jsm_create *c)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "fields");
    json_open_object(&out);
    put_key_object(&out, "project", "key", c->project);
    put_key_object(&out, "issuetype", "name", c->issue_type);
    if (c->request_type.len)
        json_str_member(&out, c->request_type_field.p, c->request_type);
    if (c->reporter.len) {
        json_put_name(&out, "reporter");
        jsm_person_put(&out, c->reporter);
    }
    put_content(&out, a, c);
    json_close_object(&out);
    if (c->request_id.len)
        put_binding(&out, c);
    json_close_object(&out);
    return jsm_settle(a, &b);
}
