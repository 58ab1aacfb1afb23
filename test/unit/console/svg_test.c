#include "console/svg.h"

#include "unit.h"

static struct markup m;
static struct buf out;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, 16 * 1024);
    markup_begin(&m, &out);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

static void a_picture_says_what_it_shows(void **state)
{
    (void)state;
    SVG_PICTURE (&m, .id = "p", .width = 100, .height = 20, .title = STR("Weeks & days"),
                 .text = STR("two")) {
        svg_rect(&m, 1, 2, 3, 4, 0, "good");
        svg_text(&m, 5, 6, STR("<b>"), NULL);
    }
    assert_true(markup_end(&m));
    assert_str(buf_str(&out),
               "<svg id=\"p\" viewBox=\"0 0 100 20\" width=\"100\" height=\"20\" role=\"img\" "
               "aria-labelledby=\"p-title p-text\" focusable=\"false\">"
               "<title id=\"p-title\">Weeks &amp; days</title><desc id=\"p-text\">two</desc>"
               "<rect class=\"good\" x=\"1\" y=\"2\" width=\"3\" height=\"4\" rx=\"0\"></rect>"
               "<text x=\"5\" y=\"6\">&lt;b&gt;</text></svg>\n");
}

static void what_is_not_known_is_hatched(void **state)
{
    (void)state;
    svg_hatch(&m, "h");
    svg_hatched(&m, 0, 0, 10, 5, "h");
    assert_str(buf_str(&out),
               "<defs><pattern id=\"h\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
               "patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" "
               "y2=\"6\"></line></pattern>\n</defs>\n<rect class=\"hatched\" fill=\"url(#h)\" "
               "x=\"0\" y=\"0\" width=\"10\" height=\"5\"></rect>");
}

static void a_path_is_made_of_numbers(void **state)
{
    struct svg_path path = {0};

    (void)state;
    svg_move(&path, 0, 1);
    svg_to(&path, 2.25, 3);
    svg_curve(&path, 1, 1, 2, 2, 3, 3);
    svg_put_path(&m, &path, "road good");
    svg_circle(&m, 1, 1, 2, "bad");
    assert_str(buf_str(&out),
               "<path class=\"road good\" d=\"M0.0 1.0L2.2 3.0C1.0 1.0 2.0 2.0 3.0 "
               "3.0\"></path><circle class=\"bad\" cx=\"1\" cy=\"1\" r=\"2\"></circle>");
}

static void too_many_points_end_the_path_whole(void **state)
{
    struct svg_path path = {0};

    (void)state;
    for (int i = 0; i < SVG_PATH_BYTES; i++)
        svg_to(&path, 1, 1);
    assert_true(path.over);
    assert_int_equal(path.len % strlen("L1.0 1.0"), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

UNIT_MAIN(T(a_picture_says_what_it_shows), T(what_is_not_known_is_hatched),
          T(a_path_is_made_of_numbers), T(too_many_points_end_the_path_whole))
