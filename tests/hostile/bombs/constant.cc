// A constant that the compiler has to count to, in loops that are each below its limit.
constexpr unsigned long count(unsigned long loops)
{
    unsigned long sum = 0;
    for (unsigned long i = 0; i < loops; i++) {
        for (unsigned long j = 0; j < 1000; j++)
            sum += i ^ j;
    }
    return sum;
}

template <unsigned long number> struct Sum {
    static constexpr unsigned long value = count(200 + number) + Sum<number - 1>::value;
};

template <> struct Sum<0> {
    static constexpr unsigned long value = 0;
};

int main()
{
    return Sum<SIZE>::value == 1;
}
