import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.Status;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** What both examples share: a channel, tokens, errors in full. */
final class Connect {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  static String setting(String name, String otherwise) {
    String value = System.getenv().getOrDefault(name, otherwise);
    if (value == null) throw new IllegalStateException("set " + name + "; see README.md");
    return value;
  }

  /** One per process. */
  static ManagedChannel channel() {
    // UNAVAILABLE alone may be tried again (docs/api.md); the request ids make repeated changes one change.
    Map<String, Object> retries = Map.of("methodConfig", List.of(Map.of(
        "name", List.of(Map.of()),
        "retryPolicy", Map.of(
            "maxAttempts", 4.0, "initialBackoff", "0.5s", "maxBackoff", "2s", "backoffMultiplier", 2.0,
            "retryableStatusCodes", List.of("UNAVAILABLE")))));
    return ManagedChannelBuilder.forTarget(setting("IP_GATEWAY", "localhost:8080"))
        .usePlaintext().defaultServiceConfig(retries).enableRetry().build();
  }

  /** Sends the token with each call. */
  static CallCredentials bearer(String token) {
    return new CallCredentials() {
      @Override
      public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token);
        applier.apply(headers);
      }

      @Override
      public void thisUsesUnstableApi() {}
    };
  }

  /** A system's token by client credentials. It lasts ten minutes: ask again when it has run out. */
  static String systemToken(String scope) throws IOException, InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    String issuer = setting("IP_ISSUER", "http://localhost:8082");
    String endpoint = json(http.send(
        HttpRequest.newBuilder(URI.create(issuer + "/.well-known/openid-configuration")).build(),
        HttpResponse.BodyHandlers.ofString()).body(), "token_endpoint");
    String client = setting("IP_CLIENT_ID", "fjordvik-journal") + ":" + setting("IP_CLIENT_SECRET", null);
    HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint))
        .header("authorization", "Basic " + Base64.getEncoder().encodeToString(client.getBytes(StandardCharsets.UTF_8)))
        .header("content-type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(
            "grant_type=client_credentials&scope=" + URLEncoder.encode(scope, StandardCharsets.UTF_8)))
        .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IOException("no token: HTTP " + answer.statusCode());
    return json(answer.body(), "access_token");
  }

  private static String json(String text, String field) throws InvalidProtocolBufferException {
    Struct.Builder found = Struct.newBuilder();
    JsonFormat.parser().merge(text, found);
    return found.getFieldsOrThrow(field).getStringValue();
  }

  /** The error as the API means it: code, message, reason, every violation. */
  static void explain(StatusRuntimeException error) throws InvalidProtocolBufferException {
    System.err.println(error.getStatus().getCode() + ": " + error.getStatus().getDescription());
    byte[] details = error.getTrailers() == null ? null : error.getTrailers().get(DETAILS);
    if (details == null) return;
    List<Class<? extends Message>> kinds = List.of(ErrorInfo.class, BadRequest.class, PreconditionFailure.class);
    for (Any detail : Status.parseFrom(details).getDetailsList()) {
      for (Class<? extends Message> kind : kinds) {
        if (detail.is(kind)) System.err.print(detail.unpack(kind));
      }
    }
  }

  private Connect() {}
}
