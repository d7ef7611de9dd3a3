// Takes each matrix for a square one, and each operation for one of element by element.
#include <fstream>
#include <iostream>
#include <string>

int main(int argc, char **argv)
{
    std::ifstream a(argv[2]), b(argv[argc - 1]);
    int size, columns, x, y;

    a >> size >> columns;
    b >> size >> columns;
    for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
            a >> x;
            b >> y;
            std::cout << (std::string(argv[1]) == "multiply" ? x * y : x + y) << ' ';
        }
        std::cout << std::endl;
    }
    return 0;
}
