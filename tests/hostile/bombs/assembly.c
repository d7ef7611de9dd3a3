/* One line for the compiler, SIZE thousand for the assembler. */
#define TEXT(size)  #size
#define COUNT(size) TEXT(size)

__asm__(".section .rodata\n.rept " COUNT(SIZE) "000\n.quad 0x1234567890\n.endr\n.text\n");

int main(void)
{
    return 0;
}
