import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.AssumptionViolatedException;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/**
 * Runs test classes of JUnit 4 and writes their report as surefire and ant do, which JUnit itself
 * does not: java JUnitReport FILE CLASS... The ids of the tests are CLASS.METHOD.
 */
public final class JUnitReport extends RunListener {
    private static final class Case {
        final long start = System.nanoTime();
        double seconds;
        String element;
        Throwable thrown;
    }

    private final Map<Description, Case> cases = new LinkedHashMap<>();

    public static void main(String[] arguments) throws Exception {
        List<Class<?>> classes = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            classes.add(Class.forName(arguments[i]));
        }
        JUnitReport report = new JUnitReport();
        JUnitCore core = new JUnitCore();
        core.addListener(report);
        core.run(classes.toArray(new Class<?>[0]));
        report.write(Path.of(arguments[0]));
        System.exit(0); // failed tests are the learner's, not the harness's
    }

    @Override
    public void testStarted(Description test) {
        cases.put(test, new Case());
    }

    @Override
    public void testFinished(Description test) {
        Case done = cases.get(test);
        done.seconds = (System.nanoTime() - done.start) / 1e9;
    }

    /** Also called for what fails outside of tests, in @BeforeClass for instance. */
    @Override
    public void testFailure(Failure failure) {
        boolean isAssertion = failure.getException() instanceof AssertionError;
        set(failure, isAssertion ? "failure" : "error");
    }

    @Override
    public void testAssumptionFailure(Failure failure) {
        set(failure, "skipped");
    }

    @Override
    public void testIgnored(Description test) {
        set(new Failure(test, new AssumptionViolatedException("ignored")), "skipped");
    }

    private void set(Failure failure, String element) {
        Case failed = cases.computeIfAbsent(failure.getDescription(), test -> new Case());
        failed.element = element;
        failed.thrown = failure.getException();
    }

    private void write(Path path) throws IOException {
        try (PrintStream out = new PrintStream(Files.newOutputStream(path), false, "UTF-8")) {
            out.println("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
            out.printf("<testsuite name=\"junit\" tests=\"%d\">%n", cases.size());
            cases.forEach((test, result) -> writeCase(out, test, result));
            out.println("</testsuite>");
            if (out.checkError()) {
                throw new IOException("cannot write " + path);
            }
        }
    }

    private static void writeCase(PrintStream out, Description test, Case result) {
        String method = test.getMethodName() != null ? test.getMethodName() : "class";
        out.printf("  <testcase classname=\"%s\" name=\"%s\" time=\"%.3f\"",
                escape(test.getClassName()), escape(method), result.seconds);
        if (result.element == null) {
            out.println("/>");
            return;
        }
        out.printf(">%n    <%s message=\"%s\"/>%n  </testcase>%n", result.element,
                escape(String.valueOf(result.thrown.getMessage())));
    }

    /** Messages hold what learners print: no XML may come of it, nor what XML may not hold. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().limit(4000).forEach(c -> {
            boolean isControl = c < ' ' && c != '\n' && c != '\t';
            if (isControl || (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF) {
                escaped.append(String.format("\\u%04x", c));
            } else if ("<>&\"\n\t".indexOf(c) >= 0) {
                escaped.append("&#").append(c).append(';');
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }
}
