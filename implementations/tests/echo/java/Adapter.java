import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An adapter to a library that knows a few arrays by heart, to test the kit with. */
final class Adapter {
  static final class Library {
    static String open(String path) {
      System.out.println("a library may print what it likes");
      if (path.equals("/absent")) throw new IllegalArgumentException("there is no such node");
      return path;
    }

    static long[] read(String path) {
      switch (path) {
        case "/broken":
          throw new IllegalStateException("its chunk is broken");
        case "/fault":
          throw new RuntimeException("in a worker", new OutOfMemoryError());
        case "/nans":
          return new long[] {1L << 63, 0x7ff0000000000001L};
        default:
          return new long[] {-1, 1};
      }
    }
  }

  static Object read(JsonNode place) throws Exception {
    String path = place.get("path").asText();
    String node = ZarrAdapter.opening(() -> Library.open(path));
    long[] values = ZarrAdapter.reading(() -> Library.read(node));
    if (path.equals("/strings")) return ZarrAdapter.strings(List.of(3), List.of("a", "", "ü"));
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(values[0]).putLong(values[1]).flip();
    String name = path.equals("/nans") ? "float64" : "uint64";
    return ZarrAdapter.elements(name, List.of(2), bytes);
  }

  /** What was to be written, and the fill value, in its own digits. */
  static Object write(JsonNode place) throws Exception {
    JsonNode asked = place.get("elements");
    String name = asked.get("data_type").asText();
    JsonNode shape = asked.get("shape");
    ZarrAdapter.writing(
        () -> {
          if (place.get("path").asText().equals("/full")) {
            throw new IllegalStateException("there is no room");
          }
          return null;
        });
    Map<String, Object> answer =
        new HashMap<>(
            name.equals("string")
                ? ZarrAdapter.strings(shape, ZarrAdapter.stringValues(asked))
                : ZarrAdapter.elements(name, shape, ZarrAdapter.values(asked)));
    answer.put("fill_value", place.get("metadata").get("zarr.json").get("fill_value").asText());
    return answer;
  }

  public static void main(String[] arguments) {
    Map<String, Object> description =
        Map.of("name", "echo", "version", "1.0", "language", "java", "libraries", Map.of());
    ZarrAdapter.serve(description, Map.of("read", Adapter::read, "write", Adapter::write));
  }
}
