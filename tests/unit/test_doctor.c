#include "doctor_sample.h"

#define USER_SERVICE                                                                           \
    "/user.slice/user-1000.slice/user@1000.service/app.slice/judge.service/cupel"
#define SCOPE "/user.slice/user-0.slice/session-1.scope"

#define BY_HAND      "systemd-run --user --scope -p Delegate=yes /opt/bin/cupel doctor\n"
#define ROOT_BY_HAND "systemd-run --scope -p Delegate=yes /opt/bin/cupel doctor\n"

static const struct {
    enum cupel_cgroup_source source;
    enum cupel_cgroup_obstacle obstacle;
    unsigned uid;
    bool systemd;
    enum doctor_hierarchy hierarchy;
    enum doctor_container container;
    const char *cgroup; /* NULL: a login session */
    const char *path;   /* of --cgroup */
    const char *mend;   /* among the mends */
} obstacles[] = {
    {.obstacle = CUPEL_CGROUP_NO_V2,
     .systemd = true,
     .hierarchy = DOCTOR_VERSION_1,
     .mend = "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX systemd.unified_cgroup_hierarchy=1\"\n"},
    {.obstacle = CUPEL_CGROUP_NO_V2,
     .systemd = true,
     .hierarchy = DOCTOR_VERSION_1,
     .mend = "grubby --update-kernel=ALL --args='systemd.unified_cgroup_hierarchy=1'"},
    {.obstacle = CUPEL_CGROUP_NO_V2,
     .hierarchy = DOCTOR_NO_HIERARCHY,
     .mend = "mount -t cgroup2 none /sys/fs/cgroup\n"},
    {.obstacle = CUPEL_CGROUP_HYBRID,
     .systemd = true,
     .hierarchy = DOCTOR_HYBRID,
     .mend = "systemd.unified_cgroup_hierarchy=1"},
    {.obstacle = CUPEL_CGROUP_HYBRID, .hierarchy = DOCTOR_HYBRID, .mend = "cgroup_no_v1=all"},
    {.source = CUPEL_CGROUP_PATH,
     .obstacle = CUPEL_CGROUP_HYBRID,
     .path = "/sys/fs/cgroup/x",
     .hierarchy = DOCTOR_HYBRID,
     .mend = "cgroup_no_v1=all"},
    {.obstacle = CUPEL_CGROUP_HYBRID,
     .hierarchy = DOCTOR_HYBRID,
     .container = DOCTOR_DOCKER,
     .mend = "systemd.unified_cgroup_hierarchy=1"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY,
     .container = DOCTOR_DOCKER,
     .mend = "--security-opt writable-cgroups=true"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY,
     .container = DOCTOR_PODMAN,
     .mend = "--security-opt unmask=ALL"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY,
     .container = DOCTOR_KUBERNETES,
     .mend = "  cgroup_writable = true\n"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY,
     .container = DOCTOR_KUBERNETES,
     .mend = "      procMount: Unmasked\n"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY,
     .container = DOCTOR_OTHER_CONTAINER,
     .mend = "a writable cgroup of the container's own"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY, .mend = "mount -o remount,rw /sys/fs/cgroup\n"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY,
     .systemd = true,
     .mend = "mount -o remount,rw /sys/fs/cgroup\n"},
    {.obstacle = CUPEL_CGROUP_READ_ONLY,
     .systemd = true,
     .cgroup = SERVICE,
     .mend = "[Service]\nProtectControlGroups=no\nEND\n"},
    {.obstacle = CUPEL_CGROUP_HOST_ROOT,
     .uid = 0,
     .mend = "mkdir -p '/sys/fs/cgroup/cupel'\n"
             "echo '+cpu +memory +pids' > '/sys/fs/cgroup/cgroup.subtree_control'\n"
             "/opt/bin/cupel doctor --cgroup '/sys/fs/cgroup/cupel'\n"},
    {.obstacle = CUPEL_CGROUP_HOST_ROOT,
     .uid = 1000,
     .mend = "echo $$ | sudo tee '/sys/fs/cgroup/cupel/shell/cgroup.procs'\n"},
    {.obstacle = CUPEL_CGROUP_NOT_DELEGATED, .uid = 1000, .systemd = true, .mend = BY_HAND},
    {.obstacle = CUPEL_CGROUP_NOT_DELEGATED,
     .uid = 0,
     .systemd = true,
     .cgroup = SCOPE,
     .mend = ROOT_BY_HAND},
    {.obstacle = CUPEL_CGROUP_NOT_DELEGATED,
     .systemd = true,
     .cgroup = SERVICE,
     .mend = "mkdir -p '/etc/systemd/system/judge.service.d'\n"
             "cat > '/etc/systemd/system/judge.service.d/cupel.conf' <<'END'\n"
             "[Service]\nDelegate=yes\nEND\n"
             "systemctl daemon-reload && systemctl restart 'judge.service'\n"},
    {.obstacle = CUPEL_CGROUP_NOT_DELEGATED,
     .uid = 1000,
     .systemd = true,
     .cgroup = USER_SERVICE,
     .mend = "cat > ~/.config/systemd/user/'judge.service.d/cupel.conf' <<'END'\n"
             "[Service]\nDelegate=yes\nEND\n"
             "systemctl --user daemon-reload && systemctl --user restart 'judge.service'\n"},
    {.obstacle = CUPEL_CGROUP_NOT_DELEGATED,
     .container = DOCTOR_DOCKER,
     .mend = "--cgroupns=private"},
    {.source = CUPEL_CGROUP_PATH,
     .obstacle = CUPEL_CGROUP_NOT_DELEGATED,
     .uid = 1000,
     .systemd = true,
     .path = "/sys/fs/cgroup/a/b",
     .mend = "sudo tee '/sys/fs/cgroup/a/cgroup.subtree_control'\n"
             "(cd '/sys/fs/cgroup/a/b' && sudo chown 1000 . "},
    {.obstacle = CUPEL_CGROUP_OCCUPIED, .uid = 1000, .systemd = true, .mend = BY_HAND},
    {.obstacle = CUPEL_CGROUP_OCCUPIED,
     .container = DOCTOR_PODMAN,
     .mend = "exec /opt/bin/cupel doctor\n"},
    {.source = CUPEL_CGROUP_PATH,
     .obstacle = CUPEL_CGROUP_OCCUPIED,
     .uid = 0,
     .path = "/sys/fs/cgroup/a",
     .mend = "mkdir -p '/sys/fs/cgroup/a'\n"},
    {.obstacle = CUPEL_CGROUP_NO_CONTROLLERS,
     .uid = 1000,
     .systemd = true,
     .mend = "cat > /etc/systemd/system/user@.service.d/delegate.conf <<'END'\n"
             "[Service]\nDelegate=cpu cpuset io memory pids\nEND\n"
             "systemctl daemon-reload\n"},
    {.obstacle = CUPEL_CGROUP_NO_CONTROLLERS,
     .uid = 0,
     .systemd = true,
     .cgroup = SERVICE,
     .mend = ROOT_BY_HAND},
    {.obstacle = CUPEL_CGROUP_NO_CONTROLLERS,
     .mend = "echo '+cpu +memory +pids' > '/sys/fs/cgroup/cgroup.subtree_control'\n"},
    {.source = CUPEL_CGROUP_SCOPE,
     .obstacle = CUPEL_CGROUP_NO_SYSTEMD,
     .uid = 0,
     .mend = "/opt/bin/cupel doctor --cgroup '/sys/fs/cgroup/cupel'\n"},
    {.source = CUPEL_CGROUP_SCOPE,
     .obstacle = CUPEL_CGROUP_NO_LIBSYSTEMD,
     .systemd = true,
     .mend = "apt-get install libsystemd0 "},
    {.source = CUPEL_CGROUP_SCOPE,
     .obstacle = CUPEL_CGROUP_NO_BUS,
     .uid = 1000,
     .systemd = true,
     .mend = "loginctl enable-linger 1000\n"},
    {.source = CUPEL_CGROUP_SCOPE,
     .obstacle = CUPEL_CGROUP_NO_BUS,
     .uid = 0,
     .systemd = true,
     .mend = "systemctl start dbus.socket\n"},
    {.source = CUPEL_CGROUP_SCOPE,
     .obstacle = CUPEL_CGROUP_REFUSED,
     .uid = 1000,
     .systemd = true,
     .mend = BY_HAND},
    {.source = CUPEL_CGROUP_SCOPE,
     .obstacle = CUPEL_CGROUP_FAILED,
     .uid = 0,
     .systemd = true,
     .mend = ROOT_BY_HAND},
    {.source = CUPEL_CGROUP_PATH,
     .obstacle = CUPEL_CGROUP_FAILED,
     .uid = 0,
     .path = "/sys/fs/cgroup/a",
     .mend = "doctor --cgroup '/sys/fs/cgroup/a'\n"},
};

