import com.fasterxml.jackson.databind.JsonNode;
import dev.zarr.zarrjava.core.AbstractNode;
import dev.zarr.zarrjava.core.Array;
import dev.zarr.zarrjava.core.Group;
import dev.zarr.zarrjava.core.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/** Ask zarr-java through the functions that its users call. */
final class Adapter {
  public static void main(String[] arguments) {
    var description = ZarrAdapter.describe("zarr-java", "dev.zarr:zarr-java");
    var questions = new HashMap<String, ZarrAdapter.Question>();
    questions.put("read", Adapter::read);
    questions.put("read_region", Adapter::readRegion);
    questions.put("list", Adapter::list);
    questions.put("metadata", Adapter::metadata);
    ZarrAdapter.serve(description, questions);
  }

  static Object read(JsonNode place) throws Exception {
    Array array = ZarrAdapter.opening(() -> openArray(place));
    return elements(array, ZarrAdapter.reading(() -> array.read()));
  }

  static Object readRegion(JsonNode place) throws Exception {
    Array array = ZarrAdapter.opening(() -> openArray(place));
    long[] start = indices(place.get("start"));
    long[] stop = indices(place.get("stop"));
    int[] shape = new int[start.length];
    for (int axis = 0; axis < shape.length; axis++) shape[axis] = (int) (stop[axis] - start[axis]);
    return elements(array, ZarrAdapter.reading(() -> array.read(start, shape)));
  }

  static Object list(JsonNode place) throws Exception {
    Group group = ZarrAdapter.opening(() -> openGroup(place));
    Map<String, String> children = new TreeMap<>();
    for (Node node : ZarrAdapter.opening(group::listAsArray)) {
      String name = ((AbstractNode) node).storeHandle.toPath().getFileName().toString();
      children.put(name, node instanceof Array ? "array" : "group");
    }
    return Map.of("children", children);
  }

  static Object metadata(JsonNode place) throws Exception {
    Node node = ZarrAdapter.opening(() -> openNode(place));
    Map<String, Object> members = new HashMap<>();
    if (node instanceof Group group) {
      members.put("node_type", "group");
      members.put("attributes", ZarrAdapter.opening(() -> group.metadata().attributes()));
      return Map.of("metadata", members);
    }
    Array array = (Array) node;
    members.put("node_type", "array");
    members.put("attributes", ZarrAdapter.opening(() -> array.metadata().attributes()));
    members.put("shape", array.metadata().shape);
    members.put("data_type", dataTypeName(array));
    if (array instanceof dev.zarr.zarrjava.v3.Array v3) {
      members.put("dimension_names", v3.metadata().dimensionNames);
    }
    return Map.of("metadata", members);
  }

  private static Array openArray(JsonNode place) throws Exception {
    return isV2(place)
        ? dev.zarr.zarrjava.v2.Array.open(path(place))
        : dev.zarr.zarrjava.v3.Array.open(path(place));
  }

  private static Group openGroup(JsonNode place) throws Exception {
    return isV2(place)
        ? dev.zarr.zarrjava.v2.Group.open(path(place))
        : dev.zarr.zarrjava.v3.Group.open(path(place));
  }

  private static Node openNode(JsonNode place) throws Exception {
    return isV2(place)
        ? dev.zarr.zarrjava.v2.Node.open(path(place))
        : dev.zarr.zarrjava.v3.Node.open(path(place));
  }

  private static boolean isV2(JsonNode place) {
    return place.get("zarr_format").asInt() == 2;
  }

  private static Path path(JsonNode place) {
    return Path.of(place.get("store").asText(), place.get("path").asText().substring(1));
  }

  private static long[] indices(JsonNode corner) {
    return StreamSupport.stream(corner.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  /** Both versions' data types are constants with the names that they have in Zarr v3. */
  private static String dataTypeName(Array array) {
    return array.metadata().dataType().toString().toLowerCase(java.util.Locale.ROOT);
  }

  private static Object elements(Array array, ucar.ma2.Array values) throws Exception {
    ByteBuffer bytes = littleEndian(values.copyTo1DJavaArray());
    return ZarrAdapter.elements(dataTypeName(array), values.getShape(), bytes);
  }

  /** The elements of a Java array, bit by bit. */
  private static ByteBuffer littleEndian(Object values) throws Exception {
    int length = java.lang.reflect.Array.getLength(values);
    ByteBuffer bytes = ByteBuffer.allocate(8 * length).order(ByteOrder.LITTLE_ENDIAN);
    if (values instanceof boolean[] each) {
      for (boolean bit : each) bytes.put((byte) (bit ? 1 : 0));
    } else if (values instanceof byte[] each) {
      bytes.put(each);
    } else if (values instanceof short[] each) {
      for (short element : each) bytes.putShort(element);
    } else if (values instanceof int[] each) {
      for (int element : each) bytes.putInt(element);
    } else if (values instanceof long[] each) {
      for (long element : each) bytes.putLong(element);
    } else if (values instanceof float[] each) {
      for (float element : each) bytes.putInt(Float.floatToRawIntBits(element));
    } else if (values instanceof double[] each) {
      for (double element : each) bytes.putLong(Double.doubleToRawLongBits(element));
    } else {
      throw new ZarrAdapter.Unsupported("the elements are " + values.getClass().getTypeName());
    }
    return bytes.flip();
  }
}
