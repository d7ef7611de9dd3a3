// Tells how a child ended: 128 + the number of a signal, or its own status.
public class Child {
    public static void main(String[] arguments) throws Exception {
        var command = new ProcessBuilder("unshare", "--user", "true");
        System.out.println(command.inheritIO().start().waitFor());
    }
}
