import java.util.Scanner;
import java.util.TreeMap;

// Without reservations, and with as many loans as a reader wants.
public class Main {
    public static void main(String[] args) {
        TreeMap<String, String> titles = new TreeMap<>();
        TreeMap<String, String> readers = new TreeMap<>();
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine()) {
            String[] words = in.nextLine().split(" ", 3);
            String id = words[1];
            boolean known = titles.containsKey(id);
            if (words[0].equals("add")) {
                if (known) {
                    System.out.println("error: " + id + " exists");
                } else {
                    titles.put(id, words[2]);
                    System.out.println(id + " added");
                }
            } else if (words[0].equals("find")) {
                boolean found = false;
                for (String key : titles.keySet()) {
                    if (titles.get(key).toLowerCase().contains(id.toLowerCase())) {
                        System.out.println(key + " " + titles.get(key));
                        found = true;
                    }
                }
                if (!found) {
                    System.out.println("nothing found");
                }
            } else if (words[0].equals("loans")) {
                String line = "";
                for (String key : readers.keySet()) {
                    if (readers.get(key).equals(id)) {
                        line += " " + key;
                    }
                }
                System.out.println(line.isEmpty() ? "no loans" : line.trim());
            } else if (!known) {
                System.out.println("error: no book " + id);
            } else if (words[0].equals("lend")) {
                if (readers.containsKey(id)) {
                    System.out.println("error: " + id + " is lent to " + readers.get(id));
                } else {
                    readers.put(id, words[2]);
                    System.out.println(id + " lent to " + words[2]);
                }
            } else if (words[0].equals("return")) {
                boolean lent = readers.remove(id) != null;
                System.out.println(lent ? id + " returned" : "error: " + id + " is not lent");
            }
        }
    }
}
