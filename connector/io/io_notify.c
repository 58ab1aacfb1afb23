#include "io/io_notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool notify_manager(const char *address, struct str lines)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct str at = str_of(address);

    if (at.len < 2 || at.len >= sizeof to.sun_path || (at.p[0] != '/' && at.p[0] != '@'))
        return false;
    memcpy(to.sun_path, at.p, at.len);
    if (at.p[0] == '@')
        to.sun_path[0] = '\0'; /* abstract: it begins with a NUL and ends where its length says */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + at.len);
    ssize_t sent = sendto(fd, lines.p, lines.len, MSG_NOSIGNAL, (struct sockaddr *)&to, size);
    close(fd);
    return sent == (ssize_t)lines.len;
}
