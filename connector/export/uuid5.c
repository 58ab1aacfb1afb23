#include "export/uuid5.h"

#include <string.h>

#include "base/digest.h"

const struct uuid UUID_NAMESPACE_URL = {{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4,
                                         0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

struct uuid uuid5(const struct uuid *space, struct str name)
{
    uint8_t digest[SHA1_BYTES];
    struct uuid ret;

    digest_sha1_2(str_n((const char *)space->bytes, UUID_BYTES), name, digest);
    memcpy(ret.bytes, digest, UUID_BYTES);
    ret.bytes[6] = (uint8_t)((ret.bytes[6] & 0x0f) | 0x50);
    ret.bytes[8] = (uint8_t)((ret.bytes[8] & 0x3f) | 0x80);
    return ret;
}

const char *uuid_text(const struct uuid *uuid, char ret[UUID_TEXT_SIZE])
{
    static const struct {
        size_t from, to;
    } GROUPS[] = {{0, 4}, {4, 6}, {6, 8}, {8, 10}, {10, UUID_BYTES}};
    static const char DIGITS[] = "0123456789abcdef";
    char *p = ret;

    for (size_t g = 0; g < sizeof GROUPS / sizeof GROUPS[0]; g++) {
        if (g)
            *p++ = '-';
        for (size_t i = GROUPS[g].from; i < GROUPS[g].to; i++) {
            *p++ = DIGITS[uuid->bytes[i] >> 4];
            *p++ = DIGITS[uuid->bytes[i] & 15];
        }
    }
    *p = '\0';
    return ret;
}
