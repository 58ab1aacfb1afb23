/* calendars and sla: when there is business time, and what is asked of time. */
#include <string.h>

#include "base/clock.h"
#include "config/config_priv.h"
#include "io/io_file.h"

enum { ZONE_FILE_BYTES = 64 * 1024, DAY_S = 24 * 3600, GOAL_MAX_DAYS = 366 };

/* --- calendars --- */

static const char *const WEEKDAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static bool weekday_from(struct str name, size_t *ret)
{
    for (size_t i = 0; i < CALENDAR_DAYS; i++) {
        if (str_eq_c(name, WEEKDAYS[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool digits(struct str s, size_t at, size_t n, int32_t *ret)
{
    *ret = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.len || s.p[i] < '0' || s.p[i] > '9')
            return false;
        *ret = *ret * 10 + (s.p[i] - '0');
    }
    return true;
}

/* "08:00-17:30"; 24:00 is the end of the day. */
static bool hours_from(struct str s, struct calendar_hours *ret)
{
    int32_t h1, m1, h2, m2;

    if (s.len != 11 || s.p[2] != ':' || s.p[5] != '-' || s.p[8] != ':' || !digits(s, 0, 2, &h1) ||
        !digits(s, 3, 2, &m1) || !digits(s, 6, 2, &h2) || !digits(s, 9, 2, &m2) || m1 > 59 ||
        m2 > 59)
        return false;
    *ret = (struct calendar_hours){h1 * 60 + m1, h2 * 60 + m2};
    return true;
}

static void load_time(struct loader *l, const struct yaml *v, struct calendar_hours *hours,
                      size_t *count)
{
    if (*count == CALENDAR_HOURS_MAX) {
        diag_error(l->v.diags, "C152", v->pos, "more than %d open times a day", CALENDAR_HOURS_MAX);
        diag_help(l->v.diags, "join those that touch");
        return;
    }
    if (v->kind != YAML_SCALAR || !hours_from(v->scalar, &hours[*count])) {
        diag_error(l->v.diags, "C152", v->pos, "'%.*s' is no open time", STR_ARG(v->scalar));
        diag_help(l->v.diags, "write \"08:00-17:00\", as the clock on the wall shows it");
        return;
    }
    const char *fault = calendar_hours_fault(hours, ++*count);
    if (!fault)
        return;
    --*count; /* one fault for one mistake */
    diag_error(l->v.diags, "C152", v->pos, "'%.*s' %s", STR_ARG(v->scalar), fault);
    diag_help(l->v.diags, "the times of a day stand in their order and do not overlap; over "
                          "midnight: end at 24:00, and begin the next day at 00:00");
}

/* "mon", or "mon-fri". */
static void load_days(struct loader *l, const struct yaml *v, struct calendar *c)
{
    struct str rest = v->key, first = str_cut(&rest, '-');
    size_t from = 0, to = 0, count = 0;
    struct calendar_hours hours[CALENDAR_HOURS_MAX];

    if (!weekday_from(first, &from) || (rest.len && !weekday_from(rest, &to)) ||
        (rest.len && to < from)) {
        diag_error(l->v.diags, "C152", v->key_pos, "'%.*s' is no weekday", STR_ARG(v->key));
        diag_help(l->v.diags, "write mon, tue, wed, thu, fri, sat, sun, or mon-fri");
        return;
    }
    to = rest.len ? to : from;
    if (v->kind == YAML_SCALAR)
        load_time(l, v, hours, &count);
    YAML_EACH(one, v->kind == YAML_LIST ? v : NULL)
    load_time(l, one, hours, &count);
    for (size_t d = from; d <= to; d++) {
        if (c->hours_count[d] && count) {
            diag_error(l->v.diags, "C152", v->key_pos, "%s has its hours already", WEEKDAYS[d]);
            diag_help(l->v.diags, "name each weekday once");
            return;
        }
        memcpy(c->hours[d], hours, count * sizeof *hours);
        c->hours_count[d] = count;
    }
}

/* "2026-12-25", or "12-25" of every year. */
static bool holiday_from(struct str s, struct calendar_holiday *ret)
{
    size_t at = s.len == 10 ? 5 : 0;
    int64_t year;
    int32_t month, day;

    *ret = (struct calendar_holiday){0};
    if ((s.len != 10 && s.len != 5) || s.p[at + 2] != '-' || (at && s.p[4] != '-') ||
        (at && !digits(s, 0, 4, &ret->year)) || !digits(s, at, 2, &ret->month) ||
        !digits(s, at + 3, 2, &ret->day) || ret->month < 1 || ret->month > 12 || ret->day < 1 ||
        (at && !ret->year))
        return false;
    zone_date_of(zone_day_of(at ? ret->year : 2000, ret->month, ret->day), &year, &month, &day);
    return month == ret->month && day == ret->day; /* 30 February is none */
}

static void load_holidays(struct loader *l, const struct yaml *map, struct calendar *c)
{
    YAML_EACH(v, value_list(&l->v, map, "holidays"))
    {
        if (c->holiday_count < CALENDAR_HOLIDAYS_MAX &&
            holiday_from(v->scalar, &c->holidays[c->holiday_count])) {
            c->holiday_count++;
            continue;
        }
        diag_error(l->v.diags, "C153", v->pos, "'%.*s' is no holiday", STR_ARG(v->scalar));
        diag_help(l->v.diags, "write \"2026-12-25\", or \"12-25\" for every year; at most %d",
                  CALENDAR_HOLIDAYS_MAX);
    }
}

/* The name goes into a path: parts of letters, digits, - + and _. */
static bool is_zone_name(struct str s)
{
    bool begins = true;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '_';
        if (!letter && (begins || (!other && c != '/')))
            return false;
        begins = c == '/';
    }
    return s.len && !begins;
}

/* Years whose spans are laid out: of the same year the same, whoever asks. */
static void horizon(struct config *c)
{
    int64_t year;
    int32_t month, day;

    zone_date_of(clock_wall_ms(&CLOCK_SYSTEM) / 1000 / DAY_S, &year, &month, &day);
    c->calendars_from_s = zone_day_of(year - CALENDAR_YEARS_BACK, 1, 1) * DAY_S;
    c->calendars_until_s = zone_day_of(year + CALENDAR_YEARS_ON, 1, 1) * DAY_S;
}

static void load_zone(struct loader *l, const struct yaml *map, struct calendar *c)
{
    const char *why = "there is no such zone on this machine";
    struct str bytes;
    struct err err = {0};

    c->zone = value_required(&l->v, map, "zone", "Europe/Berlin");
    if (!c->zone.len)
        return;
    struct str path = arena_printf(l->arena, "/usr/share/zoneinfo/%.*s", STR_ARG(c->zone));
    if (is_zone_name(c->zone) &&
        file_read(l->arena, arena_cstr(l->arena, path), ZONE_FILE_BYTES, &bytes, &err) &&
        zone_read(bytes, l->c->calendars_from_s, l->c->calendars_until_s, c->changes,
                  &c->change_count, &why))
        return;
    diag_error(l->v.diags, "C154", yaml_member(map, "zone")->pos, "no time zone '%.*s': %s",
               STR_ARG(c->zone), why);
    diag_help(l->v.diags, "write a name of the IANA database, as Europe/Berlin; the package tzdata "
                          "has them");
}

static void load_calendar(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name", "zone", "hours", "holidays", NULL};
    struct config *c = l->c;

    value_refuse_unknown(&l->v, map, KNOWN, "a calendar");
    if (map->kind != YAML_MAP)
        return;
    if (c->calendar_count == CONFIG_CALENDARS_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d calendars", CONFIG_CALENDARS_MAX);
        diag_help(l->v.diags, "remove those that no policy names");
        return;
    }
    struct calendar *one = ARENA_NEW(l->arena, struct calendar);
    if (!one)
        return;
    one->name = value_required(&l->v, map, "name", "office");
    value_check_name(&l->v, map, "name", one->name);
    if (str_eq_c(one->name, "24x7") || config_calendar(c, one->name)) {
        diag_error(l->v.diags, "C150", yaml_member(map, "name")->pos,
                   "there is a calendar '%.*s' already", STR_ARG(one->name));
        diag_help(l->v.diags, "give each its own name; 24x7 is there without being said");
    }
    load_zone(l, map, one);
    YAML_EACH(v, value_map(&l->v, map, "hours"))
    load_days(l, v, one);
    load_holidays(l, map, one);
    if (!calendar_ever_opens(one)) {
        diag_error(l->v.diags, "C151", map->pos, "the calendar '%.*s' is never open",
                   STR_ARG(one->name));
        diag_help(l->v.diags, "add hours: { mon-fri: [\"08:00-17:00\"] }; a clock on it would "
                              "never run");
    }
    c->calendars[c->calendar_count++] = one;
}

const struct calendar *config_calendar(const struct config *c, struct str name)
{
    for (size_t i = 0; i < c->calendar_count; i++)
        if (str_eq(c->calendars[i]->name, name))
            return c->calendars[i];
    return NULL;
}

/* --- policies --- */

static void load_when(struct loader *l, const struct yaml *when, struct sla_policy *p)
{
    static const char *const KNOWN[] = {"kind", "privileged", "lifecycle", "any", NULL};
#define X(name) name,
    static const char *const NAMES[] = {LIFECYCLES(X) NULL};
#undef X
    const struct yaml *kind = yaml_member(when, "kind"), *life = yaml_member(when, "lifecycle");

    value_refuse_unknown(&l->v, when, KNOWN, "when");
    p->for_all = value_bool(&l->v, when, "any", false);
    p->by_kind = kind != NULL;
    if (kind && !request_kind_from(kind->scalar, &p->kind)) {
        diag_error(l->v.diags, "C156", kind->pos, "there is no kind '%.*s'", STR_ARG(kind->scalar));
        diag_help(l->v.diags, "kinds are grant, removal and modify");
    }
    p->by_privileged = yaml_member(when, "privileged") != NULL;
    p->privileged = value_bool(&l->v, when, "privileged", false);
    if (life)
        p->lifecycle = str_of(NAMES[value_choice(&l->v, when, "lifecycle", "C156", NAMES)]);
}

static void load_goals(struct loader *l, const struct yaml *map, struct sla_policy *p)
{
    static const char *const KNOWN[] = {"approve", "fulfil", "verify", NULL};
    const struct yaml *parts = value_map(&l->v, map, "checkpoints");
    const int64_t most_ms = (int64_t)GOAL_MAX_DAYS * DAY_S * 1000;

    value_refuse_unknown(&l->v, parts, KNOWN, "checkpoints");
    p->goals_ms[SLA_WHOLE] = value_duration(&l->v, map, "goal", 0, 1000);
    for (int i = SLA_APPROVE; i < SLA_CHECKPOINT_COUNT; i++) {
        const char *name = sla_checkpoint_name((enum sla_checkpoint)i);
        p->goals_ms[i] = value_duration(&l->v, parts, name, 0, 1000);
        if (p->goals_ms[i] > p->goals_ms[SLA_WHOLE] && p->goals_ms[SLA_WHOLE]) {
            diag_error(l->v.diags, "C157", yaml_member(parts, name)->pos,
                       "the checkpoint '%s' has longer than the goal", name);
            diag_help(l->v.diags, "nobody would hear of it before the goal has passed");
        }
    }
    if (!p->goals_ms[SLA_WHOLE] || p->goals_ms[SLA_WHOLE] > most_ms) {
        const struct yaml *stands = yaml_member(map, "goal");
        diag_error(l->v.diags, "C157", stands ? stands->pos : map->pos,
                   "a policy has a goal of at most %d days", GOAL_MAX_DAYS);
        diag_help(l->v.diags, "add goal: 8h");
    }
}

static bool percent_from(struct str s, int32_t *ret)
{
    size_t n = s.len && s.p[s.len - 1] == '%' ? s.len - 1 : 0;

    return n && n <= 3 && digits(s, 0, n, ret) && *ret >= 1 && *ret <= SLA_PERCENT_MAX;
}

static struct sla_rung *new_rung(struct loader *l, struct sla_policy *p, const struct yaml *at,
                                 const struct yaml *stands)
{
    struct sla_rung *r = &p->rungs[p->rung_count];

    if (p->rung_count == SLA_RUNGS_MAX) {
        diag_error(l->v.diags, "C158", stands->pos, "more than %d rungs", SLA_RUNGS_MAX);
        diag_help(l->v.diags, "leave out those that nobody acts on");
        return NULL;
    }
    if (!at || at->kind != YAML_SCALAR || !percent_from(at->scalar, &r->percent)) {
        diag_error(l->v.diags, "C158", (at ? at : stands)->pos, "a rung stands at a fraction");
        diag_help(l->v.diags, "write at: 75%%, from 1%% to %d%% of the goal", SLA_PERCENT_MAX);
        return NULL;
    }
    r->line = stands->pos.line;
    r->column = stands->pos.column;
    p->rung_count++;
    return r;
}

/* A ticket of its own: where, as one word with the blank that no project key has. */
static void load_escalation(struct loader *l, const struct yaml *map, struct sla_rung *r)
{
    struct str project = value_str(&l->v, map, "project", "");
    struct str type = value_str(&l->v, map, "issue_type", "");

    r->value = value_str(&l->v, map, "request_type", "");
    if (!r->value.len && !type.len) {
        diag_error(l->v.diags, "C159", map->pos, "a ticket of which type?");
        diag_help(l->v.diags, "add request_type: the number of a portal's request type, or "
                              "issue_type: its name; and project: where it is not the site's own");
    }
    r->field =
        type.len ? arena_printf(l->arena, "%.*s %.*s", STR_ARG(project), STR_ARG(type)) : project;
}

static void load_rung(struct loader *l, const struct yaml *map, struct sla_policy *p)
{
    static const char *const KNOWN[] = {"at",      "of",           "do",         "value", "field",
                                        "project", "request_type", "issue_type", NULL};
    const struct yaml *of = yaml_member(map, "of"), *deed = yaml_member(map, "do");

    value_refuse_unknown(&l->v, map, KNOWN, "a rung");
    if (map->kind != YAML_MAP)
        return;
    struct sla_rung *r = new_rung(l, p, yaml_member(map, "at"), map);
    if (!r)
        return;
    if (of && !sla_checkpoint_from(of->scalar, &r->of)) {
        diag_error(l->v.diags, "C158", of->pos, "there is no checkpoint '%.*s'",
                   STR_ARG(of->scalar));
        diag_help(l->v.diags, "checkpoints are whole, approve, fulfil and verify");
    } else if (!p->goals_ms[r->of]) {
        diag_error(l->v.diags, "C158", map->pos, "a fraction of a goal that is not there");
        diag_help(l->v.diags, "add it under checkpoints, or leave 'of' out");
    }
    if (!deed || !sla_deed_from(deed->scalar, &r->deed)) {
        diag_error(l->v.diags, "C159", deed ? deed->pos : map->pos, "a rung says what is done");
        diag_help(l->v.diags, "write do: event, comment, priority, assignee, group or "
                              "ticket");
        return;
    }
    r->value = value_str(&l->v, map, "value", "");
    r->field = value_str(&l->v, map, "field", "");
    bool needs = r->deed == SLA_PRIORITY || r->deed == SLA_ASSIGNEE || r->deed == SLA_GROUP;
    bool places = yaml_member(map, "project") || yaml_member(map, "request_type") ||
                  yaml_member(map, "issue_type");
    if (needs != (r->value.len > 0) || (r->deed == SLA_GROUP) != (r->field.len > 0) ||
        (places && r->deed != SLA_TICKET)) {
        diag_error(l->v.diags, "C159", map->pos, "'%s' and its value do not fit",
                   sla_deed_name(r->deed));
        diag_help(l->v.diags, "priority and assignee take a value, a group value and field "
                              "(customfield_10010), a ticket project, request_type and "
                              "issue_type, the others none");
    } else if (r->deed == SLA_TICKET) {
        load_escalation(l, map, r);
    }
}

static void load_ladder(struct loader *l, const struct yaml *map, struct sla_policy *p)
{
    YAML_EACH(v, value_list(&l->v, map, "remind"))
    {
        struct sla_rung *r = new_rung(l, p, v, v);
        if (r)
            r->deed = SLA_COMMENT;
    }
    YAML_EACH(v, value_list(&l->v, map, "ladder"))
    load_rung(l, v, p);
    if (!p->rung_count) { /* nobody would hear of it */
        p->rungs[p->rung_count++] = (struct sla_rung){.percent = 75};
        p->rungs[p->rung_count++] = (struct sla_rung){.percent = 100};
    }
    sla_rungs_sort(p->rungs, p->rung_count);
    if (p->rungs[0].percent < 100)
        return;
    diag_error(l->v.diags, "C158", map->pos, "nothing is done before the goal has passed");
    diag_help(l->v.diags, "add a rung below 100%%: afterwards it is too late to help");
}

static void load_policy(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name",        "when",   "calendar", "goal",
                                        "checkpoints", "remind", "ladder",   NULL};
    struct config *c = l->c;
    const struct yaml *calendar = yaml_member(map, "calendar");

    value_refuse_unknown(&l->v, map, KNOWN, "a policy of sla");
    if (map->kind != YAML_MAP)
        return;
    struct sla_policy *p = ARENA_NEW(l->arena, struct sla_policy);
    if (c->sla_count == SLA_POLICIES_MAX || !p) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d policies", SLA_POLICIES_MAX);
        diag_help(l->v.diags, "remove those that nothing chooses");
        return;
    }
    p->name = value_required(&l->v, map, "name", "privileged-removal");
    value_check_name(&l->v, map, "name", p->name);
    if (config_sla_of(c, p->name)) {
        diag_error(l->v.diags, "C155", yaml_member(map, "name")->pos,
                   "two policies are called '%.*s'", STR_ARG(p->name));
        diag_help(l->v.diags, "rules of the mapping name them: give each its own");
    }
    load_when(l, value_map(&l->v, map, "when"), p);
    if (calendar && !str_eq_c(calendar->scalar, "24x7")) {
        p->calendar = calendar->scalar;
        if (!config_calendar(c, p->calendar)) {
            diag_error(l->v.diags, "C150", calendar->pos, "there is no calendar '%.*s'",
                       STR_ARG(p->calendar));
            diag_help(l->v.diags, "name one under calendars, or 24x7");
        }
    }
    load_goals(l, map, p);
    load_ladder(l, map, p);
    c->slas[c->sla_count++] = p;
}

