/* The limits, by what served a run. Pure. */
#include "cli/doctor.h"
#include "render/json.h"

static void add_limit(struct doctor_report *report, const char *layer,
                      enum cupel_mechanism mechanism, const char *enforced,
                      const char *fallback)
{
    const char *by = render_mechanism_name(mechanism);
    enum doctor_state state = mechanism == CUPEL_BY_CGROUP ? DOCTOR_ENFORCED
                              : mechanism == CUPEL_BY_NONE ? DOCTOR_MISSING
                                                           : DOCTOR_FALL_BACK;
    const char *why = mechanism == CUPEL_BY_CGROUP ? enforced
                      : mechanism == CUPEL_BY_NONE ? "nothing here limits it"
                                                   : fallback;
    struct doctor_finding *finding = doctor_add(report, layer, state, by, "%s", why);

    if (state != DOCTOR_ENFORCED)
        finding->see = "cgroup";
}

static void add_cpus(struct doctor_report *report)
{
    struct doctor_finding *finding = NULL;

    if ((report->search.controllers & CUPEL_CGROUP_CPU) != 0) {
        (void)doctor_add(report, "cpus", DOCTOR_ENFORCED, "cgroup",
                         "cpu.max holds a run to its share of the processors");
        return;
    }
    finding = doctor_add(report, "cpus", DOCTOR_MISSING, NULL,
                         "a run may use all processors at a time; its CPU time is limited all "
                         "the same");
    finding->optional = true;
    if (report->search.base[0] != '\0')
        doctor_mend_controllers(report, finding, report->search.base);
    else
        finding->see = "cgroup";
}

void doctor_add_limits(struct doctor_report *report, const struct cupel_outcome *outcome)
{
    add_limit(
        report, "memory", outcome->enforcement.memory,
        "memory.max, and the kernel's own memory with it",
        "the run's processes and tmpfs are looked at as they grow; the kernel's own memory "
        "is bounded by the number of descriptors alone");
    add_limit(report, "processes", outcome->enforcement.processes, "pids.max",
              outcome->enforcement.processes == CUPEL_BY_RLIMIT
                  ? "RLIMIT_NPROC of the cell's user namespace"
                  : "the run's processes are counted as they are looked at");
    add_limit(report, "cpu", outcome->enforcement.cpu,
              "cpu.stat counts all processes of a run, to the microsecond",
              "the run's processes are looked at; what they used is judged again when they are "
              "reaped");
    add_cpus(report);
}
