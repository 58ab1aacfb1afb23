#include "console/frame.h"

#include "base/codecs.h"
#include "base/digest.h"
#include "unit.h"

enum { ROOM = 64 * 1024 };

static struct buf out;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, ROOM);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

static void body(struct markup *m, const void *arg)
{
    HTML_LEAF(m, P, *(const struct str *)arg);
}

static bool has(const char *text)
{
    return strstr(out.p, text) != NULL;
}

static void render(const struct frame *frame, const char *said)
{
    const struct str text = str_of(said);

    buf_clear(&out);
    assert_true(frame_render(&out, frame, body, &text));
}

static void every_page_stands_in_the_same_frame(void **state)
{
    char name[FRAME_NAME_BYTES], link[128];

    (void)state;
    render(&(struct frame){.title = STR("Gate <1>"),
                           .place = FRAME_GATE,
                           .as_of_ms = 1795775999000,
                           .visitor = STR("j.silva <auditor>")},
           "the body & more");
    assert_true(str_starts(buf_str(&out), STR("<!doctype html>\n<html lang=\"en\">")));
    assert_true(str_ends(buf_str(&out), STR("</body>\n</html>\n")));
    assert_true(has("<title>Gate &lt;1&gt; · Countersign</title>"));
    assert_true(has("<a href=\"./gate\" aria-current=\"page\">Gate</a>"));
    assert_true(has("<a href=\"./board\">Board</a>"));
    assert_true(has("<main id=\"content\"><p>the body &amp; more</p>"));
    assert_true(has("27 Nov 2026, 10:39 UTC</time>"));
    assert_true(has("<bdi>j.silva &lt;auditor&gt;</bdi>"));
    snprintf(link, sizeof link, "<link rel=\"stylesheet\" href=\"./%s\">", frame_css_name(name));
    assert_true(has(link));
    assert_false(has("<script"));
    assert_false(has("<style"));
    assert_false(has("style="));
}

static void a_page_below_finds_its_way_up(void **state)
{
    (void)state;
    render(&(struct frame){.title = STR("IAM-7"),
                           .place = FRAME_ELSEWHERE,
                           .root = "../",
                           .script = "playground.js",
                           .class = "wide"},
           "");
    assert_true(has("href=\"../board\""));
    assert_true(has("href=\"../console-"));
    assert_true(has("<script src=\"../playground.js\" defer></script>"));
    assert_true(has("<main id=\"content\" class=\"wide\">"));
    assert_false(has("aria-current"));
}

/* Its policy names the digest of exactly what stands between <style> and </style>. */
static void a_file_of_its_own_needs_nothing_else(void **state)
{
    AUTO(drop_buf) struct buf hash;
    uint8_t digest[SHA256_BYTES];

    (void)state;
    render(&(struct frame){.title = STR("IAM-7"), .is_file = true, .script = "x.js"}, "");
    assert_false(has("href="));
    assert_false(has("src="));
    const char *from = strstr(out.p, "<style>") + strlen("<style>"), *to = strstr(from, "</style>");
    digest_sha256(str_n(from, (size_t)(to - from)), digest);
    buf_init(&hash, 100);
    base64_encode(&hash, str_n((const char *)digest, sizeof digest));
    const char *policy = strstr(out.p, "style-src &#39;sha256-");
    assert_non_null(policy);
    assert_memory_equal(policy + strlen("style-src &#39;sha256-"), hash.p, hash.len);
}

static void the_name_of_the_stylesheet_changes_with_it(void **state)
{
    char name[FRAME_NAME_BYTES];
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    (void)state;
    digest_sha256(str_of(CONSOLE_CSS), digest);
    hex_encode(digest, sizeof digest, hex);
    frame_css_name(name);
    assert_int_equal(strlen(name), strlen("console-.css") + 16);
    assert_memory_equal(name + strlen("console-"), hex, 16);
    assert_null(strstr(CONSOLE_CSS, "url(")); /* nothing from elsewhere */
    assert_null(strstr(CONSOLE_CSS, "@import"));
    assert_null(strstr(CONSOLE_CSS, "</"));
}

static void a_notice_says_what_is_the_matter(void **state)
{
    (void)state;
    assert_true(frame_notice(&out, "../", STR("Not here"), STR("There is no IAM-9."), STR_NONE));
    assert_true(has("<h1>Not here</h1>\n<p>There is no IAM-9.</p>\n</section>"));
    buf_clear(&out);
    assert_true(frame_notice(&out, "./", STR("a"), STR("b"), STR("Do this.")));
    assert_true(has("<p class=\"remedy\">Do this.</p>"));
}

static void what_does_not_fit_is_told(void **state)
{
    AUTO(drop_buf) struct buf little;
    const struct str text = STR("x");

    (void)state;
    buf_init(&little, 300);
    assert_false(frame_render(&little, &(struct frame){.title = STR("t")}, body, &text));
}

static void browsers_are_allowed_nothing_but_what_is_ours(void **state)
{
    (void)state;
    assert_non_null(strstr(FRAME_POLICY, "default-src 'none'"));
    assert_non_null(strstr(FRAME_POLICY, "frame-ancestors 'none'"));
    assert_null(strstr(FRAME_POLICY, "unsafe"));
    assert_null(strstr(FRAME_POLICY, "*"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

UNIT_MAIN(T(every_page_stands_in_the_same_frame), T(a_page_below_finds_its_way_up),
          T(a_file_of_its_own_needs_nothing_else), T(the_name_of_the_stylesheet_changes_with_it),
          T(a_notice_says_what_is_the_matter), T(what_does_not_fit_is_told),
          T(browsers_are_allowed_nothing_but_what_is_ours))