static void each_obstacle_has_its_mend(void **state)
{
    for (size_t i = 0; i < COUNT(obstacles); i++) {
        const struct doctor_finding *finding = NULL;
        (void)reset(state);
        set_obstacle(obstacles[i].source, obstacles[i].obstacle);
        report.host.uid = obstacles[i].uid;
        report.host.systemd = obstacles[i].systemd;
        report.host.container = obstacles[i].container;
        if (obstacles[i].hierarchy != DOCTOR_NO_HIERARCHY ||
            obstacles[i].obstacle == CUPEL_CGROUP_NO_V2)
            report.host.hierarchy = obstacles[i].hierarchy;
        if (obstacles[i].cgroup != NULL)
            (void)snprintf(report.host.cgroup, sizeof(report.host.cgroup), "%s",
                           obstacles[i].cgroup);
        report.cgroup_path = obstacles[i].path;
        doctor_add_cgroup(&report);
        finding = doctor_find(&report, "cgroup");
        assert_state("cgroup", DOCTOR_FALL_BACK, NULL);
        assert_non_null(strstr(finding->why, report.search.trials[obstacles[i].source].text));
        assert_mend("cgroup", obstacles[i].mend);
    }
}

static void the_hierarchy_comes_before_all_else(void **state)
{
    (void)state;
    report.host.hierarchy = DOCTOR_HYBRID;
    set_obstacle(CUPEL_CGROUP_DELEGATED, CUPEL_CGROUP_HYBRID);
    set_obstacle(CUPEL_CGROUP_SCOPE, CUPEL_CGROUP_NO_LIBSYSTEMD);
    doctor_add_cgroup(&report);
    assert_mend("cgroup", "systemd.unified_cgroup_hierarchy=1");
    assert_no_mend("cgroup", "libsystemd0");
    assert_no_mend("cgroup", "systemd-run");
}

