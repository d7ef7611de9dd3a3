/* Names for the linker to sort, made by the assembler. */
#define TEXT(size)  #size
#define COUNT(size) TEXT(size)

__asm__(".altmacro\n"
        ".macro name number\n"
        ".globl a_name_that_is_rather_long_and_has_a_number_\\number\n"
        "a_name_that_is_rather_long_and_has_a_number_\\number:\n"
        ".endm\n"
        ".set i, 0\n"
        ".rept " COUNT(SIZE) "000\n"
        "name %i\n"
        ".set i, i + 1\n"
        ".endr\n");

int main(void)
{
    return 0;
}
