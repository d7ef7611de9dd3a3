/*
 * What is made of a systemd that is not there, says no, says nothing, or says what nobody can
 * understand, and of a cupel-scope that is not as it should be. systemd is played by a process
 * of this test, in a mount namespace in which /run is empty; what a real one answers is seen in
 * the guest that systemd runs.
 * Source: D-Bus Specification, "Message Format" and "Authentication Protocol".
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cupel/cleanup.h"
#include "own_namespaces.h"
#include "sandbox/cgroup_scope.h"

#define BUS     "/run/dbus/system_bus_socket"
#define PRIVATE "/run/systemd/private"
#define UNIT    "/org/freedesktop/systemd1/unit/"
#define CALLS   3

/* What the played systemd does when it is called. */
enum answer {
    HANG_UP,
    NOTHING,
    NO_UNIT,    /* an error, with a text */
    NO_SERVICE, /* the error of a bus on which systemd is not */
    A_NUMBER,   /* where an object, or a truth in a variant, was expected */
    A_JOB,      /* and no more of it */
    A_JOB_THAT_FAILS,
    A_SCOPE,
    A_SLICE,
    DELEGATED,
    NOT_DELEGATED,
};

enum { CALL_RETURN = 2, CALL_ERROR, CALL_SIGNAL };

struct message {
    unsigned char bytes[1024];
    size_t len;
    size_t fields_end;
};

static void align(struct message *m, size_t to)
{
    while (m->len % to != 0)
        m->bytes[m->len++] = 0;
}

static void put_byte(struct message *m, unsigned value)
{
    m->bytes[m->len++] = (unsigned char)value;
}

static void put_number(struct message *m, uint32_t value)
{
    align(m, 4);
    memcpy(m->bytes + m->len, &value, 4);
    m->len += 4;
}

static void put_string(struct message *m, const char *text)
{
    put_number(m, (uint32_t)strlen(text));
    memcpy(m->bytes + m->len, text, strlen(text) + 1);
    m->len += strlen(text) + 1;
}

static void put_signature(struct message *m, const char *text)
{
    put_byte(m, (unsigned)strlen(text));
    memcpy(m->bytes + m->len, text, strlen(text) + 1);
    m->len += strlen(text) + 1;
}

static void put_field(struct message *m, unsigned code, const char *type, const char *value)
{
    align(m, 8);
    put_byte(m, code);
    put_signature(m, type);
    if (type[0] == 'g')
        put_signature(m, value);
    else
        put_string(m, value);
    m->fields_end = m->len;
}

/* serial: of the call that is answered, or 0. */
static struct message begin(int type, uint32_t serial)
{
    struct message m = {.bytes = {'l', (unsigned char)type, 0, 1}, .len = 16};

    if (serial != 0) {
        put_byte(&m, 5);
        put_signature(&m, "u");
        put_number(&m, serial);
        m.fields_end = m.len;
    }
    return m;
}

/* From here on, what is put is the body. */
static void begin_body(struct message *m, const char *signature)
{
    put_field(m, 8, "g", signature);
    align(m, 8);
}

static void send_message(int fd, struct message *m)
{
    static uint32_t serial;
    size_t body = (m->fields_end + 7) & ~(size_t)7;
    uint32_t head[3] = {(uint32_t)(m->len - body), ++serial, (uint32_t)(m->fields_end - 16)};

    memcpy(m->bytes + 4, head, sizeof(head));
    if (write(fd, m->bytes, m->len) != (ssize_t)m->len)
        _exit(1);
}

static void refuse(int fd, uint32_t serial, const char *name, const char *text)
{
    struct message m = begin(CALL_ERROR, serial);

    put_field(&m, 4, "s", name);
    begin_body(&m, "s");
    put_string(&m, text);
    send_message(fd, &m);
}

static void give_object(int fd, uint32_t serial, const char *path)
{
    struct message m = begin(CALL_RETURN, serial);

    begin_body(&m, "o");
    put_string(&m, path);
    send_message(fd, &m);
}

static void give_number(int fd, uint32_t serial)
{
    struct message m = begin(CALL_RETURN, serial);

    begin_body(&m, "u");
    put_number(&m, 7);
    send_message(fd, &m);
}

