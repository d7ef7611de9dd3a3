/* The least that a program can be: static, it ends at once. */
int main(void)
{
    return 0;
}