static void a_memory_controller_that_boot_disabled_is_named(void **state)
{
    (void)state;
    report.host.memory_disabled = true;
    set_obstacle(CUPEL_CGROUP_DELEGATED, CUPEL_CGROUP_NO_CONTROLLERS);
    doctor_add_cgroup(&report);
    assert_mend("cgroup", "cgroup_enable=memory");
}

static void a_container_is_started_anew_once(void **state)
{
    (void)state;
    report.host.container = DOCTOR_DOCKER;
    set_obstacle(CUPEL_CGROUP_DELEGATED, CUPEL_CGROUP_READ_ONLY);
    doctor_add_failure(&report, "unshare user namespace: Operation not permitted");
    doctor_add_cgroup(&report);
    assert_mend("sandbox", "docker run ");
    assert_no_mend("cgroup", "docker run ");
    assert_string_equal(doctor_find(&report, "cgroup")->see, "sandbox");
}

static void equal_reasons_are_told_once(void **state)
{
    (void)state;
    set_obstacle(CUPEL_CGROUP_DELEGATED, CUPEL_CGROUP_HYBRID);
    report.search.trials[CUPEL_CGROUP_SCOPE] = report.search.trials[CUPEL_CGROUP_DELEGATED];
    set_obstacle(CUPEL_CGROUP_PATH, CUPEL_CGROUP_FAILED);
    doctor_add_cgroup(&report);
    assert_string_equal(doctor_find(&report, "cgroup")->why,
                        "runs get no control group; delegated, scope: reason 3 of 0; path: "
                        "reason 13 of 2");
}

