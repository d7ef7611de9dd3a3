import java.util.ArrayDeque;
import java.util.Deque;

class Book {
    final String id;
    final String title;
    String reader;
    private final Deque<String> waiting = new ArrayDeque<>();

    Book(String id, String title) {
        this.id = id;
        this.title = title;
    }

    void requireFreeFor(String name) {
        if (reader != null) {
            throw new IllegalStateException(id + " is lent to " + reader);
        }
        if (!waiting.isEmpty() && !waiting.peek().equals(name)) {
            throw new IllegalStateException(id + " is kept for " + waiting.peek());
        }
    }

    String lendTo(String name) {
        waiting.poll();
        reader = name;
        return id + " lent to " + name;
    }

    String giveBack() {
        if (reader == null) {
            throw new IllegalStateException(id + " is not lent");
        }
        reader = null;
        return waiting.isEmpty() ? id + " returned" : id + " kept for " + waiting.peek();
    }

    String reserve(String name) {
        waiting.add(name);
        return name + " waits for " + id + ", place " + waiting.size();
    }
}
