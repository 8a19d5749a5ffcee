import java.io.FileWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts the orders of each customer, and appends "customer,count,order" to a file.
 *
 * <p>The counts are Flink state: only a savepoint or a checkpoint carries them over a restart.
 */
public class OrderCounts {
    static final int CUSTOMERS = 4;

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new HashMap<>(Map.of("rate", "20", "fail-after", "-1"));
        for (int index = 0; index + 1 < args.length; index += 2) {
            options.put(args[index].replaceFirst("^--", ""), args[index + 1]);
        }
        String output = options.get("output");
        if (output == null) {
            throw new IllegalArgumentException("--output FILE is missing");
        }
        double rate = Double.parseDouble(options.get("rate"));
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
        flink.fromSequence(0, Long.MAX_VALUE - 1)
                .uid("orders") // state is found again by these names, whatever else changes
                .setParallelism(1)
                .map(new Pace((long) (1000 / rate)))
                .setParallelism(1)
                .keyBy(order -> order % CUSTOMERS)
                .process(new Count(output, Long.parseLong(options.get("fail-after"))))
                .uid("count");
        flink.execute("order counts");
    }

    /** Lets one order through in so many milliseconds. */
    static class Pace implements MapFunction<Long, Long> {
        private final long millis;

        Pace(long millis) {
            this.millis = millis;
        }

        @Override
        public Long map(Long order) throws InterruptedException {
            Thread.sleep(millis);
            return order;
        }
    }

    static class Count extends KeyedProcessFunction<Long, Long, Void> {
        private final String output;
        private final long failAfter;
        private transient ValueState<Long> count;
        private transient FileWriter file;

        Count(String output, long failAfter) {
            this.output = output;
            this.failAfter = failAfter;
        }

        @Override
        public void processElement(Long order, Context context, Collector<Void> out)
                throws Exception {
            if (file == null) {
                begin();
            }
            long next = count.value() == null ? 1 : count.value() + 1;
            if (order == failAfter) {
                throw new IllegalStateException("order " + order + " cannot be counted");
            }
            count.update(next);
            file.write(context.getCurrentKey() + "," + next + "," + order + "\n");
            file.flush();
        }

        /** In place of open(), whose argument Flink 1.19 has changed: this runs on all. */
        private void begin() throws IOException {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
            Files.createDirectories(Path.of(output).toAbsolutePath().getParent());
            file = new FileWriter(output, true);
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }
}
