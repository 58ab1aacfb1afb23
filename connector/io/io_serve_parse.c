/* From bytes to one request. llhttp (strict) splits; the head is then compared byte by byte with
 * the one canonical form we accept, so that what llhttp tolerates (folded lines, other line ends)
 * does not get through: RFC 9112 sections 2.2, 3, 5.1, 5.2, 6.1-6.3, 7.1. Stricter than the RFC
 * asks: no empty line before a request (2.2 says SHOULD ignore), origin form only (3.2.1), no
 * Transfer-Encoding but "chunked". */
#include "base/assert.h"
#include "io/io_serve_priv.h"

static struct serve_request *parse_room(llhttp_t *parser)
{
    return parser->data;
}

static int parse_refuse(struct serve_request *room, int status)
{
    if (room->refused == 0)
        room->refused = status;
    return -1;
}

static uint32_t parse_at(const struct serve_request *room, const char *at)
{
    return (uint32_t)(at - room->p);
}

static int parse_on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct serve_request *room = parse_room(parser);

    if (room->url_len == 0)
        room->url_at = parse_at(room, at);
    room->url_len += (uint32_t)len;
    return 0;
}

static int parse_on_name(llhttp_t *parser, const char *at, size_t len)
{
    struct serve_request *room = parse_room(parser);

    if (room->stage != STAGE_HEAD) /* a trailer: nobody reads those */
        return 0;
    if (!room->in_name) {
        if (room->field_count == LIMIT_HTTP_FIELDS)
            return parse_refuse(room, 431);
        room->fields[room->field_count++] = (struct serve_field){.name_at = parse_at(room, at)};
        room->in_name = true;
    }
    room->fields[room->field_count - 1].name_len += (uint32_t)len;
    return 0;
}

static int parse_on_value(llhttp_t *parser, const char *at, size_t len)
{
    struct serve_request *room = parse_room(parser);

    if (room->stage != STAGE_HEAD)
        return 0;
    if (room->field_count == 0)
        return parse_refuse(room, 400);
    struct serve_field *field = &room->fields[room->field_count - 1];
    room->in_name = false;
    if (!field->has_value) {
        field->value_at = parse_at(room, at);
        field->has_value = true;
    }
    field->value_len += (uint32_t)len;
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* "METHOD SP url SP HTTP/1.x CRLF"; returns where the fields begin, 0 when it is anything else. */
static size_t head_request_line(const struct serve_request *room)
{
    const char *method = llhttp_method_name((llhttp_method_t)room->parser.method);
    size_t method_len = strlen(method), end = (size_t)room->url_at + room->url_len;
    const char version[] = {
        ' ', 'H', 'T', 'T', 'P', '/', '1', '.', (char)('0' + room->parser.http_minor), '\r', '\n'};

    if (room->url_at != method_len + 1 || memcmp(room->p, method, method_len) != 0 ||
        room->p[method_len] != ' ')
        return 0;
    if (end + sizeof version > room->len || memcmp(room->p + end, version, sizeof version) != 0)
        return 0;
    return end + sizeof version;
}

/* "name: OWS value OWS CRLF", lower-casing the name and trimming the value; returns where the next
 * begins, or 0. */
static size_t head_field_line(struct serve_request *room, struct serve_field *field, size_t at)
{
    size_t name_end = (size_t)field->name_at + field->name_len;

    if (field->name_at != at || field->name_len == 0 || name_end >= room->len ||
        room->p[name_end] != ':')
        return 0;
    for (size_t i = at; i < name_end; i++)
        if (room->p[i] >= 'A' && room->p[i] <= 'Z')
            room->p[i] = (char)(room->p[i] | 0x20);

    size_t i = name_end + 1;
    while (i < room->len && is_blank(room->p[i]))
        i++;
    size_t begin = i, end = i;
    for (; i < room->len && room->p[i] != '\r'; i++) {
        unsigned char c = (unsigned char)room->p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return 0;
        if (!is_blank((char)c))
            end = i + 1;
    }
    if (i + 1 >= room->len || room->p[i + 1] != '\n')
        return 0;
    field->value_at = (uint32_t)begin;
    field->value_len = (uint32_t)(end - begin);
    return i + 2;
}

/* Sets body_at. */
static bool head_is_canonical(struct serve_request *room)
{
    size_t at = head_request_line(room);

    for (size_t i = 0; at > 0 && i < room->field_count; i++)
        at = head_field_line(room, &room->fields[i], at);
    if (at == 0 || at + 2 > room->len || room->p[at] != '\r' || room->p[at + 1] != '\n')
        return false;
    room->body_at = at + 2;
    return true;
}

static bool host_is_sound(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  strchr(".-_:[]~%", c);
        if (!ok || c == '\0')
            return false;
    }
    return host.len > 0;
}

