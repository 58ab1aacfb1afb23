#include "readers/rest_profile.h"

#include "readers/rest_shipped.h"

/* Codes P0xx: faults in a profile. */
static const struct yaml_codes CODES = {"P001", "P002"};

struct profile_reader {
    struct diag_list *diags;
};

static void fault(struct profile_reader *r, const struct yaml *v, const char *what)
{
    diag_error(r->diags, "P003", v->pos, "'%.*s' %s", STR_ARG(v->key), what);
}

/* A text; an empty one where the member is not there. */
static struct str text_of(struct profile_reader *r, const struct yaml *map, const char *key)
{
    const struct yaml *v = yaml_member(map, key);

    if (v && v->kind != YAML_SCALAR) {
        fault(r, v, "must be a single value");
        return STR_NONE;
    }
    return v ? v->scalar : STR_NONE;
}

/* RFC 6901. */
static struct str pointer_of(struct profile_reader *r, const struct yaml *map, const char *key)
{
    struct str text = text_of(r, map, key);

    if (text.len && text.p[0] != '/')
        fault(r, yaml_member(map, key), "must be a JSON pointer, such as /id");
    return text;
}

static void read_list(struct profile_reader *r, const struct yaml *map, const char *key,
                      struct rest_list *ret)
{
    const struct yaml *v = yaml_member(map, key);

    if (v && v->kind == YAML_SCALAR) {
        ret->of[ret->count++] = v->scalar;
        return;
    }
    YAML_EACH(it, v)
    {
        if (ret->count == REST_LIST_MAX || it->kind != YAML_SCALAR) {
            fault(r, v, "must be a list of at most 12 single values");
            return;
        }
        ret->of[ret->count++] = it->scalar;
    }
}

static void read_pairs(struct profile_reader *r, const struct yaml *map, const char *key,
                       struct rest_pairs *ret)
{
    YAML_EACH(it, yaml_member(map, key))
    {
        if (ret->count == REST_PAIRS_MAX || it->kind != YAML_SCALAR) {
            fault(r, it, "must be one of at most 8 single values");
            return;
        }
        ret->of[ret->count].name = it->key;
        ret->of[ret->count++].value = it->scalar;
    }
}

static int word_of(struct profile_reader *r, const struct yaml *map, const char *key,
                   const char *const *words, int count, int otherwise)
{
    struct str text = text_of(r, map, key);
    int n = str_index(text, words, count);

    if (text.len && n < 0)
        fault(r, yaml_member(map, key), "is none of the words known here");
    return n < 0 ? otherwise : n;
}

static void only(struct profile_reader *r, const struct yaml *map, const char *where,
                 const char *const *known)
{
    if (map)
        yaml_refuse_unknown(map, known, where, CODES, r->diags);
}

/* Names in braces are known ones: another would be found out with the first read. */
static void check_template(struct profile_reader *r, const struct yaml *v)
{
    static const char *const NAMES[] = {
        "account",        "entitlement", "account.id", "account.plain", "account.quoted",
        "entitlement.id", "org",         "tenant",     "region",        "instance"};
    struct str rest = v ? v->scalar : STR_NONE;

    while (str_find(rest, '{') >= 0) {
        (void)str_cut(&rest, '{');
        struct str name = str_cut(&rest, '}');
        if (str_index(name, NAMES, (int)(sizeof NAMES / sizeof NAMES[0])) < 0)
            diag_error(r->diags, "P003", v->pos, "there is no {%.*s}", STR_ARG(name));
    }
    YAML_EACH(it, v && v->kind != YAML_SCALAR ? v : NULL)
    {
        check_template(r, it);
    }
}

static void read_next(struct profile_reader *r, const struct yaml *step, struct rest_step *s)
{
    static const char *const KNOWN[] = {"link",  "url",    "cursor",       "param",
                                        "page",  "offset", "stable",       "at",
                                        "total", "last",   "total_header", NULL};
    static const char *const TRUTH[] = {"false", "true"};
    const struct yaml *v = yaml_member(step, "next");

    if (!v)
        return;
    if (v->kind == YAML_SCALAR && str_eq_c(v->scalar, "link")) {
        s->next.by = PAGES_BY_ADDRESS;
        s->next.link = true;
        return;
    }
    only(r, v, "next", KNOWN);
    s->next.param = text_of(r, v, "param");
    s->next.at = pointer_of(r, v, "at");
    s->next.total = pointer_of(r, v, "total");
    s->next.last = pointer_of(r, v, "last");
    s->next.total_header = text_of(r, v, "total_header");
    s->next.stable = word_of(r, v, "stable", TRUTH, 2, 0) != 0;
    if (word_of(r, v, "link", TRUTH, 2, 0) != 0) {
        s->next.by = PAGES_BY_ADDRESS;
        s->next.link = true;
    } else if (yaml_member(v, "url")) {
        s->next.by = PAGES_BY_ADDRESS;
        s->next.at = pointer_of(r, v, "url");
    } else if (yaml_member(v, "cursor")) {
        s->next.by = PAGES_BY_CURSOR;
        s->next.at = pointer_of(r, v, "cursor");
    } else {
        bool page = yaml_member(v, "page") != NULL;
        s->next.by = page ? PAGES_BY_NUMBER : PAGES_BY_OFFSET;
        s->next.param = text_of(r, v, page ? "page" : "offset");
    }
    if (s->next.by != PAGES_BY_ADDRESS && !s->next.param.len)
        fault(r, v, "must be link, or have link: true, url, cursor with param, page or offset");
    if (yaml_member(v, "stable") && s->next.by != PAGES_BY_ADDRESS)
        fault(r, v, "can be stable with link or url alone");
}

