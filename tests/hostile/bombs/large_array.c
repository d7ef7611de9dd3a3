/* An initialised array is in the program's file, byte by byte. */
int array[SIZE << 10] = {1};

int main(void)
{
    return array[1];
}
