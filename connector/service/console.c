#include "service/console.h"

#include <string.h>

#include "base/codecs.h"
#include "console/frame.h"
#include "service/api.h"
#include "service/console_pages.h"
#include "service/icon.h"
#include "store/store_console.h"

enum { PAGE_BYTES = 1024 * 1024, NOTICE_BYTES = 64 * 1024, CREDENTIAL_BYTES = 8 * 1024 };

/* --- which page --- */

static const struct route {
    const char *path;       /* ends in '/': all that is below it */
    enum console_role role; /* who may see it at least */
    const char *root;
    console_page_fn *page;
    bool takes; /* a POST too: what it sends is looked at, and nothing is changed by it */
} ROUTES[] = {
    {"/board", CONSOLE_VIEWER, "./", console_board, false},
    {"/gate", CONSOLE_VIEWER, "./", console_gate, false},
    {"/playground", CONSOLE_VIEWER, "./", console_playground, true},
};

static const struct route *route_of(struct str path, struct str *ret_rest)
{
    for (size_t i = 0; i < sizeof ROUTES / sizeof ROUTES[0]; i++) {
        struct str own = str_of(ROUTES[i].path);
        bool below = own.p[own.len - 1] == '/';
        if (below ? str_starts(path, own) : str_eq(path, own)) {
            *ret_rest = str_n(path.p + own.len, path.len - own.len);
            return &ROUTES[i];
        }
    }
    return NULL;
}

/* --- answers --- */

static void send(struct serve_request *request, int status, const char *type, const char *kept,
                 struct str body)
{
    const struct http_header headers[] = {
        {STR("Content-Security-Policy"), str_of(FRAME_POLICY)},
        {STR("X-Content-Type-Options"), STR("nosniff")},
        {STR("Referrer-Policy"), STR("no-referrer")},
        {STR("Cross-Origin-Opener-Policy"), STR("same-origin")},
        {STR("Cross-Origin-Resource-Policy"), STR("same-origin")},
        {STR("Cache-Control"), str_of(kept)},
        {STR("WWW-Authenticate"), STR("Basic realm=\"Countersign\", charset=\"UTF-8\"")},
    };
    size_t count = sizeof headers / sizeof headers[0] - (status != 401);

    serve_reply(request, status, type, headers, count, body);
}

void console_reply(struct console_visit *visit, int status, const struct buf *page, bool fits)
{
    if (fits)
        send(visit->request, status, "text/html; charset=utf-8", "no-store", buf_str(page));
    else
        console_notice(visit, 500, STR("Too much for one page"),
                       STR("What is to be shown does not fit into the bound of a page."),
                       STR("The command line shows all of it: countersign request, evidence."));
}

void console_notice(struct console_visit *visit, int status, struct str title, struct str why,
                    struct str remedy)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, NOTICE_BYTES);
    bool fits = frame_notice(&b, visit->root, title, why, remedy);
    send(visit->request, status, "text/html; charset=utf-8", "no-store",
         fits ? buf_str(&b) : STR_NONE);
}

void console_away(struct console_visit *visit)
{
    console_notice(visit, 503, STR("The database does not answer"),
                   STR("Nothing can be shown that is known to be so now."),
                   STR("Load the page again in a moment; /readyz says more."));
}

bool console_document(struct console_visit *visit, enum store_outcome outcome, struct str json,
                      const char *missing, const struct json **ret)
{
    struct err err;

    if (outcome == STORE_OK && !json.len)
        console_notice(visit, 404, STR("Not here"), str_of(missing), STR_NONE);
    else if (outcome != STORE_OK || !json_parse(serve_arena(visit->request), json, ret, &err))
        console_away(visit);
    else
        return true;
    return false;
}

/* --- who asks --- */

static struct str credential(struct serve_request *request)
{
    const struct str BEARER = STR("Bearer "), BASIC = STR("Basic ");
    struct str header = serve_header(request, "authorization");
    AUTO(drop_buf) struct buf plain;

    buf_init(&plain, CREDENTIAL_BYTES);
    if (str_starts(header, BEARER))
        return str_n(header.p + BEARER.len, header.len - BEARER.len);
    if (!str_starts(header, BASIC) ||
        !base64_decode(&plain, str_n(header.p + BASIC.len, header.len - BASIC.len)))
        return STR_NONE;
    struct str rest = buf_str(&plain);
    str_cut(&rest, ':'); /* the name of a user: whatever he likes, the token says who it is */
    return arena_str(serve_arena(request), rest);
}

static void by_token(struct console_visit *visit, struct str secret)
{
    const struct token_config *token = api_token(visit->svc->api, secret);

    if (!token)
        return;
    visit->role = token->may_audit  ? CONSOLE_AUDITOR
                  : token->may_view ? CONSOLE_VIEWER
                                    : CONSOLE_NOBODY;
    visit->who = arena_printf(serve_arena(visit->request), "token %.*s", STR_ARG(token->name));
}

static bool is_in(struct str groups, const struct str *names, size_t count)
{
    while (groups.len) {
        struct str group = str_trim(str_cut(&groups, ','));
        for (size_t i = 0; i < count; i++)
            if (str_eq(group, names[i]))
                return true;
    }
    return false;
}

