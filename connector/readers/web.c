#include "readers/web.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "readers/honest.h"

struct str web_host(struct str url)
{
    struct str rest = STR_NONE;

    if (str_starts(url, STR("https://")))
        rest = str_n(url.p + 8, url.len - 8);
    else if (str_starts(url, STR("http://")))
        rest = str_n(url.p + 7, url.len - 7);
    for (size_t i = 0; i < rest.len; i++)
        if (memchr("@?#\\%\"<>", rest.p[i], 8) || (unsigned char)rest.p[i] <= ' ' ||
            (unsigned char)rest.p[i] >= 0x7f)
            return STR_NONE;
    struct str host = str_cut(&rest, '/');
    if (host.len && host.p[0] == '[') {
        struct str inner = str_cut(&host, ']');
        return host.p ? str_n(inner.p, inner.len + 1) : STR_NONE;
    }
    return str_cut(&host, ':');
}

bool web_is_here(struct str host)
{
    return str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) ||
           str_eq(host, STR("[::1]"));
}

bool web_check_url(struct str url, bool insecure, struct err *err)
{
    struct str host = web_host(url);

    if (!host.len)
        return FAIL(err, ERR_CONFIG,
                    "write https://scim.example.com/scim/v2: no user, no query, no blanks");
    if (str_starts(url, STR("http://")) && !(insecure && web_is_here(host)))
        return FAIL(err, ERR_CONFIG,
                    "the token would travel in the clear: use https:// (plain http is for tests on "
                    "this machine, with insecure: true)");
    return true;
}

struct http *web_client(struct arena *a, const struct reader_config *config, struct str url,
                        int connections)
{
    struct str ca_file = setting(config, "ca_file", NULL);
    struct http_options options = {
        .per_host_max = connections,
        .in_flight_max = connections,
        .ca_file = ca_file.len ? arena_cstr(a, ca_file) : NULL,
        .allow_plain_http = str_starts(url, STR("http://")),
        .reach = web_is_here(web_host(url)) ? IO_REACH_HERE : IO_REACH_OUTSIDE,
    };
    return http_new(config->loop, &options);
}

const char *web_unanswered(const struct http_reply *http, int64_t timeout_ms)
{
    if (http->barred && http->outcome == HTTP_NOT_SENT)
        return "AddressRefused";
    if (http->too_large)
        return "ReplyTooLarge";
    return http->took_ms >= timeout_ms ? "Timeout" : "SourceDown";
}

/* The bytes of its first letter; 0: there is no letter. */
static size_t letter_bytes(struct str text)
{
    for (size_t n = 1; n <= 4 && n <= text.len; n++)
        if (str_is_utf8(str_n(text.p, n)))
            return n;
    return 0;
}

void web_plain(char *ret, size_t size, struct str text)
{
    size_t used = 0;

    while (text.len) {
        size_t n = letter_bytes(text), takes = n ? n : 1;
        unsigned char c = (unsigned char)text.p[0];
        bool c1 = c == 0xc2 && n == 2 && (unsigned char)text.p[1] < 0xa0;
        bool plain = n && c >= ' ' && c != 0x7f && !c1;
        if (used + (plain ? n : 1) >= size)
            break;
        memcpy(ret + used, plain ? text.p : "?", plain ? n : 1);
        used += plain ? n : 1;
        text = str_n(text.p + takes, text.len - takes);
    }
    ret[used] = '\0';
}

static bool is_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.len > 0;
}

int64_t web_seconds_ms(struct str text, int64_t max_ms)
{
    int64_t seconds;

    text = str_trim(text);
    if (!is_digits(text))
        return 0;
    if (!str_to_i64(text, &seconds)) /* more than fits */
        return max_ms;
    return seconds < max_ms / 1000 ? seconds * 1000 : max_ms;
}

int64_t web_age_ms(const struct http_reply *http)
{
    const int64_t MAX_MS = (int64_t)10 * 365 * 24 * 3600 * 1000;
    return web_seconds_ms(http_reply_header(http, "age"), MAX_MS);
}

bool web_date(struct str text, int64_t *ret_wall_ms)
{
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char iso[32];

    text = str_trim(text);
    if (text.len != 29 || text.p[3] != ',' || !str_ends(text, STR(" GMT")))
        return false;
    int month = str_index(str_n(text.p + 8, 3), MONTHS, 12);
    snprintf(iso, sizeof iso, "%.4s-%02d-%.2sT%.8sZ", text.p + 12, month + 1, text.p + 5,
             text.p + 17);
    return month >= 0 && clock_parse(str_of(iso), ret_wall_ms);
}

int64_t web_retry_after_ms(const struct http_reply *http)
{
    struct str text = http_reply_header(http, "retry-after");
    int64_t then_ms, now_ms;

    if (!web_date(text, &then_ms) || !web_date(http_reply_header(http, "date"), &now_ms))
        return web_seconds_ms(text, WEB_WAIT_MAX_MS);
    int64_t wait_ms = then_ms - now_ms;
    return wait_ms < 0 ? 0 : wait_ms < WEB_WAIT_MAX_MS ? wait_ms : WEB_WAIT_MAX_MS;
}
