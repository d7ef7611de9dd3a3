// The C++ library as courses use it: threads, streams, exceptions, files.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static int threads()
{
    std::shared_mutex mutex;
    std::vector<std::thread> all;
    int sum = 0;

    for (int i = 0; i < 8; i++) {
        all.emplace_back([&, i] {
            std::unique_lock lock(mutex);
            sum += i;
        });
    }
    for (auto &thread : all)
        thread.join();
    return sum;
}

static int thrown_by_a_thread()
{
    auto future = std::async(std::launch::async, []() -> int { throw std::out_of_range("x"); });
    try {
        return future.get();
    } catch (const std::out_of_range &) {
        return 1;
    }
}

static std::string files()
{
    namespace fs = std::filesystem;

    fs::create_directories("a/b");
    std::ofstream("a/b/c") << "written";
    fs::copy_file("a/b/c", "a/d");
    fs::permissions("a/d", fs::perms::owner_all);
    std::string text;
    std::ifstream("a/d") >> text;
    return text + " " + std::to_string(fs::remove_all("a"));
}

int main()
{
    using namespace std::chrono_literals;
    auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(1ms);

    std::cout << "threads " << threads() << " " << thrown_by_a_thread() << "\n";
    std::cout << "files " << files() << "\n";
    std::cout << "random " << (std::random_device()() != std::random_device()()) << "\n";
    std::cout << "slept " << (std::chrono::steady_clock::now() - start >= 1ms) << "\n";
    std::cout << "processors " << (std::thread::hardware_concurrency() > 0) << "\n";
    try {
        std::vector<int>().at(1);
    } catch (const std::exception &e) {
        std::cout << "exception " << (e.what() != nullptr) << std::endl;
    }
}
