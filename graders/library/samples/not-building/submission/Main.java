import java.util.List;

public class Main {
    public static void main(String[] args) {
        List<String> books = new ArrayList<>();
        books.add("Emma");
        System.out.println(books.find("emma"));
    }
}
