#include "doctor_sample.h"

static void each_setting_has_its_mend(void **state)
{
    for (unsigned i = 0; i < DOCTOR_SETTINGS; i++) {
        char expected[160];
        (void)reset(state);
        report.host.forbidding = 1U << i;
        doctor_add_failure(&report, "unshare user namespace: Operation not permitted");
        assert_state("sandbox", DOCTOR_MISSING, NULL);
        assert_non_null(strstr(doctor_find(&report, "sandbox")->why, doctor_settings[i].name));
        (void)snprintf(expected, sizeof(expected),
                       "sysctl -w %s=%s\necho '%s = %s' > /etc/sysctl.d/",
                       doctor_settings[i].name, doctor_settings[i].mend,
                       doctor_settings[i].name, doctor_settings[i].mend);
        assert_mend("sandbox", expected);
        assert_false(doctor_is_content(&report, 0));
    }
}

static void apparmor_gets_a_profile_for_the_cell(void **state)
{
    (void)state;
    report.host.forbidding = 1U << DOCTOR_APPARMOR_USERNS;
    doctor_add_failure(&report, "mount /: Permission denied");
    assert_mend("sandbox",
                "cat > /etc/apparmor.d/cupel-cell <<'END'\n"
                "abi <abi/4.0>,\n"
                "include <tunables/global>\n"
                "\n"
                "profile cupel-cell \"/opt/libexec/cupel/cupel-cell\" flags=(unconfined) {\n"
                "  userns,\n"
                "}\n"
                "END\n"
                "apparmor_parser -r /etc/apparmor.d/cupel-cell\n");
}

static void a_setting_does_not_explain_what_is_not_refused(void **state)
{
    (void)state;
    report.host.forbidding = 1U << DOCTOR_APPARMOR_USERNS;
    report.host.container = DOCTOR_DOCKER;
    doctor_add_failure(&report, "execute cupel-cell: No such file or directory");
    assert_string_equal(doctor_find(&report, "sandbox")->why,
                        "no cell starts on this host: execute cupel-cell: No such file or "
                        "directory");
    assert_int_equal(doctor_find(&report, "sandbox")->mend_count, 0);
}

static void exhausted_namespaces_are_told_from_forbidden_ones(void **state)
{
    (void)state;
    doctor_add_failure(&report, "unshare user namespace: No space left on device");
    assert_mend("sandbox", "nested 32 deep");
}

static void a_container_that_refuses_is_started_anew(void **state)
{
    static const struct {
        enum doctor_container container;
        const char *mend;
    } cases[] = {
        {DOCTOR_DOCKER,
         "docker run --security-opt seccomp=unconfined "
         "--security-opt apparmor=unconfined \\\n"
         "    --security-opt systempaths=unconfined "},
        {DOCTOR_PODMAN, "podman run --security-opt seccomp=unconfined "},
        {DOCTOR_KUBERNETES, "      seccompProfile: {type: Unconfined}\n"},
        {DOCTOR_OTHER_CONTAINER, "must allow user namespaces"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)reset(state);
        report.host.container = cases[i].container;
        doctor_add_failure(&report, "unshare user namespace: Operation not permitted");
        assert_mend("sandbox", cases[i].mend);
    }
}

static void a_service_that_restricts_itself_is_loosened(void **state)
{
    (void)state;
    report.host.filtered = true;
    (void)snprintf(report.host.cgroup, sizeof(report.host.cgroup), "%s", SERVICE);
    doctor_add_failure(&report, "unshare user namespace: Operation not permitted");
    assert_mend("sandbox", "[Service]\nRestrictNamespaces=no\n");
}

static void landlock_says_what_its_abi_lacks(void **state)
{
    static const struct {
        int abi;
        const char *why;
    } cases[] = {
        {2, "ABI 2: files; namespaces and seccomp alone confine TCP (ABI 4, "},
        {4,
         "ABI 4: files, TCP; mounts and namespaces alone confine ioctls of devices (ABI 5, "},
        {5, "ABI 5: files, TCP, ioctls of devices; namespaces alone confine abstract sockets "},
        {6, "ABI 6: files, TCP, ioctls of devices, abstract sockets, signals"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)reset(state);
        outcome.enforcement.landlock_abi = cases[i].abi;
        doctor_add_layers(&report, "", &outcome);
        assert_state("landlock", DOCTOR_ENFORCED, NULL);
        assert_ptr_equal(strstr(doctor_find(&report, "landlock")->why, cases[i].why),
                         doctor_find(&report, "landlock")->why);
    }
}

static void missing_landlock_has_its_mend(void **state)
{
    static const struct {
        const char *release;
        const char *lsm;
        const char *mend;
    } cases[] = {
        {"5.10.0-30-amd64", "capability,apparmor", "boot Linux 5.13 or later"},
        {"6.1.0", "capability,lockdown,yama,apparmor",
         "$GRUB_CMDLINE_LINUX lsm=landlock,lockdown,yama,apparmor\"\n"},
        {"6.1.0", "yama,apparmor", "--args='lsm=landlock,yama,apparmor'"},
        {"6.1.0", "", "cat /sys/kernel/security/lsm\n"},
        {"6.1.0", "capability", "cat /sys/kernel/security/lsm\n"},
        {"6.1.0", "capability,landlock", "a seccomp filter on this process forbids it"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)reset(state);
        (void)snprintf(report.host.release, sizeof(report.host.release), "%s",
                       cases[i].release);
        (void)snprintf(report.host.lsm, sizeof(report.host.lsm), "%s", cases[i].lsm);
        doctor_add_layers(&report, "", &outcome);
        assert_state("landlock", DOCTOR_FALL_BACK, "mounts");
        assert_mend("landlock", cases[i].mend);
    }
}

static void layers_without_evidence_are_missing(void **state)
{
    (void)state;
    doctor_add_layers(&report, "nothing of what is expected", &outcome);
    assert_state("user_namespace", DOCTOR_MISSING, NULL);
    assert_state("network", DOCTOR_MISSING, NULL);
    assert_state("copy_on_write", DOCTOR_FALL_BACK, "copy");
    assert_mend("copy_on_write", "boot Linux 6.6 or later");
    assert_false(doctor_is_content(&report, 0));
    assert_false(doctor_is_content(&report, 1U << CUPEL_LAYER_SECCOMP));
}

static void an_interface_beside_lo_is_seen(void **state)
{
    static const char heading[] = "Inter-|   Receive\n face |bytes\n";
    char text[128];

    (void)state;
    (void)snprintf(text, sizeof(text), "%s    lo: 0 0\n", heading);
    doctor_add_layers(&report, text, &outcome);
    assert_state("network", DOCTOR_ENFORCED, NULL);
    (void)reset(state);
    (void)snprintf(text, sizeof(text), "%s    lo: 0 0\n  eth0: 0 0\n", heading);
    doctor_add_layers(&report, text, &outcome);
    assert_state("network", DOCTOR_MISSING, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_setting_has_its_mend),
        TEST(apparmor_gets_a_profile_for_the_cell),
        TEST(a_setting_does_not_explain_what_is_not_refused),
        TEST(exhausted_namespaces_are_told_from_forbidden_ones),
        TEST(a_container_that_refuses_is_started_anew),
        TEST(a_service_that_restricts_itself_is_loosened),
        TEST(landlock_says_what_its_abi_lacks),
        TEST(missing_landlock_has_its_mend),
        TEST(layers_without_evidence_are_missing),
        TEST(an_interface_beside_lo_is_seen),
    };
    return cmocka_run_group_tests_name("doctor_layers", tests, NULL, NULL);
}