static void none_is_what_was_asked_for(void **state)
{
    (void)state;
    report.cgroup_path = "none";
    doctor_add_cgroup(&report);
    assert_state("cgroup", DOCTOR_FALL_BACK, NULL);
    assert_int_equal(doctor_find(&report, "cgroup")->mend_count, 0);
}

static void a_base_with_all_controllers_enforces_all(void **state)
{
    (void)state;
    set_base("/sys/fs/cgroup/user.slice/cupel.scope",
             CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_PIDS | CUPEL_CGROUP_CPU);
    outcome.enforcement = (struct cupel_enforcement){
        .memory = CUPEL_BY_CGROUP, .processes = CUPEL_BY_CGROUP, .cpu = CUPEL_BY_CGROUP};
    doctor_add_cgroup(&report);
    doctor_add_limits(&report, &outcome);
    assert_state("cgroup", DOCTOR_ENFORCED, "scope");
    assert_state("memory", DOCTOR_ENFORCED, "cgroup");
    assert_state("processes", DOCTOR_ENFORCED, "cgroup");
    assert_state("cpu", DOCTOR_ENFORCED, "cgroup");
    assert_state("cpus", DOCTOR_ENFORCED, "cgroup");
    for (size_t i = 0; i < report.count; i++) {
        assert_int_equal(report.findings[i].mend_count, 0);
        assert_null(report.findings[i].see);
    }
    assert_true(doctor_is_content(&report, 1U << CUPEL_LAYER_CGROUP));
}

static void a_user_without_the_cpu_controller_gets_the_mend_of_the_slice(void **state)
{
    (void)state;
    set_base("/sys/fs/cgroup/user.slice/cupel.scope", CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_PIDS);
    doctor_add_cgroup(&report);
    doctor_add_limits(&report, &outcome);
    assert_state("cgroup", DOCTOR_ENFORCED, "scope");
    assert_state("cpus", DOCTOR_MISSING, NULL);
    assert_mend("cpus", "[Service]\nDelegate=cpu cpuset io memory pids\nEND\n");
    assert_int_equal(doctor_find(&report, "cgroup")->mend_count, 0);
}

static void a_base_without_pids_is_not_enforced(void **state)
{
    (void)state;
    report.host.systemd = false;
    set_base("/sys/fs/cgroup/a/b", CUPEL_CGROUP_MEMORY | CUPEL_CGROUP_CPU);
    doctor_add_cgroup(&report);
    assert_state("cgroup", DOCTOR_FALL_BACK, "scope");
    assert_string_equal(doctor_find(&report, "cgroup")->why,
                        "/sys/fs/cgroup/a/b has no pids controller");
    assert_mend("cgroup", "> '/sys/fs/cgroup/a/cgroup.subtree_control'\n");
    assert_false(doctor_is_content(&report, 1U << CUPEL_LAYER_CGROUP));
}

static void limits_fall_back_to_what_served_the_run(void **state)
{
    (void)state;
    set_obstacle(CUPEL_CGROUP_DELEGATED, CUPEL_CGROUP_HOST_ROOT);
    outcome.enforcement = (struct cupel_enforcement){
        .memory = CUPEL_BY_WATCHDOG, .processes = CUPEL_BY_RLIMIT, .cpu = CUPEL_BY_RUSAGE};
    doctor_add_cgroup(&report);
    doctor_add_limits(&report, &outcome);
    assert_state("memory", DOCTOR_FALL_BACK, "watchdog");
    assert_state("processes", DOCTOR_FALL_BACK, "rlimit");
    assert_state("cpu", DOCTOR_FALL_BACK, "rusage");
    assert_state("cpus", DOCTOR_MISSING, NULL);
    assert_string_equal(doctor_find(&report, "memory")->see, "cgroup");
    assert_true(doctor_is_content(&report, 0)); /* cpus is optional */
    assert_false(doctor_is_content(&report, 1U << CUPEL_LAYER_CGROUP));
}

