/* The server's parser without sockets: what it makes of bytes, in one piece and byte by byte. The
 * refusals are tested from outside in test/io/serve_test.py. */
#include "io/io_serve_priv.h"
#include "unit.h"

static struct serve_request *room;

static int set_up(void **state)
{
    (void)state;
    room = io_alloc(sizeof *room);
    room->header_max = 1000;
    room->body_max = 100;
    serve_room_grow(room, 4096);
    serve_room_reset(room);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(room->p);
    free(room);
    return 0;
}

static enum serve_parse feed(const char *bytes, size_t step)
{
    size_t len = strlen(bytes);
    enum serve_parse parse = PARSE_MORE;

    for (size_t at = 0; at < len && parse == PARSE_MORE; at += step) {
        size_t n = len - at < step ? len - at : step;
        memcpy(room->p + room->len, bytes + at, n);
        room->len += n;
        parse = serve_room_parse(room);
    }
    return parse;
}

static const char WEBHOOK[] = "POST /webhook/jira/acme?a=b&c HTTP/1.1\r\nHost: "
                              "here:80\r\nX-Empty:\r\nX-HUB-Signature: \t sha256=ab \r\n"
                              "Content-Length: 5\r\nX-Two: 1\r\nX-Two: 2\r\n\r\nhello";

static void a_request_is_split(void **state)
{
    (void)state;
    for (size_t step = 1; step < sizeof WEBHOOK; step++) {
        assert_int_equal(feed(WEBHOOK, step), PARSE_DONE);
        assert_str(serve_method(room), "POST");
        assert_str(serve_path(room), "/webhook/jira/acme");
        assert_str(serve_query(room), "a=b&c");
        assert_str(serve_header(room, "x-hub-signature"), "sha256=ab");
        assert_str(serve_header(room, "x-empty"), "");
        assert_null(serve_header(room, "x-none").p);
        assert_int_equal(serve_header_count(room, "x-two"), 2);
        assert_str(serve_header(room, "x-two"), "1");
        assert_str(serve_body(room), "hello");
        assert_true(room->keep_alive);
        serve_room_reset(room);
        assert_int_equal(room->len, 0);
    }
}

static void chunks_come_together(void **state)
{
    (void)state;
    for (size_t step = 1; step < 90; step++) {
        assert_int_equal(feed("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CHUNKED\r\n\r\n"
                              "3\r\nabc\r\n2;x=y\r\nde\r\n1\r\nf\r\n0\r\nTrailer: t\r\n\r\n",
                              step),
                         PARSE_DONE);
        assert_str(serve_body(room), "abcdef");
        assert_int_equal(room->field_count, 2);
        serve_room_reset(room);
        assert_int_equal(room->len, 0);
    }
}

static void what_follows_is_kept(void **state)
{
    char two[2 * sizeof WEBHOOK];
    (void)state;

    snprintf(two, sizeof two, "%s%s", WEBHOOK,
             "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_int_equal(feed(two, sizeof two), PARSE_DONE);
    serve_room_reset(room);
    assert_int_equal(serve_room_parse(room), PARSE_DONE);
    assert_str(serve_method(room), "GET");
    assert_false(room->keep_alive);
}

static void assert_refused(const char *bytes, int status)
{
    assert_int_equal(feed(bytes, 1000), PARSE_REFUSED);
    assert_int_equal(room->refused, status);
    room->stage = STAGE_HEAD;
    serve_room_reset(room);
}

static void limits(void **state)
{
    char head[1200];
    (void)state;

    assert_refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n", 413);
    assert_refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"
                   "0123456789012345678901234567890123456789012345678901234567890123456789012345678"
                   "901234567890123456789+",
                   413);
    snprintf(head, sizeof head, "GET /%0990d HTTP/1.1\r\nHost: x\r\n\r\n", 0);
    assert_refused(head, 431);
    assert_refused("POST / HTTP/1.1\r\nHost: x\r\n\r\n", 411);
    assert_refused("GET / HTTP/1.1\r\n\r\n", 400);
    assert_refused("GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400);
    assert_refused("GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505);
}

UNIT_MAIN(cmocka_unit_test_setup_teardown(a_request_is_split, set_up, tear_down),
          cmocka_unit_test_setup_teardown(chunks_come_together, set_up, tear_down),
          cmocka_unit_test_setup_teardown(what_follows_is_kept, set_up, tear_down),
          cmocka_unit_test_setup_teardown(limits, set_up, tear_down))
