#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "io/io_address.h"
#include "unit.h"

static bool within(enum io_reach reach, const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;

    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        storage.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
        storage.ss_family = AF_INET6;
    return io_address_within(reach, (const struct sockaddr *)&storage);
}

static void this_machine_is_not_outside(void **state)
{
    static const char *const HERE[] = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"};
    (void)state;

    for (size_t i = 0; i < COUNT(HERE); i++) {
        assert_true(within(IO_REACH_HERE, HERE[i]));
        assert_false(within(IO_REACH_OUTSIDE, HERE[i]));
        assert_true(within(IO_REACH_ANYWHERE, HERE[i]));
    }
}

static void other_machines_are_outside(void **state)
{
    static const char *const THERE[] = {
        "10.1.2.3",        "192.168.0.1", "169.253.255.255",  "169.255.0.0",     "93.184.216.34",
        "223.255.255.255", "2001:db8::1", "fd00::1",          "::ffff:10.0.0.1", "128.0.0.1",
        "126.255.255.255", "1.0.0.0",     "64:ff9b::10.0.0.1"};
    (void)state;

    for (size_t i = 0; i < COUNT(THERE); i++) {
        assert_true(within(IO_REACH_OUTSIDE, THERE[i]));
        assert_false(within(IO_REACH_HERE, THERE[i]));
    }
}

static void where_no_source_is(void **state)
{
    static const char *const NOWHERE[] = {
        "0.0.0.0",          "0.1.2.3",    "169.254.169.254",          "169.254.0.1",
        "224.0.0.1",        "240.0.0.1",  "255.255.255.255",          "::",
        "fe80::1",          "ff02::1",    "::ffff:169.254.169.254",   "::ffff:0.0.0.0",
        "fd00:ec2::254",    "no address", "64:ff9b::169.254.169.254", "64:ff9b::127.0.0.1",
        "::169.254.169.254"};
    (void)state;

    for (size_t i = 0; i < COUNT(NOWHERE); i++) {
        assert_false(within(IO_REACH_OUTSIDE, NOWHERE[i]));
        assert_false(within(IO_REACH_HERE, NOWHERE[i]));
    }
}

UNIT_MAIN(cmocka_unit_test(this_machine_is_not_outside),
          cmocka_unit_test(other_machines_are_outside), cmocka_unit_test(where_no_source_is))
