# What both examples share: a channel that sends a token, tokens for systems, errors in full.
require "grpc"
require "json"
require "net/http"
require "google/rpc/error_details_pb"
require "google/rpc/status_pb"

GATEWAY = ENV.fetch("IP_GATEWAY", "localhost:8080")
ISSUER = ENV.fetch("IP_ISSUER", "http://localhost:8082")

# UNAVAILABLE alone may be tried again (docs/api.md); the request ids make repeated changes one change.
RETRIES = JSON.generate("methodConfig" => [{ "name" => [{}], "retryPolicy" => {
  "maxAttempts" => 4, "initialBackoff" => "0.5s", "maxBackoff" => "2s", "backoffMultiplier" => 2,
  "retryableStatusCodes" => ["UNAVAILABLE"] } }])

# One per process; the stub is thread-safe.
def connect(service)
  service::Stub.new(GATEWAY, :this_channel_is_insecure, timeout: 5,
                    channel_args: { "grpc.service_config" => RETRIES })
end

# A system's token by client credentials. It lasts ten minutes: ask again when it has run out.
def system_token(scope)
  found = JSON.parse(Net::HTTP.get(URI("#{ISSUER}/.well-known/openid-configuration")))
  endpoint = URI(found["token_endpoint"])
  request = Net::HTTP::Post.new(endpoint)
  request.basic_auth(ENV.fetch("IP_CLIENT_ID", "fjordvik-journal"), ENV.fetch("IP_CLIENT_SECRET"))
  request.set_form_data("grant_type" => "client_credentials", "scope" => scope)
  answer = Net::HTTP.start(endpoint.host, endpoint.port, use_ssl: endpoint.scheme == "https") do |http|
    http.request(request)
  end
  abort "no token: HTTP #{answer.code}" unless answer.is_a?(Net::HTTPSuccess)
  JSON.parse(answer.body)["access_token"]
end

# Runs an example; shows an error as the API means it: code, message, reason, every violation.
def run
  yield
rescue GRPC::BadStatus => e
  warn "#{e.class.name.split("::").last}: #{e.details}"
  details = e.metadata["grpc-status-details-bin"]
  exit 1 unless details
  Google::Rpc::Status.decode(details).details.each do |detail|
    [Google::Rpc::ErrorInfo, Google::Rpc::BadRequest, Google::Rpc::PreconditionFailure].each do |kind|
      warn detail.unpack(kind).to_json if detail.is(kind)
    end
  end
  exit 1
end
