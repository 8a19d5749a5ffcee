import java.io.File;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.apache.flink.client.program.PackagedProgram;

/** Says of each jar whether Flink can call its main class: a line of the file and the class. */
public class Judge {
    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
            String[] parts = line.split("\t", -1);
            String said = "starts";
            try {
                PackagedProgram.Builder builder = PackagedProgram.newBuilder();
                builder.setJarFile(new File(parts[0]));
                if (!parts[1].isEmpty()) {
                    builder.setEntryPointClassName(parts[1]);
                }
                builder.build().invokeInteractiveModeForExecution();
            } catch (Throwable error) {
                said = error.toString().replaceAll("\\s+", " ");
            }
            System.out.println("judged\t" + said);
        }
    }
}
