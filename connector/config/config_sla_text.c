/* What the configuration says of time, laid out as the database and `countersign sla` take it. */
#include "base/codecs.h"
#include "base/digest.h"
#include "config/config_priv.h"
#include "json/json_write.h"

enum {
    TEXT_BYTES = 6 * 1024 * 1024,
    PART_BYTES = 2 * 1024 * 1024,
    HEX_SIZE = 2 * SHA256_BYTES + 1
};

static const char *const WEEKDAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* A part is hashed as it is written: two that say the same are the same. */
static void hash_of(const struct buf *b, char ret[HEX_SIZE])
{
    uint8_t digest[SHA256_BYTES];

    digest_sha256(buf_str(b), digest);
    hex_encode(digest, sizeof digest, ret);
}

/* --- calendars --- */

static void put_said(struct json_out *out, struct arena *arena, const struct calendar *c)
{
    json_put_name(out, "said");
    json_open_object(out);
    json_put_name(out, "hours");
    json_open_object(out);
    for (size_t d = 0; d < CALENDAR_DAYS; d++) {
        json_put_name(out, WEEKDAYS[d]);
        json_open_array(out);
        for (size_t i = 0; i < c->hours_count[d]; i++) {
            const struct calendar_hours *h = &c->hours[d][i];
            json_put_str(out,
                         arena_printf(arena, "%02d:%02d-%02d:%02d", h->opens_min / 60,
                                      h->opens_min % 60, h->closes_min / 60, h->closes_min % 60));
        }
        json_close_array(out);
    }
    json_close_object(out);
    json_put_name(out, "holidays");
    json_open_array(out);
    for (size_t i = 0; i < c->holiday_count; i++) {
        const struct calendar_holiday *h = &c->holidays[i];
        struct str day = arena_printf(arena, "%02d-%02d", h->month, h->day);
        json_put_str(out, h->year ? arena_printf(arena, "%04d-%.*s", h->year, STR_ARG(day)) : day);
    }
    json_close_array(out);
    json_close_object(out);
}

static void put_spans(struct json_out *out, const struct calendar_span *spans, size_t count)
{
    json_put_name(out, "spans");
    json_open_array(out);
    for (size_t i = 0; i < count; i++) {
        json_open_array(out);
        json_put_i64(out, spans[i].opens_s);
        json_put_i64(out, spans[i].closes_s);
        json_close_array(out);
    }
    json_close_array(out);
}

size_t config_calendar_spans(const struct config *c, struct arena *arena,
                             const struct calendar *one, const struct calendar_span **ret)
{
    struct calendar_span *spans = arena_array(arena, CALENDAR_SPANS_MAX, sizeof *spans);
    size_t count = 0;

    *ret = spans;
    if (!spans || !calendar_spans(one, c->calendars_from_s, c->calendars_until_s, spans,
                                  CALENDAR_SPANS_MAX, &count))
        return 0;
    return count;
}

/* False: it has more spans than can be laid out. */
static bool put_calendar(struct buf *b, struct arena *arena, const struct config *c,
                         const struct calendar *one)
{
    const struct calendar_span *spans;
    struct json_out out;
    size_t count = config_calendar_spans(c, arena, one, &spans);

    if (!count)
        return false;
    json_begin(&out, b);
    json_open_object(&out);
    json_str_member(&out, "name", one->name);
    json_str_member(&out, "zone", one->zone);
    json_i64_member(&out, "from_s", c->calendars_from_s);
    json_i64_member(&out, "until_s", c->calendars_until_s);
    put_said(&out, arena, one);
    put_spans(&out, spans, count);
    json_close_object(&out);
    return !b->over;
}

/* --- policies --- */

static void put_when(struct json_out *out, const struct sla_policy *p)
{
    json_put_name(out, "when");
    json_open_object(out);
    if (p->for_all)
        json_bool_member(out, "any", true);
    if (p->by_kind)
        json_str_member(out, "kind", str_of(request_kind_name(p->kind)));
    if (p->by_privileged)
        json_bool_member(out, "privileged", p->privileged);
    if (p->lifecycle.len)
        json_str_member(out, "lifecycle", p->lifecycle);
    json_close_object(out);
}

