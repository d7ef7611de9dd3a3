// A template that needs the next one, SIZE times.
template <long number> struct Next {
    static constexpr long value = Next<number + 1>::value;
};

template <> struct Next<SIZE> {
    static constexpr long value = SIZE;
};

int main()
{
    return Next<0>::value == 0;
}