static bool url_is_sound(struct str url)
{
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.p[i] <= 0x20 || (unsigned char)url.p[i] >= 0x7f || url.p[i] == '#')
            return false;
    return url.len > 0 && url.p[0] == '/';
}

static bool is_decimal(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.len > 0 && s.len <= 18;
}

/* How long is the body? One answer, or none. RFC 9112 section 6.3. */
static int head_framing(struct serve_request *room)
{
    size_t lengths = serve_header_count(room, "content-length");
    size_t codings = serve_header_count(room, "transfer-encoding");
    struct str length = serve_header(room, "content-length");
    int method = room->parser.method;

    if (lengths + codings > 1)
        return 400;
    if (codings == 1) {
        if (room->parser.http_minor == 0 ||
            !str_eq_nocase(serve_header(room, "transfer-encoding"), STR("chunked")))
            return 400;
        room->chunked = true;
        return 0;
    }
    if (lengths == 1) {
        int64_t n = 0;
        if (!is_decimal(length) || !str_to_i64(length, &n))
            return 400;
        return (uint64_t)n > room->body_max ? 413 : 0;
    }
    return method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH ? 411 : 0;
}

static int head_expectation(struct serve_request *room)
{
    size_t count = serve_header_count(room, "expect");

    if (count == 0)
        return 0;
    if (count > 1 || !str_eq_nocase(serve_header(room, "expect"), STR("100-continue")))
        return 417;
    room->expects =
        room->parser.http_minor == 1 && (room->chunked || room->parser.content_length > 0);
    return 0;
}

/* 0, or the status the head is refused with. */
static int head_judge(struct serve_request *room)
{
    size_t hosts;
    int status;

    if (room->parser.http_major != 1 || room->parser.http_minor > 1)
        return 505;
    if (!head_is_canonical(room) || !url_is_sound(str_n(room->p + room->url_at, room->url_len)))
        return 400;
    if (room->body_at > room->header_max)
        return 431;
    hosts = serve_header_count(room, "host");
    if (hosts > 1 || (hosts == 0 && room->parser.http_minor == 1))
        return 400;
    if (hosts == 1 && !host_is_sound(serve_header(room, "host")))
        return 400;
    if (room->parser.method == HTTP_CONNECT)
        return 501;
    if ((status = head_framing(room)) != 0)
        return status;
    return head_expectation(room);
}

static int parse_on_head(llhttp_t *parser)
{
    struct serve_request *room = parse_room(parser);
    int status = head_judge(room);

    if (status != 0)
        return parse_refuse(room, status);
    room->stage = STAGE_BODY;
    room->keep_alive = parser->http_minor == 1 && llhttp_should_keep_alive(parser);
    parser->upgrade = 0; /* an offer that we do not take up (RFC 9110 section 7.8) */
    return 0;
}

static int parse_on_body(llhttp_t *parser, const char *at, size_t len)
{
    struct serve_request *room = parse_room(parser);
    char *to = room->p + room->body_at + room->body_len;

    if (len > room->body_max - room->body_len)
        return parse_refuse(room, 413);
    if (to != at) /* chunks move together over their framing */
        memmove(to, at, len);
    room->body_len += len;
    return 0;
}

static int parse_on_end(llhttp_t *parser)
{
    parse_room(parser)->stage = STAGE_DONE;
    return HPE_PAUSED; /* one request at a time */
}

static const llhttp_settings_t SETTINGS = {
    .on_url = parse_on_url,
    .on_header_field = parse_on_name,
    .on_header_value = parse_on_value,
    .on_headers_complete = parse_on_head,
    .on_body = parse_on_body,
    .on_message_complete = parse_on_end,
};

