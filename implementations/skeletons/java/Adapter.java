import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Puts the questions of zarr-conformance to {{ name }}. */
final class Adapter {
  /** The elements of the array at the `path` of the directory `store`. */
  static Object read(JsonNode place) throws Exception {
    // var array = ZarrAdapter.opening(() -> Library.open(place.get("store").asText()));
    // var bytes = ZarrAdapter.reading(() -> array.read()); // what it throws is its refusal
    // return ZarrAdapter.elements(array.dataType(), array.shape(), bytes);
    throw new ZarrAdapter.Unsupported("reading is not written yet");
  }

  public static void main(String[] arguments) {
    Map<String, Object> description =
        Map.of("name", "{{ name }}", "version", "unknown", "language", "java");
    ZarrAdapter.serve(description, Map.of("read", Adapter::read));
  }
}
