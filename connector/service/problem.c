#include "service/problem.h"

#include <stdio.h>

#include "json/json_write.h"

enum { PROBLEM_BYTES = 4096, TYPE_SIZE = 128, NUMBER_SIZE = 12 };

/* "Idempotency key reused" is urn:countersign:problem:idempotency-key-reused. */
static void type_of(const char *title, char type[TYPE_SIZE])
{
    size_t n = (size_t)snprintf(type, TYPE_SIZE, "urn:countersign:problem:");

    for (; *title && n + 1 < TYPE_SIZE; title++) {
        char c = *title;
        c = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain || type[n - 1] != '-')
            type[n++] = (char)(plain ? c : '-');
    }
    type[n] = '\0';
}

/* What RFC 9110 wants beside some statuses (11.6.1, 10.2.1), and when to come again. */
static size_t headers_of(int status, int32_t after_s, char seconds[NUMBER_SIZE],
                         struct http_header *header)
{
    snprintf(seconds, NUMBER_SIZE, "%d", after_s ? after_s : 1);
    if (status == 401)
        *header = (struct http_header){STR("WWW-Authenticate"), STR("Bearer")};
    else if (status == 405)
        *header = (struct http_header){STR("Allow"), STR("GET, POST")};
    else if (after_s || status == 503)
        *header = (struct http_header){STR("Retry-After"), str_of(seconds)};
    else
        return 0;
    return 1;
}

static void reply(struct serve_request *request, int status, const char *title, struct str member,
                  const char *detail, int32_t after_s)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct http_header header;
    char type[TYPE_SIZE], seconds[NUMBER_SIZE];

    type_of(title, type);
    buf_init(&b, PROBLEM_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "type", str_of(type));
    json_str_member(&out, "title", str_of(title));
    json_i64_member(&out, "status", status);
    json_str_member(&out, "detail", str_of(detail));
    if (member.len)
        json_str_member(&out, "member", member);
    json_close_object(&out);
    size_t count = headers_of(status, after_s, seconds, &header);
    serve_reply(request, status, "application/problem+json", &header, count, buf_str(&b));
}

void problem_reply_member(struct serve_request *request, int status, const char *title,
                          struct str member, const char *detail)
{
    reply(request, status, title, member, detail, 0);
}

void problem_reply(struct serve_request *request, int status, const char *title, const char *detail)
{
    reply(request, status, title, STR_NONE, detail, 0);
}

void problem_reply_later(struct serve_request *request, int status, const char *title,
                         const char *detail, int32_t after_s)
{
    reply(request, status, title, STR_NONE, detail, after_s);
}