static void give_truth(int fd, uint32_t serial, bool value)
{
    struct message m = begin(CALL_RETURN, serial);

    begin_body(&m, "v");
    put_signature(&m, "b");
    put_number(&m, value);
    send_message(fd, &m);
}

static void tell_of_job(int fd, const char *unit, const char *result)
{
    struct message m = begin(CALL_SIGNAL, 0);

    put_field(&m, 1, "o", "/org/freedesktop/systemd1");
    put_field(&m, 2, "s", "org.freedesktop.systemd1.Manager");
    put_field(&m, 3, "s", "JobRemoved");
    begin_body(&m, "uoss");
    put_number(&m, 1);
    put_string(&m, "/org/freedesktop/systemd1/job/1");
    put_string(&m, unit);
    put_string(&m, result);
    send_message(fd, &m);
}

/* The first string of the call's body goes to unit. */
static uint32_t receive_call(int fd, char unit[static 64])
{
    static unsigned char rest[4096];
    uint32_t head[4];
    uint32_t len = 0;

    if (recv(fd, head, sizeof(head), MSG_WAITALL) != sizeof(head))
        _exit(0);
    size_t fields = (head[3] + 7U) & ~7U;
    size_t size = fields + head[1];
    if (size > sizeof(rest) || recv(fd, rest, size, MSG_WAITALL) != (ssize_t)size)
        _exit(1);
    unit[0] = '\0';
    if (head[1] >= 4)
        memcpy(&len, rest + fields, 4);
    if (len > 0 && len < 64 && len + 5 <= head[1])
        memcpy(unit, rest + fields + 4, len + 1);
    return head[2];
}

static void answer(int fd, enum answer what)
{
    char unit[64];
    uint32_t serial = receive_call(fd, unit);

    switch (what) {
    case HANG_UP:
        _exit(0);
    case NOTHING:
        break;
    case NO_UNIT:
        refuse(fd, serial, "org.freedesktop.systemd1.NoSuchUnit", "there is none");
        break;
    case NO_SERVICE:
        refuse(fd, serial, "org.freedesktop.DBus.Error.ServiceUnknown", "who?");
        break;
    case A_NUMBER:
        give_number(fd, serial);
        break;
    case A_JOB_THAT_FAILS:
        tell_of_job(fd, "another.scope", "done");
        tell_of_job(fd, unit, "failed");
        /* fall through */
    case A_JOB:
        give_object(fd, serial, "/org/freedesktop/systemd1/job/1");
        break;
    case A_SCOPE:
        give_object(fd, serial, UNIT "a_2escope");
        break;
    case A_SLICE:
        give_object(fd, serial, UNIT "a_2eslice");
        break;
    case DELEGATED:
    case NOT_DELEGATED:
        give_truth(fd, serial, what == DELEGATED);
        break;
    }
}

static void let_in(int fd)
{
    static const char welcome[] =
        "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n";
    char said[512] = "";
    size_t len = 1;

    /* the first byte is NUL */
    if (read(fd, said, 1) != 1)
        _exit(1);
    said[0] = ' ';
    while (strstr(said, "BEGIN\r\n") == NULL && len < sizeof(said) - 1) {
        if (read(fd, said + len, 1) != 1)
            _exit(1);
        len++;
    }
    if (write(fd, welcome, sizeof(welcome) - 1) < 0)
        _exit(1);
}

