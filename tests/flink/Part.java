/** Comes in a jar of its own. */
public class Part {
    public static String word() {
        return "a class";
    }
}
