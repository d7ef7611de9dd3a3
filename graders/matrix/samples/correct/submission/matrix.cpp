#include <cstdint>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using Row = std::vector<int64_t>;
using Matrix = std::vector<Row>;

static const int64_t modulus = 1000000007;

static void require(bool fits, const char *what)
{
    if (!fits)
        throw std::runtime_error(what);
}

static Matrix read_matrix(const std::string &path)
{
    std::ifstream file(path);
    size_t rows = 0;
    size_t columns = 0;

    require(static_cast<bool>(file >> rows >> columns), "no matrix in the file");
    require(rows > 0 && rows <= 1000 && columns > 0 && columns <= 1000, "not a size");
    Matrix matrix(rows, Row(columns));
    for (Row &row : matrix) {
        for (int64_t &element : row)
            require(static_cast<bool>(file >> element), "an element is missing");
    }
    return matrix;
}

static Matrix add(Matrix a, const Matrix &b)
{
    require(a.size() == b.size() && a[0].size() == b[0].size(), "sizes differ");
    for (size_t i = 0; i < a.size(); i++) {
        for (size_t j = 0; j < a[0].size(); j++)
            a[i][j] += b[i][j];
    }
    return a;
}

static Matrix multiply(const Matrix &a, const Matrix &b, bool reduce)
{
    require(a[0].size() == b.size(), "sizes do not fit");
    Matrix product(a.size(), Row(b[0].size()));
    for (size_t i = 0; i < a.size(); i++) {
        for (size_t k = 0; k < b.size(); k++) {
            for (size_t j = 0; j < b[0].size(); j++) {
                product[i][j] += a[i][k] * b[k][j];
                if (reduce)
                    product[i][j] %= modulus;
            }
        }
    }
    return product;
}

static Matrix transpose(const Matrix &a)
{
    Matrix result(a[0].size(), Row(a.size()));
    for (size_t i = 0; i < a.size(); i++) {
        for (size_t j = 0; j < a[0].size(); j++)
            result[j][i] = a[i][j];
    }
    return result;
}

/* Bareiss: all divisions are exact. */
static int64_t determinant(Matrix a)
{
    size_t n = a.size();
    int64_t sign = 1;
    int64_t previous = 1;

    require(n == a[0].size(), "not square");
    for (size_t k = 0; k + 1 < n; k++) {
        size_t pivot = k;
        while (pivot < n && a[pivot][k] == 0)
            pivot++;
        if (pivot == n)
            return 0;
        if (pivot != k) {
            std::swap(a[pivot], a[k]);
            sign = -sign;
        }
        for (size_t i = k + 1; i < n; i++) {
            for (size_t j = k + 1; j < n; j++)
                a[i][j] = (a[i][j] * a[k][k] - a[i][k] * a[k][j]) / previous;
        }
        previous = a[k][k];
    }
    return sign * a[n - 1][n - 1];
}

static Matrix power(Matrix a, uint64_t exponent)
{
    Matrix result(a.size(), Row(a.size()));

    require(a.size() == a[0].size(), "not square");
    for (size_t i = 0; i < a.size(); i++)
        result[i][i] = 1;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1)
            result = multiply(result, a, true);
        a = multiply(a, a, true);
    }
    return result;
}

static Matrix compute(const std::vector<std::string> &words)
{
    require(words.size() >= 2, "usage: matrix COMMAND FILE [FILE]");
    Matrix a = read_matrix(words[1]);
    if (words[0] == "transpose")
        return transpose(a);
    if (words[0] == "determinant")
        return {{determinant(a)}};
    require(words.size() == 3, "usage: matrix COMMAND FILE FILE");
    if (words[0] == "power")
        return power(a, std::stoull(words[2]));
    Matrix b = read_matrix(words[2]);
    require(words[0] == "add" || words[0] == "multiply", "unknown command");
    return words[0] == "add" ? add(a, b) : multiply(a, b, false);
}

int main(int argc, char **argv)
{
    try {
        Matrix result = compute(std::vector<std::string>(argv + 1, argv + argc));
        for (const Row &row : result) {
            for (size_t j = 0; j < row.size(); j++)
                std::cout << (j > 0 ? " " : "") << row[j];
            std::cout << '\n';
        }
    } catch (const std::exception &error) {
        std::cerr << "matrix: " << error.what() << '\n';
        return 2;
    }
}
