import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Fails while it runs, or when it is closed, as long as a file of that name is there. */
public class Breaks {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
        flink.fromSequence(0, Long.MAX_VALUE - 1).map(new Slow()).print();
        flink.execute("breaks");
    }

    static class Slow extends RichMapFunction<Long, Long> {
        @Override
        public Long map(Long number) throws Exception {
            Thread.sleep(20);
            failAt("map");
            return number;
        }

        @Override
        public void close() {
            failAt("close");
        }

        private static void failAt(String place) {
            if (Files.exists(Path.of("breaks-at-" + place))) {
                throw new IllegalStateException(place + " is broken");
            }
        }
    }
}
