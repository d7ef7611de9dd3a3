// Each level holds two of the one below, of types of their own: 2^SIZE functions.
trait Count {
    fn count() -> u64;
}

struct Zero<T>(T);
struct One<T>(T);

struct Tree<const DEPTH: usize, T>(T);

macro_rules! level {
    ($depth:expr, $below:expr) => {
        impl<T> Count for Tree<$depth, T> {
            fn count() -> u64 {
                Tree::<$below, Zero<T>>::count() + Tree::<$below, One<T>>::count()
            }
        }
    };
}

impl<T> Count for Tree<0, T> {
    fn count() -> u64 {
        std::mem::size_of::<T>() as u64
    }
}

level!(1, 0);
level!(2, 1);
level!(3, 2);
level!(4, 3);
level!(5, 4);
level!(6, 5);
level!(7, 6);
level!(8, 7);
level!(9, 8);
level!(10, 9);
level!(11, 10);
level!(12, 11);
level!(13, 12);
level!(14, 13);
level!(15, 14);
level!(16, 15);
level!(17, 16);
level!(18, 17);

fn main() {
    println!("{}", Tree::<SIZE, u8>::count());
}
