import java.util.ArrayList;
import java.util.Scanner;

public class Brackets {
    public static void main(String[] arguments) {
        var input = new Scanner(System.in);
        var lines = new ArrayList<String>();
        while (input.hasNextLine()) {
            String line = input.nextLine();
            for (int i = 0; i <= line.length() * 200; i++) {
                lines.add(line + i); // every one is kept
            }
            System.out.println("ok");
        }
    }
}
