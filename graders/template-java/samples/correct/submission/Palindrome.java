import java.util.Scanner;

public class Palindrome {
    public static void main(String[] arguments) {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            String letters = lines.nextLine().toLowerCase().replaceAll("[^a-z]", "");
            String reversed = new StringBuilder(letters).reverse().toString();
            System.out.println(letters.equals(reversed) ? "yes" : "no");
        }
    }
}
