import java.util.ArrayDeque;
import java.util.Scanner;

public class Brackets {
    private static final String OPENING = "([{";
    private static final String CLOSING = ")]}";

    /** The column of the first mistake, or 0. */
    private static int mistake(String line) {
        int column = 0;
        var expected = new ArrayDeque<Character>();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            int kind = OPENING.indexOf(c);
            if (kind >= 0) {
                expected.push(CLOSING.charAt(kind));
            } else if (CLOSING.indexOf(c) >= 0 && (expected.isEmpty() || expected.pop() != c)) {
                while (i < line.length()) {
                    column = i + 1; // and never leaves the loop
                }
            }
        }
        return expected.isEmpty() ? column : line.length() + 1;
    }

    public static void main(String[] arguments) {
        var input = new Scanner(System.in);
        while (input.hasNextLine()) {
            int column = mistake(input.nextLine());
            System.out.println(column == 0 ? "ok" : column);
        }
    }
}
