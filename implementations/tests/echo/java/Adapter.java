import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  public static void main(String[] arguments) {
    Map<String, Object> description =
        Map.of("name", "echo", "version", "1.0", "language", "java", "libraries", Map.of());
    ZarrAdapter.serve(description, Map.of("read", Adapter::read));
  }
}
