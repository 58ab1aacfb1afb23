#include "service/icon.h"

#include "domain/badge.h"
#include "service/problem.h"

#define PICTURE(colour, drawn)                                                                    \
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"16\" height=\"16\" viewBox=\"0 0 16 16\">" \
    "<circle cx=\"8\" cy=\"8\" r=\"7\" fill=\"" colour "\"/><path d=\"" drawn                     \
    "\" fill=\"none\" stroke=\"#fff\" stroke-width=\"2\" stroke-linecap=\"round\"/></svg>"

static const char OURS[] = PICTURE("#172b4d", "M5 5h6M5 8h6M5 11l1.5 1.5L10 10");
static const char *const OF_BADGE[BADGE_COUNT] = {
    [BADGE_OPEN] = PICTURE("#626f86", "M8 4.5V8l2.5 1.5"),
    [BADGE_VERIFIED] = PICTURE("#22a06b", "M4.5 8.2l2.4 2.4 4.6-5"),
    [BADGE_EXCEPTION] = PICTURE("#e2b203", "M8 4v5M8 11.8v.1"),
    [BADGE_OVER] = PICTURE("#8993a5", "M5 8h6"),
};

static struct str picture(struct str name)
{
    enum badge badge;

    if (str_eq_c(name, "countersign"))
        return str_of(OURS);
    return name.len && badge_from(name, &badge) ? str_of(OF_BADGE[badge]) : STR_NONE;
}

void icon_serve(struct serve_request *request, struct str name)
{
    const struct http_header headers[] = {
        {STR("Cache-Control"), STR("public, max-age=86400")},
        {STR("Content-Security-Policy"), STR("default-src 'none'")},
        {STR("X-Content-Type-Options"), STR("nosniff")},
    };
    struct str drawn = picture(str_cut(&name, '.'));

    if (!drawn.len || !str_eq_c(name, "svg"))
        problem_reply(request, 404, "Not found", "there is no such picture");
    else if (!str_eq_c(serve_method(request), "GET"))
        problem_reply_allow(request, "GET");
    else
        serve_reply(request, 200, "image/svg+xml", headers, sizeof headers / sizeof headers[0],
                    drawn);
}
