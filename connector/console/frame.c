#include "console/frame.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "console/say.h"

enum { NAME_DIGITS = 16, HASH_BYTES = 64, POLICY_BYTES = 256 };

const char FRAME_POLICY[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static const struct {
    const char *path, *name;
} PLACES[] = {
    [FRAME_BOARD] = {"board", "Board"},
    [FRAME_GATE] = {"gate", "Gate"},
    [FRAME_PLAYGROUND] = {"playground", "Playground"},
};

const char *frame_css_name(char *dst)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    digest_sha256(str_of(CONSOLE_CSS), digest);
    hex_encode(digest, sizeof digest, hex);
    snprintf(dst, FRAME_NAME_BYTES, "console-%.*s.css", NAME_DIGITS, hex);
    return dst;
}

/* An address within the console, as it is from this page; into dst[FRAME_NAME_BYTES]. */
static struct str path_to(const struct frame *frame, const char *name, char *dst)
{
    snprintf(dst, FRAME_NAME_BYTES, "%s%s", frame->root ? frame->root : "./", name);
    return str_of(dst);
}

/* --- the head --- */

/* A file is read where no server says what it may do: it says so itself, and names its own style by
 * its digest. */
static void put_style_of_file(struct markup *m)
{
    AUTO(drop_buf) struct buf hash;
    uint8_t digest[SHA256_BYTES];
    char policy[POLICY_BYTES];

    buf_init(&hash, HASH_BYTES);
    digest_sha256(str_of(CONSOLE_CSS), digest);
    base64_encode(&hash, str_n((const char *)digest, sizeof digest));
    snprintf(policy, sizeof policy,
             "default-src 'none'; style-src 'sha256-%s'; img-src data:", hash.p);
    HTML_LEAF(m, META, STR_NONE, A(HTTP_EQUIV, "Content-Security-Policy"),
              A_STR(CONTENT, str_of(policy)));
    HTML (m, STYLE)
        markup_style(m, CONSOLE_CSS);
}

static void put_links(struct markup *m, const struct frame *frame)
{
    char path[FRAME_NAME_BYTES], name[FRAME_NAME_BYTES];

    HTML_LEAF(m, LINK, STR_NONE, A(REL, "icon"), A(TYPE, "image/svg+xml"),
              A_STR(HREF, path_to(frame, "icon/countersign.svg", path)));
    HTML_LEAF(m, LINK, STR_NONE, A(REL, "stylesheet"),
              A_STR(HREF, path_to(frame, frame_css_name(name), path)));
    if (frame->script)
        HTML_LEAF(m, SCRIPT, STR_NONE, A_STR(SRC, path_to(frame, frame->script, path)),
                  A_FLAG(DEFER));
}

static void put_refresh(struct markup *m, int64_t seconds)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)seconds);
    HTML_LEAF(m, META, STR_NONE, A(HTTP_EQUIV, "refresh"), A_STR(CONTENT, str_of(text)));
}

static void put_head(struct markup *m, const struct frame *frame)
{
    HTML (m, HEAD) {
        HTML_LEAF(m, META, STR_NONE, A(CHARSET, "utf-8"));
        HTML_LEAF(m, META, STR_NONE, A(NAME, "viewport"),
                  A(CONTENT, "width=device-width, initial-scale=1"));
        HTML_LEAF(m, META, STR_NONE, A(NAME, "color-scheme"), A(CONTENT, "light dark"));
        HTML_LEAF(m, META, STR_NONE, A(NAME, "robots"), A(CONTENT, "noindex, nofollow"));
        if (frame->refresh_s)
            put_refresh(m, frame->refresh_s);
        HTML (m, TITLE) {
            markup_text(m, frame->title);
            markup_text(m, STR(" · Countersign"));
        }
        if (frame->is_file)
            put_style_of_file(m);
        else
            put_links(m, frame);
    }
}

/* --- what stands above and below --- */

static void put_nav(struct markup *m, const struct frame *frame)
{
    char path[FRAME_NAME_BYTES];

    HTML (m, NAV, A(ARIA_LABEL, "Pages")) {
        for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
            HTML_LEAF(m, A, str_of(PLACES[i].name),
                      A_STR(HREF, path_to(frame, PLACES[i].path, path)),
                      A_IF(ARIA_CURRENT, i == frame->place, "page"));
    }
}

static void put_header(struct markup *m, const struct frame *frame)
{
    HTML (m, HEADER, A(CLASS, "top")) {
        HTML (m, DIV, A(CLASS, "inner")) {
            HTML_LEAF(m, P, STR("Countersign"), A(CLASS, "brand"));
            if (!frame->is_file)
                put_nav(m, frame);
        }
    }
}

static void put_footer(struct markup *m, const struct frame *frame)
{
    HTML (m, FOOTER) {
        HTML (m, DIV, A(CLASS, "inner")) {
            if (frame->as_of_ms)
                HTML (m, P) {
                    markup_text(m, STR("As of "));
                    say_put_time(m, frame->as_of_ms);
                    markup_text(m, STR(", by the clock of the database."));
                }
            if (frame->visitor.len)
                HTML (m, P) {
                    markup_text(m, STR("Seen by "));
                    markup_said(m, frame->visitor, 80);
                    markup_text(m, STR("."));
                }
            HTML_LEAF(m, P, STR("Read only: nothing is changed from here."));
        }
    }
}

bool frame_render(struct buf *out, const struct frame *frame, frame_body_fn *body, const void *arg)
{
    struct markup m;

    buf_add_c(out, "<!doctype html>\n");
    markup_begin(&m, out);
    HTML (&m, HTML, A(LANG, "en")) {
        put_head(&m, frame);
        HTML (&m, BODY) {
            if (!frame->is_file)
                HTML_LEAF(&m, A, STR("Skip to the content"), A(CLASS, "skip"), A(HREF, "#content"));
            put_header(&m, frame);
            HTML (&m, MAIN, A(ID, "content"), A_STR(CLASS, str_of(frame->class)))
                body(&m, arg);
            put_footer(&m, frame);
        }
    }
    return markup_end(&m);
}

/* --- instead of a page --- */

struct notice {
    struct str title, why, remedy;
};

static void notice_body(struct markup *m, const void *arg)
{
    const struct notice *n = arg;

    HTML (m, SECTION, A(CLASS, "notice")) {
        HTML_LEAF(m, H1, n->title);
        HTML_LEAF(m, P, n->why);
        if (n->remedy.len)
            HTML_LEAF(m, P, n->remedy, A(CLASS, "remedy"));
    }
}

bool frame_notice(struct buf *out, const char *root, struct str title, struct str why,
                  struct str remedy)
{
    const struct notice notice = {title, why, remedy};
    const struct frame frame = {.title = title, .place = FRAME_ELSEWHERE, .root = root};

    return frame_render(out, &frame, notice_body, &notice);
}