const struct sla_policy *config_sla_of(const struct config *c, struct str name)
{
    for (size_t i = 0; i < c->sla_count; i++)
        if (str_eq(c->slas[i]->name, name))
            return c->slas[i];
    return NULL;
}

void config_sla(struct loader *l, const struct yaml *root)
{
    horizon(l->c);
    YAML_EACH(v, value_list(&l->v, root, "calendars"))
    load_calendar(l, v);
    YAML_EACH(v, value_list(&l->v, root, "sla"))
    load_policy(l, v);
}

/* An escalation that is itself governed would be pressed in its turn. */
static bool escalates_into(const struct config *c, struct str request_type)
{
    for (size_t i = 0; i < c->sla_count; i++)
        for (size_t k = 0; k < c->slas[i]->rung_count; k++)
            if (c->slas[i]->rungs[k].deed == SLA_TICKET &&
                str_eq(c->slas[i]->rungs[k].value, request_type))
                return true;
    return false;
}

bool config_sla_fits(const struct config *c, const struct mapping *m, struct diag_list *diags)
{
    bool fits = m != NULL;

    for (size_t i = 0; m && i < m->rule_count; i++) {
        const struct mapping_rule *r = &m->rules[i];
        if (r->request_type.len && escalates_into(c, r->request_type)) {
            diag_error(diags, "C138", r->pos, "request type %.*s is what a ladder escalates into",
                       STR_ARG(r->request_type));
            diag_help(diags, "have tickets of the ladder made of a request type that no rule "
                             "governs");
            fits = false;
        }
        if (!r->sla_policy.len || config_sla_of(c, r->sla_policy))
            continue;
        diag_error(diags, "C138", r->sla_pos, "there is no policy '%.*s'", STR_ARG(r->sla_policy));
        diag_help(diags, "name it under sla in the configuration, or write sla: { goal: 8h } here");
        fits = false;
    }
    return fits;
}
