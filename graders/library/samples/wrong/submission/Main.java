import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Map<String, String> books = new HashMap<>();
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine()) {
            String[] words = in.nextLine().split(" ");
            switch (words[0]) {
                case "add":
                    books.put(words[1], words[2]); // only the first word of a title
                    System.out.println("added " + words[1]);
                    break;
                case "find":
                    System.out.println(books.get(words[1]).length()); // of an id, and null
                    break;
                default:
                    System.out.println("ok");
            }
        }
    }
}