static void read_match(struct profile_reader *r, const struct yaml *step, struct rest_step *s)
{
    static const char *const MATCH[] = {"at", "equals", "case", "only", NULL};
    static const char *const ONLY[] = {"at", "is", NULL}, *const OF[] = {"at", "equals", NULL};
    static const char *const CASES[] = {"exact", "ignore"};
    const struct yaml *match = yaml_member(step, "match"), *of = yaml_member(step, "of"),
                      *some = yaml_member(match, "only");

    only(r, match, "match", MATCH);
    only(r, some, "only", ONLY);
    only(r, of, "of", OF);
    s->of.at = pointer_of(r, of, "at");
    s->of.equals = text_of(r, of, "equals");
    check_template(r, yaml_member(of, "equals"));
    check_template(r, yaml_member(match, "equals"));
    s->match.only_at = pointer_of(r, some, "at");
    read_list(r, some, "is", &s->match.only);
    read_list(r, match, "at", &s->match.at);
    s->match.equals = text_of(r, match, "equals");
    int names = word_of(r, match, "case", CASES, 2, -1);
    s->match.exact = names == 0;
    s->match.nocase = names == 1;
    if (match && (!s->match.at.count || !s->match.equals.len))
        fault(r, match, "must have 'at' and 'equals'");
}

static void read_conditions(struct profile_reader *r, const struct yaml *step, struct rest_step *s)
{
    static const char *const ABSENT[] = {"status", "at", "is", NULL};
    static const char *const STATE[] = {"at", "active", "disabled", "optional", NULL};
    static const char *const HELD[] = {"at", "is", "is_not", "pending", "nested", NULL};
    const struct yaml *absent = yaml_member(step, "absent"), *hidden = yaml_member(step, "hidden"),
                      *state = yaml_member(step, "state"), *held = yaml_member(step, "held");

    only(r, absent, "absent", ABSENT);
    only(r, hidden, "hidden", ABSENT + 1);
    only(r, state, "state", STATE);
    only(r, held, "held", HELD);
    if (absent && (!str_to_i64(text_of(r, absent, "status"), &s->absent.status) ||
                   s->absent.status < 400 || s->absent.status > 499))
        fault(r, absent, "must have a 'status' from 400 to 499");
    s->absent.at = pointer_of(r, absent, "at");
    read_list(r, absent, "is", &s->absent.is);
    s->hidden.at = pointer_of(r, hidden, "at");
    read_list(r, hidden, "is", &s->hidden.is);
    s->state.at = pointer_of(r, state, "at");
    read_list(r, state, "active", &s->state.active);
    read_list(r, state, "disabled", &s->state.disabled);
    s->state.optional = str_eq_c(text_of(r, state, "optional"), "true");
    s->held.at = pointer_of(r, held, "at");
    read_list(r, held, "is", &s->held.yes);
    read_list(r, held, "is_not", &s->held.no);
    read_list(r, held, "pending", &s->held.pending);
    s->held.nested = pointer_of(r, held, "nested");
}

static void read_call(struct profile_reader *r, const struct yaml *v, struct rest_step *s)
{
    s->post = yaml_member(v, "post") != NULL;
    s->path = text_of(r, v, s->post ? "post" : "get");
    if (!s->path.len || s->path.p[0] != '/')
        diag_error(r->diags, "P003", v->pos, "a step must 'get' or 'post' a path: /...");
    read_pairs(r, v, "query", &s->query);
    read_pairs(r, v, "headers", &s->headers);
    s->body = yaml_member(v, "body");
    check_template(r, s->body);
    check_template(r, yaml_member(v, s->post ? "post" : "get"));
    check_template(r, yaml_member(v, "query"));
}

