import java.util.Scanner;

public class Palindrome {
    public static void main(String[] arguments) {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            String line = lines.nextLine();
            String reversed = new StringBuilder(line).reverse().toString();
            System.out.println(line.equals(reversed) ? "yes" : "no");
        }
    }
}