static pid_t pid_of_sender(int fd)
{
    struct ucred sender = {.pid = 0};
    socklen_t len = sizeof(sender);

    (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &sender, &len);
    return sender.pid;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    (void)unlink(path);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

/* A systemd at its private socket, until stop(). */
static pid_t play(const enum answer answers[static CALLS])
{
    CUPEL_AUTO_FD listener = listen_at(PRIVATE);
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = accept(listener, NULL, NULL);
    if (pid_of_sender(fd) != getppid()) /* who asks, and not who speaks for it */
        _exit(1);
    let_in(fd);
    for (size_t i = 0; i < CALLS; i++)
        answer(fd, answers[i]);
    (void)pause();
    _exit(0);
}

static void stop(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(unlink(PRIVATE), 0);
}

static void assert_fails(int r, const struct cupel_cgroup_trial *trial,
                         enum cupel_cgroup_obstacle obstacle, const char *text)
{
    if (r != -ENOTSUP || trial->obstacle != obstacle || strstr(trial->text, text) == NULL)
        fail_msg("%d, obstacle %d: %s; expected obstacle %d: %s", r, (int)trial->obstacle,
                 trial->text, (int)obstacle, text);
}

static void no_scope_is_had_of_a_systemd_that_does_not_give_one(void **state)
{
    static const struct {
        enum answer answers[CALLS];
        enum cupel_cgroup_obstacle obstacle;
        const char *text;
    } cases[] = {
        {{NO_UNIT}, CUPEL_CGROUP_REFUSED, "systemd refused: there is none"},
        {{NO_SERVICE}, CUPEL_CGROUP_NO_BUS, "systemd is not on the bus: who?"},
        {{HANG_UP}, CUPEL_CGROUP_FAILED, "cannot ask systemd: "},
        {{A_NUMBER}, CUPEL_CGROUP_FAILED, "systemd's answer is not understood"},
        {{NOTHING}, CUPEL_CGROUP_FAILED, "systemd did not answer within 5 seconds"},
        {{A_JOB_THAT_FAILS}, CUPEL_CGROUP_FAILED, "its job ended as failed"},
        {{A_JOB, A_JOB}, CUPEL_CGROUP_FAILED, "did not start a scope within 5 seconds"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cupel_cgroup_trial trial = {0};
        pid_t systemd = play(cases[i].answers);
        assert_fails(cgroup_scope_enter(SCOPE_PATH, &trial), &trial, cases[i].obstacle,
                     cases[i].text);
        stop(systemd);
    }
}

static void a_unit_is_delegated_if_systemd_says_so(void **state)
{
    static const struct {
        enum answer answers[CALLS];
        int delegated;
    } cases[] = {
        {{A_SCOPE, DELEGATED}, 1},
        {{A_SCOPE, NOT_DELEGATED}, 0},
        {{A_SLICE}, 0},
        {{NO_UNIT}, 0},
        {{A_SCOPE, NO_UNIT}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cupel_cgroup_trial trial = {0};
        pid_t systemd = play(cases[i].answers);
        assert_int_equal(cgroup_scope_is_delegated(SCOPE_PATH, &trial), cases[i].delegated);
        assert_string_equal(trial.text, "");
        stop(systemd);
    }
}

static void nothing_is_known_of_a_unit_if_the_answer_is_odd(void **state)
{
    static const enum answer cases[][CALLS] = {{A_NUMBER}, {A_SCOPE, A_NUMBER}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cupel_cgroup_trial trial = {0};
        pid_t systemd = play(cases[i]);
        assert_fails(cgroup_scope_is_delegated(SCOPE_PATH, &trial), &trial, CUPEL_CGROUP_FAILED,
                     "systemd's answer is not understood");
        stop(systemd);
    }
}

static void both_sockets_are_named_if_neither_answers(void **state)
{
    struct cupel_cgroup_trial trial = {0};

    (void)state;
    assert_fails(cgroup_scope_enter(SCOPE_PATH, &trial), &trial, CUPEL_CGROUP_NO_BUS,
                 "systemd cannot be reached: neither " BUS
                 " (No such file or directory) nor " PRIVATE
                 " (No such file or directory) answers");
}

static void a_bus_that_says_nothing_is_not_waited_for(void **state)
{
    struct cupel_cgroup_trial trial = {0};
    CUPEL_AUTO_FD silent = listen_at(BUS);
    CUPEL_AUTO_FD late = listen_at(PRIVATE); /* when it is its turn, the time is over */

    (void)state;
    assert_true(silent >= 0 && late >= 0);
    assert_fails(cgroup_scope_enter(SCOPE_PATH, &trial), &trial, CUPEL_CGROUP_NO_BUS,
                 "neither " BUS " (Connection timed out) nor " PRIVATE
                 " (there was no time left to ask) answers");
    assert_int_equal(unlink(PRIVATE), 0);
    assert_int_equal(unlink(BUS), 0);
}

static void write_script(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fprintf(file, "#!/bin/sh\n%s\n", text) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static void no_scope_is_had_of_a_helper_that_is_not_as_it_should_be(void **state)
{
    static const struct {
        const char *script;
        const char *text;
    } cases[] = {
        {"exit 0", "cupel-scope ended without an answer"},
        {"kill -KILL $$", "cupel-scope ended without an answer"},
        {"head -c 1 <&3 >&0; echo done >&3", "cupel-scope broke the protocol"},
        {"exec sleep 60", "cupel-scope did not answer in time"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cupel_cgroup_trial trial = {0};
        pid_t systemd = play((const enum answer[CALLS]){NOTHING});
        write_script("/run/helper", cases[i].script);
        assert_fails(cgroup_scope_enter("/run/helper", &trial), &trial, CUPEL_CGROUP_FAILED,
                     cases[i].text);
        stop(systemd);
    }
    pid_t systemd = play((const enum answer[CALLS]){NOTHING});
    struct cupel_cgroup_trial trial = {0};
    assert_fails(cgroup_scope_enter("/run/none", &trial), &trial, CUPEL_CGROUP_FAILED,
                 "start /run/none: No such file or directory");
    stop(systemd);
}

static void a_library_that_does_not_serve_is_told(void **state)
{
    Dl_info libc;
    const int found = dladdr(stdout, &libc);
    const struct {
        const char *library;
        const char *text;
    } cases[] = {
        {"/dev/null", "libsystemd.so.0 cannot be loaded: "},
        {libc.dli_fname, "libsystemd.so.0 has no function sd_bus_new"},
    };

    (void)state;
    assert_int_not_equal(found, 0);
    write_script("/run/helper", "LD_LIBRARY_PATH=/run exec " SCOPE_PATH);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cupel_cgroup_trial trial = {0};
        pid_t systemd = play((const enum answer[CALLS]){NOTHING});
        assert_int_equal(symlink(cases[i].library, "/run/libsystemd.so.0"), 0);
        assert_fails(cgroup_scope_enter("/run/helper", &trial), &trial,
                     CUPEL_CGROUP_NO_LIBSYSTEMD, cases[i].text);
        assert_int_equal(unlink("/run/libsystemd.so.0"), 0);
        stop(systemd);
    }
}

static void nobody_is_asked_where_systemd_does_not_run(void **state)
{
    struct cupel_cgroup_trial trial = {0};

    (void)state;
    assert_int_equal(rmdir("/run/systemd/system"), 0);
    assert_fails(cgroup_scope_enter(SCOPE_PATH, &trial), &trial, CUPEL_CGROUP_NO_SYSTEMD,
                 "systemd does not run this host");
    assert_int_equal(mkdir("/run/systemd/system", 0755), 0);
}

/* With nothing of this machine's in /run. */
static int empty_run(void **state)
{
    (void)state;
    assert_true(enter_own_namespaces());
    assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    assert_int_equal(mount("tmpfs", "/run", "tmpfs", 0, NULL), 0);
    assert_int_equal(mkdir("/run/dbus", 0755), 0);
    assert_int_equal(mkdir("/run/systemd", 0755), 0);
    return mkdir("/run/systemd/system", 0755);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_scope_is_had_of_a_systemd_that_does_not_give_one),
        cmocka_unit_test(a_unit_is_delegated_if_systemd_says_so),
        cmocka_unit_test(nothing_is_known_of_a_unit_if_the_answer_is_odd),
        cmocka_unit_test(both_sockets_are_named_if_neither_answers),
        cmocka_unit_test(a_bus_that_says_nothing_is_not_waited_for),
        cmocka_unit_test(no_scope_is_had_of_a_helper_that_is_not_as_it_should_be),
        cmocka_unit_test(a_library_that_does_not_serve_is_told),
        cmocka_unit_test(nobody_is_asked_where_systemd_does_not_run),
    };
    return cmocka_run_group_tests_name("systemd", tests, empty_run, NULL);
}
