#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#include "service/address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct address_case {
    const char *text;
    bool is_public;
};

static bool is_public(const char *text)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&in);
    if (inet_pton(AF_INET6, text, &in6.sin6_addr) != 1)
        fail_msg("%s is no address", text);
    return address_is_public((const struct sockaddr *)&in6);
}

static void check(const struct address_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_public(cases[i].text) != cases[i].is_public)
            fail_msg("%s: expected %spublic", cases[i].text, cases[i].is_public ? "" : "not ");
    }
}

/* Each range with its first and last address and what lies beside it. */
static void ipv4_ranges_end_where_the_registry_says(void **state)
{
    static const struct address_case cases[] = {
        {"0.0.0.0", false},         {"0.255.255.255", false},   {"1.0.0.0", true},
        {"9.255.255.255", true},    {"10.0.0.0", false},        {"10.255.255.255", false},
        {"11.0.0.0", true},         {"100.63.255.255", true},   {"100.64.0.0", false},
        {"100.127.255.255", false}, {"100.128.0.0", true},      {"126.255.255.255", true},
        {"127.0.0.0", false},       {"127.0.0.1", false},       {"127.255.255.255", false},
        {"128.0.0.0", true},        {"169.253.255.255", true},  {"169.254.0.0", false},
        {"169.254.169.254", false}, {"169.254.255.255", false}, {"169.255.0.0", true},
        {"172.15.255.255", true},   {"172.16.0.0", false},      {"172.31.255.255", false},
        {"172.32.0.0", true},       {"191.255.255.255", true},  {"192.0.0.0", false},
        {"192.0.0.255", false},     {"192.0.1.0", true},        {"192.0.1.255", true},
        {"192.0.2.0", false},       {"192.0.2.255", false},     {"192.0.3.0", true},
        {"192.88.98.255", true},    {"192.88.99.0", false},     {"192.88.99.255", false},
        {"192.88.100.0", true},     {"192.167.255.255", true},  {"192.168.0.0", false},
        {"192.168.255.255", false}, {"192.169.0.0", true},      {"198.17.255.255", true},
        {"198.18.0.0", false},      {"198.19.255.255", false},  {"198.20.0.0", true},
        {"198.51.99.255", true},    {"198.51.100.0", false},    {"198.51.100.255", false},
        {"198.51.101.0", true},     {"203.0.112.255", true},    {"203.0.113.0", false},
        {"203.0.113.255", false},   {"203.0.114.0", true},      {"223.255.255.255", true},
        {"224.0.0.0", false},       {"239.255.255.255", false}, {"240.0.0.0", false},
        {"255.255.255.254", false}, {"255.255.255.255", false},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void ipv6_ranges_end_where_the_registry_says(void **state)
{
    static const struct address_case cases[] = {
        {"::", false},
        {"::1", false},
        {"::7f00:1", false}, /* 127.0.0.1, as was once written */
        {"64:ff9b:1::", false},
        {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", false},
        {"100::", false},
        {"100::ffff:ffff:ffff:ffff", false},
        {"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"2000::", true},
        {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
        {"2001::", false},
        {"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"2001:200::", true},
        {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", true},
        {"2001:db8::", false},
        {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"2001:db9::", true},
        {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
        {"2003::", true},
        {"2606:4700::1111", true},
        {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
        {"3fff::", false},
        {"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"3fff:1000::", true},
        {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
        {"4000::", false},
        {"5f00::", false},
        {"5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"fc00::", false},
        {"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"fe80::", false},
        {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"fec0::", false},
        {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
        {"ff00::", false},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void an_ipv6_address_that_stands_for_an_ipv4_one_is_what_that_is(void **state)
{
    static const struct address_case cases[] = {
        {"::ffff:127.0.0.1", false},     {"::ffff:10.1.2.3", false},
        {"::ffff:9.9.9.9", true},        {"::fffe:9.9.9.9", false},
        {"::1:ffff:9.9.9.9", false},     {"64:ff9b::127.0.0.1", false},
        {"64:ff9b::192.168.1.1", false}, {"64:ff9b::9.9.9.9", true},
        {"64:ff9b::1:909:909", false},   {"2002:7f00:1::1", false},
        {"2002:a00::1", false},          {"2002:909:909::1", true},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void other_families_are_not_public(void **state)
{
    const struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    const struct sockaddr none = {.sa_family = AF_UNSPEC};

    (void)state;
    assert_false(address_is_public((const struct sockaddr *)&un));
    assert_false(address_is_public(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_ranges_end_where_the_registry_says),
        cmocka_unit_test(ipv6_ranges_end_where_the_registry_says),
        cmocka_unit_test(an_ipv6_address_that_stands_for_an_ipv4_one_is_what_that_is),
        cmocka_unit_test(other_families_are_not_public),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
