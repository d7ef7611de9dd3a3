import static org.junit.Assert.assertEquals;
import static org.junit.Assert.fail;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.Test;

/**
 * Tests of the program by what it answers. Its classes are not loaded here: in the JVM of the
 * tests, System.exit(0) or a changed System.out would be part of them.
 *
 * To write another test: add a method, and its id to "tests" of grader.json.
 */
public class LibraryTest {
    private static final File CALL = new File("call.json");
    private static final File INPUT = new File("input");
    private static final File OUTPUT = new File("output");
    private static final File ERROR = new File("error");

    private static String read(File file) throws IOException {
        return new String(Files.readAllBytes(file.toPath()), StandardCharsets.UTF_8);
    }

    /** Files instead of pipes, since neither side then waits for the other one to read. */
    private static int run(String input) throws IOException, InterruptedException {
        Files.deleteIfExists(CALL.toPath());
        Files.write(INPUT.toPath(), input.getBytes(StandardCharsets.UTF_8));
        int status = new ProcessBuilder("/cupel/exec", "--report", CALL.getPath(), "--",
                "java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "Main")
                .redirectInput(INPUT).redirectOutput(OUTPUT).redirectError(ERROR).start()
                .waitFor();
        // 125 is also what a program may end with that did run. Without a report, the grader is
        // at fault.
        if (status == 125 && !CALL.exists()) {
            System.err.println("harness: " + read(ERROR));
            Runtime.getRuntime().halt(2);
        }
        return status;
    }

    /** Commands and the answers to them by turns; an answer may have several lines. */
    private static void check(String... turns) throws IOException, InterruptedException {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < turns.length; i += 2) {
            input.append(turns[i]).append('\n');
        }
        int status = run(input.toString());
        String[] lines = read(OUTPUT).split("\n", -1);
        int line = 0;
        for (int i = 0; i < turns.length; i += 2) {
            for (String expected : turns[i + 1].split("\n")) {
                String found = line < lines.length ? lines[line++] : "";
                if (!found.stripTrailing().equals(expected)) {
                    fail("after \"" + turns[i] + "\": expected \"" + expected + "\", found \""
                            + shortened(found) + "\"" + reason(status));
                }
            }
        }
        if (line < lines.length && !lines[line].isEmpty()) {
            fail("after the last command: expected no more, found \"" + shortened(lines[line])
                    + "\"");
        }
        assertEquals("exit status", 0, status);
    }

    private static String shortened(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    private static String reason(int status) throws IOException {
        if (status == 0) {
            return "";
        }
        String said = read(ERROR).lines().findFirst().orElse("exit status " + status);
        return " (the program ended: " + shortened(said) + ")";
    }

    @Test
    public void addsAndFindsBooks() throws Exception {
        check("find emma", "nothing found",
                "add a2 Emma", "a2 added",
                "add a1 The Castle of Otranto", "a1 added",
                "add b7 Castle Rackrent", "b7 added",
                "find castle", "a1 The Castle of Otranto\nb7 Castle Rackrent",
                "find EMMA", "a2 Emma");
    }

    @Test
    public void lendsAndTakesBack() throws Exception {
        check("add m1 Middlemarch", "m1 added",
                "add e1 Evelina", "e1 added",
                "loans dora", "no loans",
                "lend m1 dora", "m1 lent to dora",
                "lend e1 dora", "e1 lent to dora",
                "loans dora", "e1 m1",
                "return m1", "m1 returned",
                "loans dora", "e1",
                "lend m1 will", "m1 lent to will");
    }

    @Test
    public void refusesWhatCannotBe() throws Exception {
        check("add v1 Villette", "v1 added",
                "add v1 Vathek", "error: v1 exists",
                "lend v2 lucy", "error: no book v2",
                "return v1", "error: v1 is not lent",
                "lend v1 lucy", "v1 lent to lucy",
                "lend v1 paul", "error: v1 is lent to lucy",
                "find vathek", "nothing found");
    }

    @Test
    public void lendsThreeBooksAtMost() throws Exception {
        check("add a A", "a added",
                "add b B", "b added",
                "add c C", "c added",
                "add d D", "d added",
                "lend a jo", "a lent to jo",
                "lend b jo", "b lent to jo",
                "lend c jo", "c lent to jo",
                "lend d jo", "error: jo has three books",
                "lend d amy", "d lent to amy",
                "return a", "a returned",
                "lend a jo", "a lent to jo");
    }

    @Test
    public void reservesInOrder() throws Exception {
        check("add p1 Persuasion", "p1 added",
                "lend p1 anne", "p1 lent to anne",
                "reserve p1 mary", "mary waits for p1, place 1",
                "reserve p1 louisa", "louisa waits for p1, place 2",
                "return p1", "p1 kept for mary",
                "lend p1 louisa", "error: p1 is kept for mary",
                "lend p1 mary", "p1 lent to mary",
                "return p1", "p1 kept for louisa",
                "lend p1 louisa", "p1 lent to louisa",
                "return p1", "p1 returned");
    }
}
