import static org.junit.Assert.assertEquals;
import static org.junit.Assert.fail;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ProgramTest {
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void squaresAreSummed() throws Exception {
        assertEquals(140, Program.squares());
    }

    @Test(timeout = 10000, expected = IllegalStateException.class)
    public void runsInAThreadOfItsOwn() throws Exception {
        folder.newFile("file");
        throw new IllegalStateException();
    }

    @Test
    public void fails() {
        fail("on purpose");
    }
}