void serve_room_reset(struct serve_request *room)
{
    size_t left = room->stage == STAGE_DONE ? room->len - room->end_at : 0;

    if (left > 0)
        memmove(room->p, room->p + room->end_at, left);
    room->len = left;
    room->parsed = room->end_at = 0;
    room->stage = STAGE_HEAD;
    room->refused = 0;
    room->body_at = room->body_len = room->body_raw = 0;
    room->url_at = room->url_len = 0;
    room->field_count = 0;
    room->in_name = room->chunked = room->keep_alive = room->expects = false;
    llhttp_init(&room->parser, HTTP_REQUEST, &SETTINGS);
    room->parser.data = room;
}

/* The framing of a chunked body is thrown away as soon as it is read; this keeps a peer from
 * sending framing for ever. */
static bool body_overhead_is_fair(struct serve_request *room, size_t consumed)
{
    room->body_raw += consumed;
    return room->body_raw <= SERVE_CHUNK_OVERHEAD + SERVE_CHUNK_RATIO * room->body_len;
}

enum serve_parse serve_room_parse(struct serve_request *room)
{
    size_t from = room->parsed;

    ASSERT(room->stage != STAGE_DONE && from <= room->len && room->refused == 0);
    if (from == 0 && room->len > 0 && (room->p[0] == '\r' || room->p[0] == '\n')) {
        parse_refuse(room, 400);
        return PARSE_REFUSED;
    }
    llhttp_errno_t rc = llhttp_execute(&room->parser, room->p + from, room->len - from);
    if (room->stage == STAGE_DONE && rc == HPE_PAUSED && room->refused == 0) {
        room->end_at = (size_t)(llhttp_get_error_pos(&room->parser) - room->p);
        room->parsed = room->len;
        return PARSE_DONE;
    }
    if (rc != HPE_OK || room->refused != 0) {
        parse_refuse(room, room->stage == STAGE_HEAD && rc == HPE_INVALID_VERSION ? 505 : 400);
        return PARSE_REFUSED;
    }
    room->parsed = room->len;
    if (room->stage == STAGE_HEAD && room->len >= room->header_max) {
        parse_refuse(room, 431);
        return PARSE_REFUSED;
    }
    if (room->stage == STAGE_BODY && room->chunked) {
        if (!body_overhead_is_fair(room, room->len - from)) {
            parse_refuse(room, 400);
            return PARSE_REFUSED;
        }
        room->len = room->parsed = room->body_at + room->body_len;
    }
    return PARSE_MORE;
}

bool serve_room_grow(struct serve_request *room, size_t cap)
{
    room->p = io_resize(room->p, cap);
    room->cap = cap;
    return true;
}

/* --- what the handler sees --- */

struct str serve_method(const struct serve_request *request)
{
    return str_of(llhttp_method_name((llhttp_method_t)request->parser.method));
}

struct str serve_path(const struct serve_request *request)
{
    struct str url = str_n(request->p + request->url_at, request->url_len);
    return str_cut(&url, '?');
}

struct str serve_query(const struct serve_request *request)
{
    struct str url = str_n(request->p + request->url_at, request->url_len);
    str_cut(&url, '?');
    return url;
}

static const struct serve_field *field_next(const struct serve_request *request, const char *name,
                                            size_t len, size_t *i)
{
    for (; *i < request->field_count; ++*i) {
        const struct serve_field *field = &request->fields[*i];
        if (field->name_len == len && memcmp(request->p + field->name_at, name, len) == 0)
            return &request->fields[(*i)++];
    }
    return NULL;
}

struct str serve_header(const struct serve_request *request, const char *lower_case_name)
{
    size_t i = 0;
    const struct serve_field *field =
        field_next(request, lower_case_name, strlen(lower_case_name), &i);
    return field ? str_n(request->p + field->value_at, field->value_len) : STR_NONE;
}

size_t serve_header_count(const struct serve_request *request, const char *lower_case_name)
{
    size_t i = 0, count = 0, len = strlen(lower_case_name);
    while (field_next(request, lower_case_name, len, &i))
        count++;
    return count;
}

struct str serve_body(const struct serve_request *request)
{
    return str_n(request->p + request->body_at, request->body_len);
}
