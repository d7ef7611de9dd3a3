import java.util.Scanner;

public class Brackets {
    private final String line;
    private int at;

    private Brackets(String line) {
        this.line = line;
    }

    /** Skips what matches; stops before a closing bracket, at a mistake, or at the end. */
    private boolean matches() {
        for (; at < line.length(); at++) {
            int kind = "([{".indexOf(line.charAt(at));
            if (kind >= 0) {
                at++;
                if (!matches() || at == line.length() || line.charAt(at) != ")]}".charAt(kind)) {
                    return false;
                }
            } else if (")]}".indexOf(line.charAt(at)) >= 0) {
                return true;
            }
        }
        return true;
    }

    public static void main(String[] arguments) {
        var input = new Scanner(System.in);
        while (input.hasNextLine()) {
            var brackets = new Brackets(input.nextLine());
            boolean all = brackets.matches() && brackets.at == brackets.line.length();
            System.out.println(all ? "ok" : brackets.at + 1);
        }
    }
}
