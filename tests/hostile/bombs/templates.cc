// A template that needs two of the level below, each of its own kind: 2^SIZE types.
template <int depth, unsigned long kind> struct Tree {
    static constexpr unsigned long value =
        Tree<depth - 1, 2 * kind>::value + Tree<depth - 1, 2 * kind + 1>::value;
};

template <unsigned long kind> struct Tree<0, kind> {
    static constexpr unsigned long value = 1;
};

int main()
{
    return Tree<SIZE, 1>::value == 0;
}
