import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A main that hands over no job, or not only that. */
public class Ways {
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "exit":
                System.exit(3);
                break;
            case "return":
                break;
            case "hang":
                Files.writeString(Path.of("hanging"), ProcessHandle.current().pid() + "\n");
                Thread.sleep(Long.MAX_VALUE);
                break;
            default:
                StreamExecutionEnvironment flink =
                        StreamExecutionEnvironment.getExecutionEnvironment();
                flink.fromSequence(0, Long.MAX_VALUE - 1).map(number -> slow(number)).print();
                flink.executeAsync("handed over");
                throw new IllegalStateException(String.join(",", args));
        }
    }

    private static long slow(long number) throws InterruptedException {
        Thread.sleep(1000);
        return number;
    }
}
