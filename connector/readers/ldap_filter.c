#include "readers/ldap_filter.h"

#include <stdio.h>
#include <string.h>

bool ldap_filter_add(char *dst, size_t size, size_t *len, struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.p[i];
        bool special = c == '*' || c == '(' || c == ')' || c == '\\' || !c;
        int n = special ? snprintf(dst + *len, size - *len, "\\%02x", (unsigned)(unsigned char)c)
                        : snprintf(dst + *len, size - *len, "%c", c);
        if (n < 0 || (size_t)n >= size - *len)
            return false;
        *len += (size_t)n;
    }
    return true;
}

static bool add_text(char *dst, size_t size, size_t *len, const char *text, size_t text_len)
{
    if (text_len >= size - *len)
        return false;
    memcpy(dst + *len, text, text_len);
    *len += text_len;
    dst[*len] = '\0';
    return true;
}

bool ldap_filter_match(char *dst, size_t size, size_t *len, const char *attr, struct str value)
{
    return add_text(dst, size, len, "(", 1) && add_text(dst, size, len, attr, strlen(attr)) &&
           add_text(dst, size, len, "=", 1) && ldap_filter_add(dst, size, len, value) &&
           add_text(dst, size, len, ")", 1);
}

bool ldap_filter_fill(char *dst, size_t size, const char *pattern, struct str value)
{
    const char *hole = strstr(pattern, "%s");
    size_t len = 0;

    return hole && add_text(dst, size, &len, pattern, (size_t)(hole - pattern)) &&
           ldap_filter_add(dst, size, &len, value) &&
           add_text(dst, size, &len, hole + 2, strlen(hole + 2));
}
