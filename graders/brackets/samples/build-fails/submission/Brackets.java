public class Brackets {
    public static void main(String[] arguments) {
        System.out.println("ok")
    }
}
