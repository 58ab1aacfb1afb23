#include "service/problem.h"

#include "json/json_write.h"

enum { PROBLEM_BYTES = 4096 };

void problem_reply_member(struct serve_request *request, int status, const char *title,
                          struct str member, const char *detail)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, PROBLEM_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "type", STR("about:blank"));
    json_str_member(&out, "title", str_of(title));
    json_i64_member(&out, "status", status);
    json_str_member(&out, "detail", str_of(detail));
    if (member.len)
        json_str_member(&out, "member", member);
    json_close_object(&out);
    serve_reply(request, status, "application/problem+json", NULL, 0, buf_str(&b));
}

void problem_reply(struct serve_request *request, int status, const char *title, const char *detail)
{
    problem_reply_member(request, status, title, STR_NONE, detail);
}