/* Its word counts because its address is listed; a header that is there twice is nobody's word. */
static void by_proxy(struct console_visit *visit)
{
    const struct console_config *c = &visit->svc->config->console;
    const char *user_name = arena_cstr(serve_arena(visit->request), c->user_header);
    const char *groups_name = arena_cstr(serve_arena(visit->request), c->groups_header);
    struct str groups = serve_header(visit->request, groups_name);

    if (serve_header_count(visit->request, user_name) != 1 ||
        serve_header_count(visit->request, groups_name) > 1)
        return;
    visit->who = serve_header(visit->request, user_name);
    if (!visit->who.len)
        return;
    if (is_in(groups, c->auditors, c->auditor_count))
        visit->role = CONSOLE_AUDITOR;
    else if (c->all_view || is_in(groups, c->viewers, c->viewer_count))
        visit->role = CONSOLE_VIEWER;
}

/* A proxy on this machine that nobody listed speaks for others: most say so. */
static bool is_passed_on(struct serve_request *request)
{
    static const char *const MARKS[] = {"forwarded",        "x-forwarded-for", "x-forwarded-host",
                                        "x-forwarded-user", "x-real-ip",       "via"};

    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++)
        if (serve_header_count(request, MARKS[i]))
            return true;
    return false;
}

/* A page of somewhere else can have its own name point here (DNS rebinding) and read what this
 * machine may see: it asks for its own name then. */
static bool is_asked_as_here(struct serve_request *request)
{
    static const char *const NAMES[] = {"localhost", "127.0.0.1", "[::1]"};
    struct str host = serve_header(request, "host");

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        struct str name = str_of(NAMES[i]);
        if (host.len >= name.len && str_eq_nocase(str_n(host.p, name.len), name) &&
            (host.len == name.len || host.p[name.len] == ':'))
            return true;
    }
    return false;
}

static void recognize(struct console_visit *visit)
{
    const struct console_config *c = &visit->svc->config->console;
    struct str secret = credential(visit->request);
    char text[SERVE_PEER_BYTES];
    struct str peer = str_of(serve_peer(visit->request, text));

    if (secret.len) {
        by_token(visit, secret);
        return;
    }
    for (size_t i = 0; i < c->proxy_count; i++)
        if (str_eq(peer, c->proxies[i])) { /* a proxy on this machine speaks for others, too */
            by_proxy(visit);
            return;
        }
    if ((str_starts(peer, STR("127.")) || str_eq_c(peer, "::1")) &&
        is_asked_as_here(visit->request) && !is_passed_on(visit->request)) {
        visit->role = c->here;
        visit->who = STR("this machine");
    }
}

/* --- serving --- */

static bool serve_asset(struct serve_request *request, struct str path)
{
    const struct str ICON = STR("/icon/");
    char name[FRAME_NAME_BYTES];

    if (str_starts(path, ICON)) {
        icon_serve(request, str_n(path.p + ICON.len, path.len - ICON.len));
        return true;
    }
    if (!path.len || !str_eq_c(str_n(path.p + 1, path.len - 1), frame_css_name(name)))
        return false;
    send(request, 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable",
         str_of(CONSOLE_CSS));
    return true;
}

static void refuse(struct console_visit *visit)
{
    if (visit->who.len)
        console_notice(
            visit, 403, STR("Not for you"),
            STR("You are known here, and this page is not among what you may see."),
            STR("A token needs the role view or audit; a person a group that the section "
                "console of the configuration names."));
    else
        console_notice(visit, 401, STR("Who is there?"),
                       STR("The console shows nothing to strangers."),
                       STR("Give a token with the role view or audit as the password; the user "
                           "name does not matter."));
}

bool console_serve(struct service *svc, struct serve_request *request)
{
    struct str path = serve_path(request), rest = STR_NONE;

    if (svc->config->console.off)
        return false;
    if (serve_asset(request, path))
        return true;
    const struct route *route = route_of(path, &rest);
    if (!route)
        return false;
    struct console_visit *visit = ARENA_NEW(serve_arena(request), struct console_visit);
    if (!visit)
        return false;
    *visit =
        (struct console_visit){.svc = svc, .request = request, .rest = rest, .root = route->root};
    recognize(visit);
    if (visit->role < route->role)
        refuse(visit);
    else if (!str_eq_c(serve_method(request), "GET") &&
             !(route->takes && str_eq_c(serve_method(request), "POST")))
        console_notice(visit, 405, STR("Only to be read"), STR("Nothing is changed from here."),
                       STR("Ask with GET."));
    else
        route->page(visit);
    return true;
}

/* --- the record --- */

struct recording {
    struct console_visit *visit;
    console_page_fn *then;
};

static void on_recorded(void *arg, enum store_outcome outcome, const char *message)
{
    struct recording *r = arg;
    (void)message;

    if (outcome == STORE_OK)
        r->then(r->visit);
    else
        console_notice(r->visit, 503, STR("Not shown"),
                       STR("That you see this could not be recorded, so it is not shown."),
                       STR("Load the page again in a moment; /readyz says more."));
}

void console_record(struct console_visit *visit, struct str request_id, console_page_fn *then)
{
    struct recording *r = ARENA_NEW(serve_arena(visit->request), struct recording);

    if (!r) {
        on_recorded(&(struct recording){visit, then}, STORE_AWAY, "");
        return;
    }
    *r = (struct recording){visit, then};
    store_evidence_seen(&visit->svc->store, request_id, visit->who,
                        visit->role == CONSOLE_AUDITOR ? STR("auditor") : STR("viewer"),
                        on_recorded, r);
}
