#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/io_notify.h"
#include "unit.h"

/* A service manager's end, at a path or (name begins with @) an abstract address. */
static int listen_at(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memcpy(at.sun_path, name, strlen(name));
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    return fd;
}

static void is_heard(const char *name)
{
    char heard[100] = "";
    int fd = listen_at(name);

    assert_true(notify_manager(name, STR("READY=1\nSTATUS=Running")));
    assert_int_equal(recv(fd, heard, sizeof heard - 1, 0), 22);
    assert_string_equal(heard, "READY=1\nSTATUS=Running");
    close(fd);
}

static void at_a_path(void **state)
{
    char name[100];
    (void)state;
    snprintf(name, sizeof name, "/tmp/countersign-notify-%d", (int)getpid());
    is_heard(name);
    assert_false(notify_manager(name, STR("nobody listens any more")));
    unlink(name);
    assert_false(notify_manager(name, STR("nor is it there")));
}

static void at_an_abstract_address(void **state)
{
    char name[100];
    (void)state;
    snprintf(name, sizeof name, "@countersign-notify-%d", (int)getpid());
    is_heard(name);
}

static void nobody_asked(void **state)
{
    char endless[300];
    (void)state;
    assert_false(notify_manager(NULL, STR("READY=1")));
    assert_false(notify_manager("", STR("READY=1")));
    assert_false(notify_manager("relative", STR("READY=1")));
    memset(endless, 'x', sizeof endless - 1);
    endless[0] = '/';
    endless[sizeof endless - 1] = '\0';
    assert_false(notify_manager(endless, STR("READY=1")));
}

UNIT_MAIN(cmocka_unit_test(at_a_path), cmocka_unit_test(at_an_abstract_address),
          cmocka_unit_test(nobody_asked))
