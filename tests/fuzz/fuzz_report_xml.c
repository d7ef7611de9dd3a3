#include "report_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_report(CUPEL_REPORT_JUNIT, data, size);
    check_report(CUPEL_REPORT_CTEST, data, size);
    return 0;
}
