import java.io.InputStream;
import java.util.Scanner;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Tells, by failing with it, what its tasks find on the class path; with "quiet" it just ends. */
public class UsesParts {
    public static void main(String[] args) throws Exception {
        boolean quiet = args.length > 0 && args[0].equals("quiet");
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
        flink.fromSequence(1, 3).map(new Tell(quiet)).print();
        flink.execute("uses parts");
    }

    static class Tell extends RichMapFunction<Long, String> {
        private final boolean quiet;

        Tell(boolean quiet) {
            this.quiet = quiet;
        }

        @Override
        public String map(Long number) throws Exception {
            if (quiet) {
                return "number " + number;
            }
            ClassLoader loader = UsesParts.class.getClassLoader();
            Class<?> part = Class.forName("Part", true, loader);
            Object word = part.getMethod("word").invoke(null);
            try (InputStream file = loader.getResource("userData/words.txt").openStream()) {
                throw new IllegalStateException(word + " and " + new Scanner(file).nextLine());
            }
        }
    }
}
