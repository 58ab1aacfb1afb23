#include "service/problem.h"

#include <stdio.h>

#include "json/json_write.h"

enum { PROBLEM_BYTES = 16 * 1024, TYPE_SIZE = 128, NUMBER_SIZE = 12, SENTENCE_SIZE = 320 };

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

struct problem {
    int status;
    const char *title, *detail;
    struct str member;
    const struct problem_fault *faults;
    size_t fault_count;
    int32_t after_s;
    const char *allow; /* of a 405 */
};

/* What RFC 9110 wants beside some statuses (11.6.1, 10.2.1), and when to come again. */
static size_t headers_of(const struct problem *p, char seconds[NUMBER_SIZE],
                         struct http_header *header)
{
    snprintf(seconds, NUMBER_SIZE, "%d", p->after_s ? p->after_s : 1);
    if (p->status == 401)
        *header = (struct http_header){STR("WWW-Authenticate"), STR("Bearer")};
    else if (p->allow)
        *header = (struct http_header){STR("Allow"), str_of(p->allow)};
    else if (p->after_s || p->status == 503)
        *header = (struct http_header){STR("Retry-After"), str_of(seconds)};
    else
        return 0;
    return 1;
}

static void put_faults(struct json_out *out, const struct problem *p)
{
    if (!p->fault_count)
        return;
    json_put_name(out, "errors");
    json_open_array(out);
    for (size_t i = 0; i < p->fault_count; i++) {
        json_open_object(out);
        json_str_member(out, "pointer", str_of(p->faults[i].pointer));
        json_str_member(out, "detail", str_of(p->faults[i].detail));
        json_close_object(out);
    }
    json_close_array(out);
}

static void reply(struct serve_request *request, const struct problem *p)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct http_header header;
    char type[TYPE_SIZE], seconds[NUMBER_SIZE];

    type_of(p->title, type);
    buf_init(&b, PROBLEM_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "type", str_of(type));
    json_str_member(&out, "title", str_of(p->title));
    json_i64_member(&out, "status", p->status);
    json_str_member(&out, "detail", str_of(p->detail));
    if (p->member.len)
        json_str_member(&out, "member", p->member);
    put_faults(&out, p);
    json_close_object(&out);
    size_t count = headers_of(p, seconds, &header);
    serve_reply(request, p->status, "application/problem+json", &header, count, buf_str(&b));
}

void problem_reply_member(struct serve_request *request, int status, const char *title,
                          struct str member, const char *detail)
{
    reply(request,
          &(struct problem){.status = status, .title = title, .detail = detail, .member = member});
}

void problem_reply(struct serve_request *request, int status, const char *title, const char *detail)
{
    reply(request, &(struct problem){.status = status, .title = title, .detail = detail});
}

void problem_reply_allow(struct serve_request *request, const char *allow)
{
    reply(request, &(struct problem){.status = 405,
                                     .title = "Method not allowed",
                                     .detail = "Allow says with which methods it is asked",
                                     .allow = allow});
}

void problem_reply_later(struct serve_request *request, int status, const char *title,
                         const char *detail, int32_t after_s)
{
    reply(request, &(struct problem){
                       .status = status, .title = title, .detail = detail, .after_s = after_s});
}

void problem_reply_faults(struct serve_request *request, int status, const char *title,
                          struct str member, const struct problem_fault *faults, size_t count)
{
    char sentence[SENTENCE_SIZE], more[64] = "";

    if (count > 1)
        snprintf(more, sizeof more, " (and %zu more, see errors)", count - 1);
    snprintf(sentence, sizeof sentence, "%s %s%s", faults[0].pointer, faults[0].detail, more);
    reply(request, &(struct problem){.status = status,
                                     .title = title,
                                     .detail = sentence,
                                     .member = member,
                                     .faults = faults,
                                     .fault_count = count});
}
