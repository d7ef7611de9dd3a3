/*
 * The tests of ./matrix. They see what the learner's program prints and ends with, and nothing
 * of its code, which runs in a cell of its own.
 *
 * To write another test: add it below, and its id to "tests" of grader.json. An id is
 * SUITE.NAME; of TEST_P it is PREFIX/SUITE.NAME/CASE, as ./test_matrix --gtest_list_tests says.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace
{

using Numbers = std::vector<int64_t>;
using Matrix = std::vector<Numbers>;

struct Result {
    int status; /* as a shell tells it: 128 + N for signal N, 124 for a limit */
    std::string output;
    std::string error;
};

/* What learners print goes into the report: bytes that are no text would make it invalid. */
std::string shown(const std::string &text)
{
    std::ostringstream shown;
    for (unsigned char byte : text.substr(0, 80)) {
        if (byte >= ' ' && byte < 0x7F)
            shown << byte;
        else
            shown << "\\" << std::oct << static_cast<int>(byte);
    }
    shown << (text.size() > 80 ? "…" : "");
    return shown.str();
}

/* Without a report, since this is not for the learner to answer for. */
[[noreturn]] void give_up(const char *why)
{
    std::fprintf(stderr, "harness: %s\n", why);
    std::_Exit(2);
}

/* What is in files/ is put into the learner's box. The arguments are ours: a shell may read
 * them. */
Result run(const std::string &arguments)
{
    std::string command = "/cupel/exec --report call.json --put files:. -- ./matrix " +
                          arguments + " </dev/null 2>error.txt";
    Result result{0, "", ""};
    char chunk[4096];

    std::remove("call.json");
    FILE *pipe = popen(command.c_str(), "r");
    if (pipe == nullptr)
        give_up("cannot start a shell");
    for (size_t n; (n = std::fread(chunk, 1, sizeof(chunk), pipe)) > 0;)
        result.output.append(chunk, n);
    int status = pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    /* 125 is also what a program may end with that did run. */
    if (result.status == 125 && access("call.json", F_OK) != 0)
        give_up("/cupel/exec could not run the program");
    std::getline(std::ifstream("error.txt"), result.error);
    return result;
}

void write_file(const std::string &name, const std::string &text)
{
    (void)mkdir("files", 0777);
    std::ofstream file("files/" + name);
    file << text;
    if (!file.flush())
        give_up("cannot write a file");
}

void write_matrix(const std::string &name, const Matrix &matrix)
{
    std::ostringstream text;
    text << matrix.size() << ' ' << matrix.at(0).size() << '\n';
    for (const Numbers &row : matrix) {
        for (int64_t element : row)
            text << element << ' ';
        text << '\n';
    }
    write_file(name, text.str());
}

/* What is wrong with a result, or nothing. */
std::string complaint(const Result &result, const Matrix &expected)
{
    std::istringstream lines(result.output);
    std::string line;

    if (result.status == 124)
        return "a limit stopped the program: " + shown(result.error);
    if (result.status > 128)
        return "signal " + std::to_string(result.status - 128) + " ended the program";
    if (result.status != 0)
        return "expected exit status 0, found " + std::to_string(result.status);
    for (size_t i = 0; i < expected.size(); i++) {
        if (!std::getline(lines, line))
            return "expected " + std::to_string(expected.size()) + " lines, found " +
                   std::to_string(i);
        std::istringstream words(line);
        Numbers row;
        for (int64_t number; words >> number;)
            row.push_back(number);
        if (!words.eof() || row != expected[i])
            return "line " + std::to_string(i + 1) + ": expected " +
                   testing::PrintToString(expected[i]).substr(0, 200) + ", found \"" +
                   shown(line) + '"';
    }
    if (std::getline(lines, line))
        return "line " + std::to_string(expected.size() + 1) + ": expected the end, found \"" +
               shown(line) + '"';
    return "";
}

void expect_prints(const std::string &arguments, const Matrix &expected)
{
    std::string what = complaint(run(arguments), expected);

    if (!what.empty())
        ADD_FAILURE() << "./matrix " << arguments << ": " << what;
}

void expect_refuses(const std::string &arguments, const char *why)
{
    Result result = run(arguments);

    if (result.status != 2)
        ADD_FAILURE() << "./matrix " << arguments << " (" << why
                      << "): expected exit status 2, found " << result.status;
    else if (!result.output.empty())
        ADD_FAILURE() << "./matrix " << arguments << " (" << why
                      << "): expected no output, found \"" << shown(result.output) << '"';
}