static void read_step(struct profile_reader *r, const struct yaml *v, struct rest_step *s)
{
    static const char *const PROVES[] = {"as_of", "entitlement", "account", "membership"};

    s->proves = (enum rest_proves)word_of(r, v, "proves", PROVES, 4, REST_ENTITLEMENT);
    read_call(r, v, s);
    s->bare = str_eq_c(text_of(r, v, "bare"), "true");
    s->lists = yaml_member(v, "items") != NULL;
    s->items = pointer_of(r, v, "items");
    s->id = pointer_of(r, v, "id");
    s->as_of = pointer_of(r, v, "as_of");
    read_match(r, v, s);
    read_conditions(r, v, s);
    read_next(r, v, s);
    if (s->bare && !s->of.equals.len) /* nothing at all would be an empty list */
        diag_error(r->diags, "P003", v->pos, "a step with 'bare' must say what it is about: of");
    if (!s->lists && s->next.by != PAGES_ONE)
        diag_error(r->diags, "P003", v->pos, "a step with 'next' must have 'items'");
}

/* What decides something can say no: a list by its end, a single thing when the server says so. */
static void check_decides(struct profile_reader *r, const struct yaml *v, const struct rest_step *s)
{
    if (s->lists && !s->match.equals.len)
        diag_error(r->diags, "P003", v->pos, "a step with 'items' must say which: match");
    if (s->proves == REST_AS_OF && (!s->lists || !s->as_of.len))
        diag_error(r->diags, "P003", v->pos, "a step that proves as_of must have items and as_of");
    if (!s->lists && !s->absent.status && !s->held.no.count)
        diag_error(r->diags, "P003", v->pos,
                   "nothing in this step can say no: absent, held with is_not, or items");
}

/* True: there is one. */
static bool read_trace(struct profile_reader *r, const struct yaml *top, const char *name,
                       enum rest_proves proves, struct rest_step *ret)
{
    static const char *const KNOWN[] = {"get",   "post",   "query", "headers", "body", "items",
                                        "bare",  "of",     "match", "id",      "name", "absent",
                                        "state", "hidden", "next",  "as_of",   NULL};
    const struct yaml *v = yaml_member(top, name);
    const char *id = proves == REST_ACCOUNT ? "{account.id}" : "{entitlement.id}";

    if (!v)
        return false;
    only(r, v, name, KNOWN);
    read_step(r, v, ret);
    check_decides(r, v, ret);
    ret->proves = proves;
    ret->name = pointer_of(r, v, "name");
    if (!str_eq_c(ret->match.equals, id))
        diag_error(r->diags, "P003", v->pos,
                   "must say that the reply is about the id: match with equals: %s", id);
    return true;
}

static void read_others(struct profile_reader *r, const struct yaml *top, struct rest_profile *p)
{
    static const char *const KNOWN[] = {"get",  "post", "query", "headers", "body", "items",
                                        "bare", "of",   "match", "name",    "next", NULL};
    const struct yaml *v = yaml_member(top, "others");

    if (!v)
        return;
    only(r, v, "others", KNOWN);
    read_step(r, v, &p->others);
    p->others.name = pointer_of(r, v, "name");
    p->has_others = true;
    if (!p->others.lists || !yaml_member(v, "name"))
        fault(r, v, "must have 'items' and 'name'");
}

/* Entitlement, account, membership: what is not there proves something in this order only. */
static void read_steps(struct profile_reader *r, const struct yaml *top, struct rest_profile *p)
{
    static const char *const KNOWN[] = {"proves", "get",   "post",   "query", "headers", "body",
                                        "items",  "match", "id",     "as_of", "absent",  "state",
                                        "held",   "next",  "hidden", "bare",  "of",      NULL};
    const struct yaml *steps = yaml_member(top, "steps");
    unsigned seen = 0;

    YAML_EACH(v, steps)
    {
        if (p->step_count == REST_STEPS_MAX) {
            diag_error(r->diags, "P003", v->pos, "more than %d steps", REST_STEPS_MAX);
            return;
        }
        struct rest_step *s = &p->steps[p->step_count];
        only(r, v, "a step", KNOWN);
        read_step(r, v, s);
        check_decides(r, v, s);
        if (p->step_count && s->proves < s[-1].proves)
            diag_error(r->diags, "P004", v->pos,
                       "steps must prove entitlement, account, membership, in this order");
        seen |= s->proves == REST_AS_OF ? 0 : 1U << s->proves;
        p->step_count++;
    }
    if (seen != (1U << REST_ENTITLEMENT | 1U << REST_ACCOUNT | 1U << REST_MEMBERSHIP))
        diag_error(r->diags, "P004", steps ? steps->pos : top->pos,
                   "the steps must prove entitlement, account and membership");
}

