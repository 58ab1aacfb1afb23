#include "base/codecs.h"

static const char HEX[] = "0123456789abcdef";

void hex_encode(const void *data, size_t len, char *dst)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        dst[2 * i] = HEX[p[i] >> 4];
        dst[2 * i + 1] = HEX[p[i] & 15];
    }
    dst[2 * len] = '\0';
}

/* Value and one more, so that 0 is none. Looked up, without a branch: an export of evidence has 128
 * digits a line. */
static const uint8_t DIGITS[UINT8_MAX + 1] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

bool hex_decode(struct str text, void *dst, size_t len)
{
    const uint8_t *p = (const uint8_t *)text.p;
    uint8_t *out = dst;
    unsigned wrong = 0;

    if (text.len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned high = DIGITS[p[2 * i]] - 1u, low = DIGITS[p[2 * i + 1]] - 1u;
        wrong |= high | low; /* none is all ones */
        out[i] = (uint8_t)(high << 4 | low);
    }
    return wrong < 16;
}

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_encode(struct buf *dst, struct str data)
{
    const uint8_t *p = (const uint8_t *)data.p;
    for (size_t i = 0; i < data.len; i += 3) {
        size_t have = data.len - i < 3 ? data.len - i : 3;
        uint32_t v = (uint32_t)p[i] << 16;
        v |= have > 1 ? (uint32_t)p[i + 1] << 8 : 0;
        v |= have > 2 ? (uint32_t)p[i + 2] : 0;
        char out[4] = {BASE64[v >> 18], BASE64[v >> 12 & 63], have > 1 ? BASE64[v >> 6 & 63] : '=',
                       have > 2 ? BASE64[v & 63] : '='};
        if (!buf_add(dst, out, 4))
            return false;
    }
    return true;
}

static int base64_digit(char c)
{
    ptrdiff_t at = str_find(str_n(BASE64, 64), c);
    return (int)at;
}

bool base64_decode(struct buf *dst, struct str text)
{
    if (text.len % 4)
        return false;
    for (size_t i = 0; i < text.len; i += 4) {
        bool last = i + 4 == text.len;
        size_t pad = 0;
        if (last && text.p[i + 3] == '=')
            pad = text.p[i + 2] == '=' ? 2 : 1;
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            int digit = k < 4 - pad ? base64_digit(text.p[i + k]) : 0;
            if (digit < 0)
                return false;
            v = v << 6 | (uint32_t)digit;
        }
        if ((pad == 1 && (v & 0xff)) || (pad == 2 && (v & 0xffff)))
            return false; /* bits that stand for nothing: two texts for one value */
        char out[3] = {(char)(v >> 16), (char)(v >> 8), (char)v};
        if (!buf_add(dst, out, 3 - pad))
            return false;
    }
    return true;
}

bool url_encode(struct buf *dst, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        char out[3] = {plain ? c : '%', HEX[(unsigned char)c >> 4], HEX[(unsigned char)c & 15]};
        if (!plain) { /* RFC 3986 section 2.1: upper-case digits */
            for (size_t k = 1; k < 3; k++)
                if (out[k] >= 'a')
                    out[k] = (char)(out[k] - 'a' + 'A');
        }
        if (!buf_add(dst, out, plain ? 1 : 3))
            return false;
    }
    return true;
}

bool equal_const_time(const void *a, const void *b, size_t len)
{
    const volatile unsigned char *x = a, *y = b;
    unsigned char differ = 0;
    for (size_t i = 0; i < len; i++)
        differ |= (unsigned char)(x[i] ^ y[i]);
    return differ == 0;
}
