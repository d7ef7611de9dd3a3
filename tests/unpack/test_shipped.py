"""The program that is shipped, which is static, takes what the one of the other tests takes."""
import support
import unpacking
from test_ordinary import *  # pylint: disable=unused-wildcard-import,wildcard-import

unpacking.UNPACK = support.PREFIX / "libexec/cupel/cupel-unpack"

if __name__ == "__main__":
    support.main()