static void read_errors(struct profile_reader *r, const struct yaml *top, struct rest_profile *p)
{
    static const char *const KNOWN[] = {"at", "is", "reason", NULL};
    static const char *const REASONS[] = {"AuthFailed", "RightsLost", "RateLimited", "SourceDown"};

    YAML_EACH(v, yaml_member(top, "errors"))
    {
        if (p->error_count == REST_ERRORS_MAX) {
            fault(r, v, "is one too many: 8 at most");
            return;
        }
        struct rest_error *e = &p->errors[p->error_count++];
        only(r, v, "an error", KNOWN);
        e->at = pointer_of(r, v, "at");
        read_list(r, v, "is", &e->is);
        e->reason = str_of(REASONS[word_of(r, v, "reason", REASONS, 4, 3)]);
    }
}

static void read_top(struct profile_reader *r, const struct yaml *top, struct rest_profile *p)
{
    static const char *const KNOWN[] = {
        "url",         "auth",  "headers",           "needs",  "steps", "errors",
        "wait_header", "trace", "trace_entitlement", "others", NULL};
    static const char *const AUTH[] = {"kind", "scheme", "token_url", "scope", "service", NULL};
    static const char *const KINDS[] = {"bearer", "basic", "oauth", "aws"};
    const struct yaml *auth = yaml_member(top, "auth");

    only(r, top, "a profile", KNOWN);
    only(r, auth, "auth", AUTH);
    p->url = text_of(r, top, "url");
    p->auth = (enum rest_auth)word_of(r, auth, "kind", KINDS, 4, REST_BEARER);
    p->scheme = text_of(r, auth, "scheme");
    if (!p->scheme.len)
        p->scheme = STR("Bearer");
    p->token_url = text_of(r, auth, "token_url");
    p->scope = text_of(r, auth, "scope");
    p->service = text_of(r, auth, "service");
    p->wait_header = text_of(r, top, "wait_header");
    read_pairs(r, top, "headers", &p->headers);
    read_list(r, top, "needs", &p->needs);
    read_errors(r, top, p);
    read_steps(r, top, p);
    p->has_trace = read_trace(r, top, "trace", REST_ACCOUNT, &p->trace);
    p->has_trace_entitlement =
        read_trace(r, top, "trace_entitlement", REST_ENTITLEMENT, &p->trace_entitlement);
    read_others(r, top, p);
    const struct rest_step *more[] = {&p->trace, &p->trace_entitlement, &p->others};
    for (size_t i = 0; p->auth == REST_AWS && i < p->step_count + 3; i++) {
        const struct rest_step *s = i < p->step_count ? &p->steps[i] : more[i - p->step_count];
        if (s->query.count || s->next.by != PAGES_ONE)
            diag_error(r->diags, "P003", auth->pos, "a signed call cannot have a query");
    }
}

const struct rest_profile *rest_profile_read(struct arena *arena, struct str text, const char *file,
                                             struct err *err)
{
    struct rest_profile *p = ARENA_NEW(arena, struct rest_profile);
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    struct profile_reader r = {diags};

    if (!p || !diags) {
        (void)FAIL(err, ERR_CONFIG, "%s does not fit the memory set aside for it", file);
        return NULL;
    }
    diag_init(diags, file);
    const struct yaml *top = yaml_parse(arena, text, diags);
    if (top)
        read_top(&r, top, p);
    if (!diags->count)
        return p;
    const struct diag *d = &diags->items[0];
    (void)FAIL(err, ERR_CONFIG, "%s:%d:%d: [%s] %s", file, d->pos.line, d->pos.column, d->code,
               d->text);
    return NULL;
}

bool rest_profile_traces(const struct rest_profile *profile)
{
    const struct rest_step *s = profile->steps;

    while (s->proves != REST_ACCOUNT) /* there is one: read_steps() */
        s++;
    bool asks_for_id = s->id.len && str_eq_c(s->match.equals, "{account}");
    for (size_t i = 0; asks_for_id && i < s->match.at.count; i++)
        if (str_eq(s->match.at.of[i], s->id))
            return true;
    return profile->has_trace;
}

struct str rest_profile_shipped(struct str name)
{
    for (size_t i = 0; i < REST_SHIPPED_COUNT; i++)
        if (str_eq_c(name, REST_SHIPPED[i].name))
            return str_of(REST_SHIPPED[i].text);
    return STR_NONE;
}

struct str rest_profile_names(struct arena *arena)
{
    struct str all = STR("");

    for (size_t i = 0; i < REST_SHIPPED_COUNT; i++)
        all = arena_printf(arena, "%.*s%s%s", STR_ARG(all), i ? ", " : "", REST_SHIPPED[i].name);
    return all;
}
