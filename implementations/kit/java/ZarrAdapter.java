import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;

/**
 * What an adapter in Java needs: the message loop, and elements to bytes.
 *
 * <p>An adapter is a process that answers questions about Zarr stores, one JSON object a line, on
 * standard input and output; {@code implementations/README.md} gives the messages. A new adapter can
 * start with a copy of this file; it uses Jackson:
 *
 * <pre>{@code
 * static Object read(JsonNode place) throws Exception {
 *   var array = opening(() -> Library.open(place.get("store").asText(), place.get("path").asText()));
 *   ByteBuffer values = reading(() -> array.read());
 *   return elements(array.dataType(), array.shape(), values);
 * }
 *
 * public static void main(String[] arguments) {
 *   serve(describe("library", "org.example:library"), Map.of("read", Adapter::read));
 * }
 * }</pre>
 *
 * <p>An {@link Error} ends the process, as a crash does: it is no word on the data.
 */
final class ZarrAdapter {
  private static final int LONGEST_MESSAGE = 400; // characters of an error that are passed on
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Answers a question: gets its parameters and gives what is returned. */
  interface Question {
    Object ask(JsonNode parameters) throws Exception;
  }

  /** The library said no: the stage is "open", "read" (elements) or "write". */
  private static final class Refused extends Exception {
    final String stage;

    Refused(String stage, Exception cause) {
      super(said(cause), cause);
      this.stage = stage;
    }
  }

  /** The adapter cannot put this question to its library, or cannot pass on the answer. */
  static final class Unsupported extends Exception {
    Unsupported(String message) {
      super(message);
    }
  }

  private ZarrAdapter() {}

  /** While the library is looking for the node and at its metadata. */
  static <T> T opening(Callable<T> work) throws Exception {
    return attempt("open", work);
  }

  /** While the library is fetching and decoding chunks. */
  static <T> T reading(Callable<T> work) throws Exception {
    return attempt("read", work);
  }

  /** While the library is writing chunks or metadata, or deleting them. */
  static <T> T writing(Callable<T> work) throws Exception {
    return attempt("write", work);
  }

  private static <T> T attempt(String stage, Callable<T> work) throws Exception {
    try {
      return work.call();
    } catch (Exception error) {
      for (Throwable cause = error; cause != null; cause = cause.getCause()) {
        if (cause instanceof Error) throw (Error) cause; // a worker thread's, wrapped
      }
      throw new Refused(stage, error);
    }
  }

  private static String said(Throwable error) {
    StringBuilder message = new StringBuilder(error.toString());
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (message.indexOf(cause.toString()) < 0) message.append(": ").append(cause);
    }
    return message.substring(0, Math.min(message.length(), LONGEST_MESSAGE));
  }

  /** Who is answering: the version of the first artifact, and of all that it stands on. */
  static Map<String, Object> describe(String name, String... artifacts) {
    Map<String, String> libraries = new LinkedHashMap<>();
    for (String artifact : artifacts) libraries.put(artifact, versionOf(artifact));
    libraries.put("java", Runtime.version().toString());
    String version = libraries.values().iterator().next();
    return Map.of("name", name, "version", version, "language", "java", "libraries", libraries);
  }

  /** What Maven wrote into the artifact when it was built. */
  private static String versionOf(String artifact) {
    String place = "/META-INF/maven/" + artifact.replace(':', '/') + "/pom.properties";
    try (InputStream stream = ZarrAdapter.class.getResourceAsStream(place)) {
      Properties properties = new Properties();
      properties.load(stream);
      return properties.getProperty("version");
    } catch (IOException error) {
      throw new IllegalStateException(artifact + " does not say its version", error);
    }
  }

  /** The answer to "read": the little-endian bytes of all elements, in C order. */
  static Map<String, Object> elements(String dataType, Object shape, ByteBuffer values) {
    byte[] bytes = new byte[values.remaining()];
    values.duplicate().get(bytes);
    String encoded = Base64.getEncoder().encodeToString(bytes);
    return Map.of("data_type", dataType, "shape", shape, "elements", encoded);
  }

  /** The answer to "read" for strings of any length, in C order. */
  static Map<String, Object> strings(Object shape, List<String> values) {
    return Map.of("data_type", "string", "shape", shape, "elements", values);
  }

  /** The elements of a question: the little-endian bytes of all of them, in C order. */
  static ByteBuffer values(JsonNode elements) throws IOException {
    byte[] bytes = elements.get("elements").binaryValue();
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements of a question that are strings of any length, in C order. */
  static List<String> stringValues(JsonNode elements) {
    List<String> values = new ArrayList<>();
    for (JsonNode item : elements.get("elements")) values.add(item.asText());
    return values;
  }

  /** Answer until told to stop: there is a function for each question known here. */
  static void serve(Map<String, Object> description, Map<String, Question> questions) {
    System.setOut(System.err); // standard output is the protocol's alone
    try (OutputStream answers = new FileOutputStream(FileDescriptor.out)) {
      answerAll(answers, description, questions);
      System.exit(0); // whatever threads a library has
    } catch (Throwable fault) { // of the adapter, or of the machine: never a refusal
      fault.printStackTrace();
      System.exit(1);
    }
  }

  private static void answerAll(
      OutputStream answers, Map<String, Object> description, Map<String, Question> questions)
      throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode message = JSON.readTree(line);
      var members = message.properties().stream();
      var question = members.filter(member -> !member.getKey().equals("id")).findFirst().get();
      if (question.getKey().equals("stop")) return;
      Map<String, Object> said = new LinkedHashMap<>(answer(question, description, questions));
      said.put("id", message.get("id"));
      answers.write((JSON.writeValueAsString(said) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Map<String, Object> answer(
      Map.Entry<String, JsonNode> question,
      Map<String, Object> description,
      Map<String, Question> questions)
      throws Exception {
    String name = question.getKey();
    if (name.equals("describe")) return Map.of("returned", description);
    try {
      if (!questions.containsKey(name)) {
        throw new Unsupported("this adapter does not know how to " + name);
      }
      return Map.of("returned", questions.get(name).ask(question.getValue()));
    } catch (Refused refusal) {
      return Map.of("refused", Map.of("stage", refusal.stage, "message", refusal.getMessage()));
    } catch (Unsupported reason) {
      return Map.of("unsupported", Map.of("message", reason.getMessage()));
    }
  }
}
