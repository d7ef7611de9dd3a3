import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

public class Main {
    private final Map<String, Book> books = new TreeMap<>();

    public static void main(String[] arguments) throws IOException {
        Main library = new Main();
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            try {
                System.out.println(library.answer(line.split(" ", 3)));
            } catch (IllegalStateException refused) {
                System.out.println("error: " + refused.getMessage());
            }
        }
    }

    private String answer(String[] words) {
        switch (words[0]) {
            case "add":
                return add(words[1], words[2]);
            case "find":
                return find(words[1]);
            case "lend":
                return lend(book(words[1]), words[2]);
            case "return":
                return book(words[1]).giveBack();
            case "reserve":
                return book(words[1]).reserve(words[2]);
            case "loans":
                return orElse(loans(words[1], " "), "no loans");
            default:
                throw new IllegalStateException("no command " + words[0]);
        }
    }

    private Book book(String id) {
        if (!books.containsKey(id)) {
            throw new IllegalStateException("no book " + id);
        }
        return books.get(id);
    }

    private String add(String id, String title) {
        if (books.containsKey(id)) {
            throw new IllegalStateException(id + " exists");
        }
        books.put(id, new Book(id, title));
        return id + " added";
    }

    private String find(String word) {
        String wanted = word.toLowerCase(Locale.ROOT);
        return orElse(books.values().stream()
                .filter(book -> book.title.toLowerCase(Locale.ROOT).contains(wanted))
                .map(book -> book.id + " " + book.title)
                .collect(Collectors.joining("\n")), "nothing found");
    }

    private String lend(Book book, String reader) {
        book.requireFreeFor(reader);
        if (books.values().stream().filter(other -> reader.equals(other.reader)).count() >= 3) {
            throw new IllegalStateException(reader + " has three books");
        }
        return book.lendTo(reader);
    }

    private String loans(String reader, String separator) {
        return books.values().stream().filter(book -> reader.equals(book.reader))
                .map(book -> book.id).collect(Collectors.joining(separator));
    }

    private static String orElse(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }
}
