// What sanitizers are there to find, one fault an argument; without any, no fault.
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

static int shared;

static void race()
{
    std::thread other([] { shared++; });
    shared++;
    other.join();
}

static void overflow(int argc)
{
    auto *heap = new int[4];
    heap[4 * argc] = 1;
    delete[] heap;
}

int main(int argc, char **argv)
{
    const std::string fault = argc > 1 ? argv[1] : "";

    if (fault == "race")
        race();
    if (fault == "overflow")
        overflow(argc / 2);
    if (fault == "signed") {
        int most = INT_MAX;
        shared = most + argc;
    }
    std::puts("end");
}
