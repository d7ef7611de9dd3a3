import java.util.Scanner;

public class Brackets {
    public static void main(String[] arguments) {
        var input = new Scanner(System.in);
        while (input.hasNextLine()) {
            System.out.println(input.nextLine().length());
        }
    }
}
