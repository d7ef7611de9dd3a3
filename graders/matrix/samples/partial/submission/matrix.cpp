// Eliminates without swapping rows, and multiplies as often as the exponent says.
#include <cmath>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using namespace std;
using Matrix = vector<vector<double>>;

Matrix read_matrix(const string &path)
{
    ifstream file(path);
    int rows, columns;
    if (!(file >> rows >> columns))
        exit(2);
    Matrix m(rows, vector<double>(columns));
    for (auto &row : m)
        for (auto &x : row)
            if (!(file >> x))
                exit(2);
    return m;
}

Matrix multiply(const Matrix &a, const Matrix &b)
{
    if (a[0].size() != b.size())
        exit(2);
    Matrix c(a.size(), vector<double>(b[0].size()));
    for (size_t i = 0; i < a.size(); i++)
        for (size_t j = 0; j < b[0].size(); j++)
            for (size_t k = 0; k < b.size(); k++)
                c[i][j] += a[i][k] * b[k][j];
    return c;
}

double determinant(Matrix a)
{
    if (a.size() != a[0].size())
        exit(2);
    double product = 1;
    for (size_t k = 0; k < a.size(); k++) {
        product *= a[k][k];
        for (size_t i = k + 1; i < a.size(); i++) {
            double factor = a[i][k] / a[k][k];
            for (size_t j = k; j < a.size(); j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    return product;
}

int main(int argc, char **argv)
{
    string command = argv[1];
    Matrix a = read_matrix(argv[2]), result;

    if (command == "transpose") {
        result = Matrix(a[0].size(), vector<double>(a.size()));
        for (size_t i = 0; i < a.size(); i++)
            for (size_t j = 0; j < a[0].size(); j++)
                result[j][i] = a[i][j];
    } else if (command == "determinant") {
        result = {{determinant(a)}};
    } else if (command == "power") {
        result = a;
        for (long long n = stoll(argv[3]); n > 1; n--) {
            result = multiply(result, a);
            for (auto &row : result)
                for (auto &x : row)
                    x = fmod(x, 1000000007);
        }
    } else if (command == "add") {
        Matrix b = read_matrix(argv[3]);
        if (a.size() != b.size() || a[0].size() != b[0].size())
            return 2;
        result = a;
        for (size_t i = 0; i < a.size(); i++)
            for (size_t j = 0; j < a[0].size(); j++)
                result[i][j] += b[i][j];
    } else {
        result = multiply(a, read_matrix(argv[3]));
    }
    for (auto &row : result) {
        for (double x : row)
            cout << (long long)llround(x) << ' ';
        cout << '\n';
    }
}
