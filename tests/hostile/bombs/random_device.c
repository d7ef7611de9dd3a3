/* Binary data without an end, that the assembler is to put into the program. */
#if SIZE > 1
__asm__(".incbin \"/dev/urandom\"\n");
#endif

int main(void)
{
    return 0;
}
