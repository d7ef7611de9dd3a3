#include <iostream>
#include <vector>

template <typename T> class Matrix {
    std::vector<std::vector<T>> rows;

public:
    Matrix(size_t height, size_t width) : rows(height, std::vector<T>(width)) {}
    T &at(size_t i, size_t j) { return rows[i][j]; }
};

int main()
{
    Matrix<int> a(2, 2), b(2, 2);
    Matrix<int> sum = a + b;
    std::cout << sum.at(0, 0) << '\n';
}