TEST(Add, MatricesOfOneSize)
{
    write_matrix("a", {{1, 2, 3}, {4, 5, 6}});
    write_matrix("b", {{10, -20, 30}, {-4, 0, 1}});
    expect_prints("add a b", {{11, -18, 33}, {0, 5, 7}});
}

TEST(Multiply, Squares)
{
    write_matrix("a", {{1, 2}, {3, 4}});
    write_matrix("b", {{0, 1}, {1, 0}});
    expect_prints("multiply a b", {{2, 1}, {4, 3}});
    expect_prints("multiply b a", {{3, 4}, {1, 2}});
}

TEST(Multiply, Rectangles)
{
    write_matrix("a", {{1, 0, 2}, {-1, 3, 1}});
    write_matrix("b", {{3, 1}, {2, 1}, {1, 0}});
    expect_prints("multiply a b", {{5, 1}, {4, 2}});
    expect_prints("multiply b a", {{2, 3, 7}, {1, 3, 5}, {1, 0, 2}});
}

TEST(Transpose, Rectangles)
{
    write_matrix("a", {{1, 2, 3}, {4, 5, 6}});
    expect_prints("transpose a", {{1, 4}, {2, 5}, {3, 6}});
    write_matrix("a", {{7}, {8}});
    expect_prints("transpose a", {{7, 8}});
}

struct Case {
    const char *name;
    Matrix matrix;
    int64_t determinant;
};

/* For the report, which would show bytes instead. */
void PrintTo(const Case &item, std::ostream *out)
{
    *out << item.name;
}

class Determinant : public testing::TestWithParam<Case>
{
};

TEST_P(Determinant, Is)
{
    write_matrix("a", GetParam().matrix);
    expect_prints("determinant a", {{GetParam().determinant}});
}

INSTANTIATE_TEST_SUITE_P(
    ByHand, Determinant,
    testing::Values(Case{"identity", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 1},
                    Case{"two_by_two", {{3, 8}, {4, 6}}, -14},
                    Case{"pivot_of_zero", {{0, 2, 1}, {1, 0, 3}, {2, 1, 0}}, 13},
                    Case{"singular", {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, 0}),
    [](const testing::TestParamInfo<Case> &info) { return info.param.name; });

TEST(Refuse, SizesThatDoNotFit)
{
    write_matrix("a", {{1, 2, 3}, {4, 5, 6}});
    write_matrix("b", {{1, 2}, {3, 4}});
    expect_refuses("add a b", "adding 2 × 3 and 2 × 2");
    expect_refuses("multiply a b", "multiplying 2 × 3 by 2 × 2");
    expect_refuses("determinant a", "determinant of 2 × 3");
    expect_prints("multiply b a", {{9, 12, 15}, {19, 26, 33}});
}

TEST(Refuse, FilesThatAreNoMatrix)
{
    expect_refuses("transpose missing", "a file that is not there");
    write_file("a", "2 2\n1 2\n3\n");
    expect_refuses("transpose a", "an element is missing");
    write_file("a", "1 2\n1 two\n");
    expect_refuses("transpose a", "an element is no number");
    write_file("a", "1 2\n1 2\n");
    expect_prints("transpose a", {{1}, {2}});
}

Matrix multiply(const Matrix &a, const Matrix &b)
{
    Matrix product(a.size(), Numbers(b[0].size()));
    for (size_t i = 0; i < a.size(); i++) {
        for (size_t k = 0; k < b.size(); k++) {
            for (size_t j = 0; j < b[0].size(); j++)
                product[i][j] += a[i][k] * b[k][j];
        }
    }
    return product;
}

Matrix random_matrix(size_t size, uint32_t seed)
{
    Matrix matrix(size, Numbers(size));
    for (Numbers &row : matrix) {
        for (int64_t &element : row) {
            seed = seed * 1664525 + 1013904223;
            element = static_cast<int64_t>(seed >> 22) - 512;
        }
    }
    return matrix;
}

TEST(Multiply, Large)
{
    Matrix a = random_matrix(150, 1);
    Matrix b = random_matrix(150, 2);
    write_matrix("a", a);
    write_matrix("b", b);
    expect_prints("multiply a b", multiply(a, b));
}

/* Fibonacci numbers: the 10^18-th by 60 squarings, or by more time than there is. */
TEST(Power, OfHugeExponent)
{
    write_matrix("a", {{1, 1}, {1, 0}});
    expect_prints("power a 10", {{89, 55}, {55, 34}});
    expect_prints("power a 1000000000000000000",
                  {{680057396, 209783453}, {209783453, 470273943}});
}

} /* namespace */
