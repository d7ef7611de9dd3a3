/* The linker leaves room in the file, so that this lies where it wants to. */
__attribute__((aligned(1 << SIZE))) char aligned = 1;

int main(void)
{
    return aligned == 0;
}