static void put_body(struct buf *b, const struct sla_policy *p)
{
    struct json_out out;

    json_begin(&out, b);
    json_open_object(&out);
    put_when(&out, p);
    json_put_name(&out, "goals");
    json_open_object(&out);
    for (int i = 0; i < SLA_CHECKPOINT_COUNT; i++)
        if (p->goals_ms[i])
            json_i64_member(&out, sla_checkpoint_name((enum sla_checkpoint)i), p->goals_ms[i]);
    json_close_object(&out);
    json_put_name(&out, "rungs");
    json_open_array(&out);
    for (size_t i = 0; i < p->rung_count; i++) {
        const struct sla_rung *r = &p->rungs[i];
        json_open_object(&out);
        json_str_member(&out, "of", str_of(sla_checkpoint_name(r->of)));
        json_i64_member(&out, "percent", r->percent);
        json_str_member(&out, "deed", str_of(sla_deed_name(r->deed)));
        if (r->value.len)
            json_str_member(&out, "value", r->value);
        if (r->field.len)
            json_str_member(&out, "field", r->field);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
}

/* --- both --- */

struct writing {
    struct json_out out;
    struct arena *arena;
    const struct config *c;
    char hashes[CONFIG_CALENDARS_MAX][HEX_SIZE];
    bool fits;
};

static void write_calendars(struct writing *w)
{
    json_put_name(&w->out, "calendars");
    json_open_array(&w->out);
    for (size_t i = 0; i < w->c->calendar_count; i++) {
        AUTO(drop_buf) struct buf part;
        buf_init(&part, PART_BYTES);
        w->fits &= put_calendar(&part, w->arena, w->c, w->c->calendars[i]);
        hash_of(&part, w->hashes[i]);
        /* the hash stands beside what it is of */
        json_open_object(&w->out);
        json_str_member(&w->out, "sha256", str_of(w->hashes[i]));
        json_put_name(&w->out, "calendar");
        json_put_raw(&w->out, buf_str(&part));
        json_close_object(&w->out);
    }
    json_close_array(&w->out);
}

static void write_policies(struct writing *w)
{
    json_put_name(&w->out, "policies");
    json_open_array(&w->out);
    for (size_t i = 0; i < w->c->sla_count; i++) {
        const struct sla_policy *p = w->c->slas[i];
        char hash[HEX_SIZE];
        const char *calendar = "";
        AUTO(drop_buf) struct buf body, all;
        buf_init(&body, PART_BYTES);
        buf_init(&all, PART_BYTES);
        put_body(&body, p);
        for (size_t k = 0; k < w->c->calendar_count; k++)
            if (p->calendar.len && str_eq(w->c->calendars[k]->name, p->calendar))
                calendar = w->hashes[k];
        w->fits &= buf_add_str(&all, buf_str(&body)) && buf_add_c(&all, calendar);
        hash_of(&all, hash);
        json_open_object(&w->out);
        json_str_member(&w->out, "name", p->name);
        json_str_member(&w->out, "sha256", str_of(hash));
        json_str_member(&w->out, "calendar", p->calendar);
        json_str_member(&w->out, "calendar_sha256", str_of(calendar));
        json_put_name(&w->out, "body");
        json_put_raw(&w->out, buf_str(&body));
        json_close_object(&w->out);
    }
    json_close_array(&w->out);
}

bool config_sla_text(const struct config *c, struct arena *arena, struct str *ret)
{
    AUTO(drop_buf) struct buf b;
    struct writing *w = ARENA_NEW(arena, struct writing);

    if (!w)
        return false;
    buf_init(&b, TEXT_BYTES);
    *w = (struct writing){.arena = arena, .c = c, .fits = true};
    json_begin(&w->out, &b);
    json_open_object(&w->out);
    write_calendars(w);
    write_policies(w);
    json_close_object(&w->out);
    *ret = arena_str(arena, buf_str(&b));
    return w->fits && !b.over && ret->len;
}
