/* Putting a reply together: RFC 9110 section 15 (status), 6.6.1 (Date), RFC 9112 section 6.2
 * (Content-Length). */
#include <time.h>

#include "io/io_serve_priv.h"

static const struct {
    int status;
    const char *reason;
} REASONS[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Unsupported Method"}, /* CONNECT: no tunnels here */
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static const char *reason_of(int status)
{
    for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++)
        if (REASONS[i].status == status)
            return REASONS[i].reason;
    return "";
}

/* Made once a second. */
static const char *date_now(struct serve *serve)
{
    struct timespec now;
    struct tm tm;

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != serve->date_s) {
        serve->date_s = now.tv_sec;
        gmtime_r(&now.tv_sec, &tm);
        strftime(serve->date, sizeof serve->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    }
    return serve->date;
}

/* A value may come from outside: no control character ends the line early. */
static void add_clean(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        buf_add_byte(out, c < 0x20 || c == 0x7f ? ' ' : (char)c);
    }
}

static void add_field(struct buf *out, struct str name, struct str value)
{
    add_clean(out, name);
    buf_add(out, ": ", 2);
    add_clean(out, value);
    buf_add(out, "\r\n", 2);
}

void serve_compose(struct serve *serve, int status, const char *content_type,
                   const struct http_header *headers, size_t header_count, struct str body,
                   bool close, bool without_body)
{
    struct buf *out = &serve->out;
    bool bodyless = status == 204 || status == 304;

    buf_clear(out);
    buf_add_c(out, "HTTP/1.1 ");
    buf_add_i64(out, status);
    buf_add_byte(out, ' ');
    buf_add_c(out, reason_of(status));
    buf_add_c(out, "\r\nDate: ");
    buf_add_c(out, date_now(serve));
    buf_add_c(out, "\r\n");
    if (!bodyless) {
        if (content_type)
            add_field(out, STR("Content-Type"), str_of(content_type));
        buf_add_c(out, "Content-Length: ");
        buf_add_i64(out, (int64_t)body.len);
        buf_add_c(out, "\r\n");
    }
    if (close)
        buf_add_c(out, "Connection: close\r\n");
    for (size_t i = 0; i < header_count; i++)
        add_field(out, headers[i].name, headers[i].value);
    buf_add_c(out, "\r\n");
    if (!bodyless && !without_body)
        buf_add_str(out, body);
}

/* What is said of requests that nobody else here has seen. */
static const char *detail_of(int status)
{
    static const struct {
        int status;
        const char *detail;
    } DETAILS[] = {
        {400, "nothing of it was read: it is no HTTP/1.1 as RFC 9112 has it"},
        {408, "it did not come in time"},
        {411, "send Content-Length, also where there is no body (0)"},
        {413, "its body is larger than anything that is read here"},
        {417, "of Expect only 100-continue is understood"},
        {431, "its head is larger than anything that is read here"},
        {501, "there are no tunnels here"},
        {503, "it could not be answered now: send it again"},
        {505, "send HTTP/1.1"},
    };

    for (size_t i = 0; i < sizeof DETAILS / sizeof DETAILS[0]; i++)
        if (DETAILS[i].status == status)
            return DETAILS[i].detail;
    return "";
}

void serve_compose_refusal(struct serve *serve, int status)
{
    static const struct http_header RETRY = {{"Retry-After", 11}, {"5", 1}};
    enum { BODY_BYTES = 512 };
    AUTO(drop_buf) struct buf body;

    buf_init(&body, BODY_BYTES);
    buf_printf(&body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}",
               reason_of(status), status, detail_of(status));
    serve_compose(serve, status, "application/problem+json", &RETRY, status == 503, buf_str(&body),
                  true, false);
}
