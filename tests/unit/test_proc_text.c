#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/proc_text.h"

static void a_stat_line_is_read_behind_the_name(void **state)
{
    struct proc_stat stat = {0};

    (void)state;
    assert_int_equal(
        proc_parse_stat("12 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 0 3 0 99 0 0", &stat),
        0);
    assert_int_equal(stat.parent, 1);
    assert_int_equal(stat.own_ticks, 11 + 12);
    assert_int_equal(stat.reaped_ticks, 13 + 14);
    assert_int_equal(stat.threads, 3);
    assert_false(stat.running);
    assert_int_equal(
        proc_parse_stat("12 (S) R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 0 1 0 99 0 0", &stat), 0);
    assert_true(stat.running);
    assert_false(stat.stopped);
    assert_int_equal(
        proc_parse_stat("12 (R) T 1 2 3 4 5 6 7 8 9 10 11 12 13 14 20 0 1 0 99 0 0", &stat), 0);
    assert_true(stat.stopped);
    assert_int_equal(proc_parse_stat("12 (a S 1 2", &stat), -EPROTO);
    assert_int_equal(proc_parse_stat("12 (a) S 1 2 3", &stat), -EPROTO);
    assert_int_equal(proc_parse_stat("", &stat), -EPROTO);
}

static void numbers_are_found_by_their_name(void **state)
{
    static const char text[] = "Name:\tFDSize\nGid:\t0\t0\t0\t0\nFDSize:\t256\nGroups:\t \n";

    (void)state;
    assert_int_equal(proc_parse_number(text, "FDSize"), 256);
    assert_int_equal(proc_parse_number(text, "Size"), 0);
    assert_int_equal(proc_parse_number(text, "Groups"), 0);
}

static void sizes_are_found_by_their_name(void **state)
{
    static const char text[] = "VmRSS:\t  12 kB\nRssAnon:\t     100 kB\nRssShmem:\t 7 kB\n";

    (void)state;
    assert_int_equal(proc_parse_kib(text, "RssAnon"), 102400);
    assert_int_equal(proc_parse_kib(text, "RssShmem"), 7168);
    assert_int_equal(proc_parse_kib(text, "Rss"), 0);
    assert_int_equal(proc_parse_kib("", "RssAnon"), 0);
}

static void a_thread_s_time_and_slices_are_told(void **state)
{
    struct proc_schedstat found = proc_parse_schedstat("918410 77 2\n");

    (void)state;
    assert_int_equal(found.cpu_ns, 918410);
    assert_int_equal(found.slices, 2);
    found = proc_parse_schedstat("");
    assert_int_equal(found.cpu_ns, 0);
    assert_int_equal(found.slices, 0);
}

static void segments_add_up_whether_attached_or_not(void **state)
{
    static const char text[] =
        "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  "
        "cuid "
        " cgid      atime      dtime      ctime                   rss                  swap\n"
        "         0          1   600               4194304     2     2      0  1000  1000  "
        "1000 "
        " 1000          7          8          9               1048576                     0\n"
        "       -17          2   600               4194304     2     2      1  1000  1000  "
        "1000 "
        " 1000          7          8          9                  4096                  8192\n";

    (void)state;
    assert_int_equal(proc_parse_segments(text), 1048576 + 4096 + 8192);
    assert_int_equal(proc_parse_segments(""), 0);
    assert_int_equal(proc_parse_segments("1 2 3\n"), 0);
}

static void mappings_are_told_from_what_is_said_of_them(void **state)
{
    struct proc_mapping mapping;

    (void)state;
    assert_true(proc_parse_mapping(
        "7f00-8f00 rw-s 00000000 00:01 32771          /SYSV00000000 (deleted)\n", &mapping));
    assert_int_equal(mapping.major, 0);
    assert_int_equal(mapping.minor, 1);
    assert_int_equal(mapping.inode, 32771);
    assert_true(mapping.is_segment);
    assert_true(proc_parse_mapping("7f00-8f00 r--p 00001000 fd:10 9  /a b\n", &mapping));
    assert_int_equal(mapping.major, 0xfd);
    assert_int_equal(mapping.minor, 0x10);
    assert_false(mapping.is_segment);
    assert_false(proc_parse_mapping("Pss:                  12 kB\n", &mapping));
    assert_false(proc_parse_mapping("AnonHugePages:         0 kB\n", &mapping));
    assert_false(proc_parse_mapping("7f00-8f00 rw-s 0000\n", &mapping));
    assert_false(proc_parse_mapping("7f00-8f00 rw\n", &mapping));
    assert_false(proc_parse_mapping("", &mapping));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stat_line_is_read_behind_the_name),
        cmocka_unit_test(numbers_are_found_by_their_name),
        cmocka_unit_test(sizes_are_found_by_their_name),
        cmocka_unit_test(a_thread_s_time_and_slices_are_told),
        cmocka_unit_test(segments_add_up_whether_attached_or_not),
        cmocka_unit_test(mappings_are_told_from_what_is_said_of_them),
    };
    return cmocka_run_group_tests_name("proc_text", tests, NULL, NULL);
}