static void a_limit_without_a_mechanism_is_missing(void **state)
{
    (void)state;
    set_obstacle(CUPEL_CGROUP_DELEGATED, CUPEL_CGROUP_HOST_ROOT);
    outcome.enforcement = (struct cupel_enforcement){
        .memory = CUPEL_BY_WATCHDOG, .processes = CUPEL_BY_NONE, .cpu = CUPEL_BY_RUSAGE};
    doctor_add_cgroup(&report);
    doctor_add_limits(&report, &outcome);
    assert_state("processes", DOCTOR_MISSING, NULL);
    assert_false(doctor_is_content(&report, 0));
}

static void json_names_each_obstacle(void **state)
{
    const char *seen[CUPEL_CGROUP_FAILED + 1] = {NULL};
    json_t *documents[CUPEL_CGROUP_FAILED + 1];

    for (int i = 0; i <= CUPEL_CGROUP_FAILED; i++) {
        const char *name = NULL;
        (void)reset(state);
        report.search.trials[0].obstacle = (enum cupel_cgroup_obstacle)i;
        documents[i] = doctor_json(&report);
        assert_non_null(documents[i]);
        json_t *trial = json_array_get(
            json_object_get(json_object_get(documents[i], "cgroup"), "trials"), 0);
        name = json_string_value(json_object_get(trial, "obstacle"));
        assert_int_equal(name == NULL, i == CUPEL_CGROUP_SERVES);
        for (int k = 1; k < i; k++)
            assert_string_not_equal(seen[k], name);
        seen[i] = name;
    }
    for (int i = 0; i <= CUPEL_CGROUP_FAILED; i++)
        json_decref(documents[i]);
}

static void text_can_be_pasted_from_the_first_mend_on(void **state)
{
    (void)state;
    set_obstacle(CUPEL_CGROUP_DELEGATED, CUPEL_CGROUP_NO_CONTROLLERS);
    doctor_add_cgroup(&report);
    CUPEL_AUTO_FREE char *text = doctor_text(&report);
    assert_non_null(text);
    assert_string_equal(
        text,
        "Linux 6.8.0-40-generic, x86_64, user; control groups: version 2; systemd\n"
        "\n"
        "cgroup          fall-back  runs get no control group; delegated: reason 8 of 0\n"
        "\n"
        "# cgroup: as root; then log out of all sessions and in again\n"
        "mkdir -p /etc/systemd/system/user@.service.d\n"
        "cat > /etc/systemd/system/user@.service.d/delegate.conf <<'END'\n"
        "[Service]\n"
        "Delegate=cpu cpuset io memory pids\n"
        "END\n"
        "systemctl daemon-reload\n"
        "\n"
        "# cgroup: start cupel in a scope of its own\n" BY_HAND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_obstacle_has_its_mend),
        TEST(the_hierarchy_comes_before_all_else),
        TEST(a_memory_controller_that_boot_disabled_is_named),
        TEST(a_container_is_started_anew_once),
        TEST(equal_reasons_are_told_once),
        TEST(none_is_what_was_asked_for),
        TEST(a_base_with_all_controllers_enforces_all),
        TEST(a_user_without_the_cpu_controller_gets_the_mend_of_the_slice),
        TEST(a_base_without_pids_is_not_enforced),
        TEST(limits_fall_back_to_what_served_the_run),
        TEST(a_limit_without_a_mechanism_is_missing),
        TEST(json_names_each_obstacle),
        TEST(text_can_be_pasted_from_the_first_mend_on),
    };
    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
