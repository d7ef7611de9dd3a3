/*
 * Mends that several findings share. Sources: kernel-parameters.txt; sysctl.d(5); Docker's
 * reference of `docker run` and its seccomp profile, which refuses unshare(2), mount(2) and
 * clone3(2), its AppArmor profile, which denies mount, and masked paths, over which the kernel
 * lets nobody mount a new /proc; podman-run(1); Kubernetes' reference of SecurityContext;
 * containerd's and CRI-O's configuration.
 */
#include "cli/doctor.h"

void doctor_mend_boot(struct doctor_report *report, struct doctor_finding *finding,
                      const char *file, const char *parameter)
{
    doctor_mend(report, finding, "as root of the machine, Debian or Ubuntu; this reboots",
                "mkdir -p /etc/default/grub.d\n"
                "cat > /etc/default/grub.d/%s.cfg <<'END'\n"
                "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX %s\"\n"
                "END\n"
                "update-grub && reboot\n",
                file, parameter);
    doctor_mend(report, finding, "as root of the machine, Fedora or RHEL; this reboots",
                "grubby --update-kernel=ALL --args='%s' && reboot\n", parameter);
}

static void mend_docker(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(
        report, finding, "start the container so, with Docker 28 or later",
        "docker run --security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined \\\n"
        "    --security-opt systempaths=unconfined --security-opt writable-cgroups=true "
        "\\\n"
        "    --cgroupns=private --entrypoint %s IMAGE doctor\n",
        report->host.cupel);
    doctor_mend(
        report, finding,
        "before Docker 28 only a privileged container has a writable cgroup, and with it "
        "all of root's rights over the machine",
        "docker run --privileged --cgroupns=private --entrypoint %s IMAGE doctor\n",
        report->host.cupel);
}

static void mend_podman(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(report, finding, "start the container so",
                "podman run --security-opt seccomp=unconfined "
                "--security-opt apparmor=unconfined \\\n"
                "    --security-opt label=disable --security-opt unmask=ALL \\\n"
                "    --cgroupns=private --entrypoint %s IMAGE doctor\n",
                report->host.cupel);
}

static void mend_kubernetes(struct doctor_report *report, struct doctor_finding *finding)
{
    doctor_mend(report, finding,
                "in the pod's manifest; cupel is the container's command (appArmorProfile: "
                "Kubernetes 1.30 or later)",
                "spec:\n"
                "  hostUsers: false\n"
                "  containers:\n"
                "  - name: cupel\n"
                "    command: [\"%s\", \"doctor\"]\n"
                "    securityContext:\n"
                "      procMount: Unmasked\n"
                "      seccompProfile: {type: Unconfined}\n"
                "      appArmorProfile: {type: Unconfined}\n",
                report->host.cupel);
    doctor_mend(report, finding,
                "for a writable cgroup, in /etc/containerd/config.toml of the node (containerd "
                "2.1 or later), then: systemctl restart containerd",
                "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]\n"
                "  cgroup_writable = true\n");
    doctor_mend(report, finding, "for a writable cgroup with CRI-O, in the pod's manifest",
                "metadata:\n"
                "  annotations:\n"
                "    io.kubernetes.cri-o.cgroup2-mount-hierarchy-rw: \"true\"\n");
}

void doctor_mend_container(struct doctor_report *report, struct doctor_finding *finding)
{
    if (report->container_mended != NULL) {
        finding->see = report->container_mended;
        return;
    }
    if (report->host.container != DOCTOR_NO_CONTAINER)
        report->container_mended = finding->layer;
    switch (report->host.container) {
    case DOCTOR_DOCKER:
        mend_docker(report, finding);
        break;
    case DOCTOR_PODMAN:
        mend_podman(report, finding);
        break;
    case DOCTOR_KUBERNETES:
        mend_kubernetes(report, finding);
        break;
    case DOCTOR_OTHER_CONTAINER:
        doctor_mend(report, finding,
                    "the container manager must allow user namespaces, mounts, a /proc without "
                    "masks, and a writable cgroup of the container's own",
                    "%s", "");
        break;
    case DOCTOR_NO_CONTAINER:
        break;
    }
}
