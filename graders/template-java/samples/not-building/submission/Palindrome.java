public class Palindrome {
    public static void main(String[] arguments) {
        System.out.println("yes")
    }
}
