// Takes as many MiB as it is told and keeps them; "garbage" takes them again and again.
import java.util.ArrayList;
import java.util.Arrays;

public class Memory {
    static volatile byte[] last;

    public static void main(String[] arguments) {
        var kept = new ArrayList<byte[]>();
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            last = new byte[1 << 20];
            Arrays.fill(last, (byte) 1);
            if (arguments.length == 1) {
                kept.add(last);
            }
        }
        System.out.println("end " + kept.size());
    }
}
