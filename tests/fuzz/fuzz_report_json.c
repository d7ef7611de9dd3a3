#include "report_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_report(CUPEL_REPORT_JSON, data, size);
    check_report(CUPEL_REPORT_GTEST_JSON, data, size);
    return 0;
}
