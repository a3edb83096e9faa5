#include "gateway/doors/connect.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/doors/connect_wire.h"
#include "gateway/doors/forward.h"
#include "gateway/doors/http_message.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

// curl's and wget's own, when nobody says anything. A page of another site can send it too, so it
// stands for JSON only where no cookie counts.
constexpr char kFormType[] = "application/x-www-form-urlencoded";

std::optional<Dress> DressOfRequest(const HttpRequest& request, const std::string& cookie) {
  const std::string type = Header(request, "content-type");
  if (MediaType(type) == kFormType && Cookie(request, cookie).empty()) {
    return DressOf("application/json");
  }
  return DressOf(type);
}

absl::Status CheckEncoding(const HttpRequest& request) {
  for (const char* name : {"content-encoding", "connect-content-encoding", "grpc-encoding"}) {
    const std::string encoding = Header(request, name);
    if (!encoding.empty() && encoding != "identity") {
      return Error(absl::StatusCode::kUnimplemented, "COMPRESSION_UNKNOWN",
                   "Compressed requests are not read here; send them as they are.");
    }
  }
  return absl::OkStatus();
}

}  // namespace

// One call on its way through: who, what, there and back. Kept alive by whoever works for it.
class ConnectCall : public std::enable_shared_from_this<ConnectCall> {
 public:
  ConnectCall(ConnectDoor* door, std::shared_ptr<Exchange> exchange, const Method* method,
              const Dress& dress)
      : door_(*door),
        exchange_(std::move(exchange)),
        method_(*method),
        dress_(dress),
        record_(dress.name, method, Header(exchange_->request(), "traceparent"),
                Header(exchange_->request(), "x-correlation-id")) {}

  void Begin() {
    const HttpRequest& request = exchange_->request();
    if (auto status = CheckEncoding(request); !status.ok()) return Fail(status);
    const bool grpc_web = dress_.protocol == Dress::kGrpcWeb;
    const auto timeout = grpc_web ? GrpcTimeout(Header(request, "grpc-timeout"))
                                  : ConnectTimeout(Header(request, "connect-timeout-ms"));
    if (!timeout.ok()) return Fail(timeout.status());
    deadline_ = CapDeadline(method_, record_.arrival(), record_.arrival() + *timeout);

    Credentials credentials = CredentialsOf(*exchange_, door_.session_cookie_);
    if (!credentials.session.empty()) {
      if (auto status = CheckSameOrigin(request); !status.ok()) return Fail(status);
    }
    door_.gate_.Admit(method_, std::move(credentials),
                      [self = shared_from_this()](absl::StatusOr<Pass> pass) {
                        if (!pass.ok()) return self->Fail(pass.status());
                        self->Forward(*pass);
                      });
  }

 private:
  void Forward(const Pass& pass) {
    record_.SetCaller(pass.caller);
    const auto message = Message();
    if (!message.ok()) return Fail(message.status());
    const ForwardOptions options{door_.backends_[method_.route], method_, pass, record_, deadline_};
    const auto self = shared_from_this();
    if (method_.unary) {
      forwarded_ =
          ForwardUnary(options, *message, [self](const absl::Status& status, std::string response) {
            self->Answer(status, std::move(response));
          });
    } else {
      BeginStream();
      forwarded_ = ForwardStream(
          options, *message,
          [self](std::string piece, std::function<void(bool)> next) {
            self->Piece(std::move(piece), std::move(next));
          },
          [self](const absl::Status& status) { self->EndStream(status); });
    }
    exchange_->OnGone([call = forwarded_] { call->Cancel(); });
  }

  // The request's message in wire form.
  absl::StatusOr<std::string> Message() const {
    const std::string& body = exchange_->request().body();
    std::string message;
    if (dress_.protocol == Dress::kConnectUnary) {
      message = body;
    } else {
      auto opened = OpenEnvelope(body);
      if (!opened.ok()) return opened.status();
      message = *std::move(opened);
    }
    if (!dress_.json) return message;
    return door_.codec_.ToWire(method_.descriptor->input_type(), message);
  }

  absl::StatusOr<std::string> Dressed(std::string wire) const {
    if (!dress_.json) return wire;
    return door_.codec_.ToJson(method_.descriptor->output_type(), wire);
  }

  void Answer(const absl::Status& status, std::string wire) {
    if (!status.ok()) return Fail(status);
    auto body = Dressed(std::move(wire));
    if (!body.ok()) return Fail(body.status());
    record_.Done(absl::StatusCode::kOk, "");
    if (dress_.protocol == Dress::kGrpcWeb) {
      *body = absl::StrCat(Envelope(*body), GrpcWebEnd(absl::OkStatus()));
    }
    exchange_->Reply(MakeResponse(200, dress_.content_type, *std::move(body)));
  }

  // An error before anything was sent.
  void Fail(const absl::Status& status) {
    record_.Done(status.code(), ReasonOf(status));
    if (dress_.protocol == Dress::kConnectUnary) return exchange_->Reply(ErrorResponse(status));
    exchange_->Reply(MakeResponse(200, dress_.content_type, End(status)));
  }

  std::string End(const absl::Status& status) const {
    return dress_.protocol == Dress::kGrpcWeb ? GrpcWebEnd(status) : ConnectEnd(status);
  }

  void BeginStream() {
    const HttpResponse head = MakeResponse(200, dress_.content_type, "");
    exchange_->BeginStream(head.base());
  }
  void Piece(std::string wire, std::function<void(bool)> next) {
    auto body = Dressed(std::move(wire));
    if (!body.ok()) return next(false);
    exchange_->Write(Envelope(*body), std::move(next));
  }
  void EndStream(const absl::Status& status) {
    record_.Done(status.code(), ReasonOf(status));
    exchange_->Write(End(status),
                     [self = shared_from_this()](bool) { self->exchange_->EndStream(); });
  }

  ConnectDoor& door_;
  const std::shared_ptr<Exchange> exchange_;
  const Method& method_;
  const Dress dress_;
  CallRecord record_;
  absl::Time deadline_;
  std::shared_ptr<Forwarded> forwarded_;
};

bool ConnectDoor::Serves(std::string_view path) {
  // "/a.b.Service/Method"
  const size_t slash = path.find('/', 1);
  if (path.empty() || path[0] != '/' || slash == path.npos || slash + 1 == path.size())
    return false;
  const std::string_view service = path.substr(1, slash - 1);
  const std::string_view method = path.substr(slash + 1);
  const size_t dot = service.rfind('.');
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return dot != service.npos && dot + 1 < service.size() &&
         std::isupper(static_cast<unsigned char>(service[dot + 1])) != 0 &&
         std::all_of(service.begin(), service.end(), [&](char c) { return word(c) || c == '.'; }) &&
         std::all_of(method.begin(), method.end(), word);
}

void ConnectDoor::Handle(std::shared_ptr<Exchange> exchange) {
  const HttpRequest& request = exchange->request();
  const Method* method = methods_.Find(PathOf(request));
  const auto refuse = [&](int http, absl::StatusCode code, std::string_view reason,
                          std::string_view message, const char* name = nullptr,
                          const char* value = nullptr) {
    CallRecord("connect", method, Header(request, "traceparent"), "").Done(code, reason);
    HttpResponse response = ErrorResponse(Error(code, reason, message), http);
    if (name != nullptr) response.set(name, value);
    exchange->Reply(std::move(response));
  };
  if (method == nullptr) {
    return refuse(404, absl::StatusCode::kUnimplemented, "RPC_UNKNOWN",
                  "There is no such RPC here. Look at the API's contract for its path.");
  }
  if (request.method() != http::verb::post) {
    return refuse(405, absl::StatusCode::kUnimplemented, "HTTP_METHOD_WRONG",
                  "RPCs are called with POST.", "Allow", "POST");
  }
  const auto dress = DressOfRequest(request, session_cookie_);
  const bool fits = dress && (dress->protocol == Dress::kGrpcWeb ||
                              method->unary == (dress->protocol == Dress::kConnectUnary));
  if (!fits || method->descriptor->client_streaming()) {
    const char* types = method->unary
                            ? "application/json, application/proto, application/grpc-web+proto"
                            : "application/connect+json, application/connect+proto, "
                              "application/grpc-web+proto";
    return refuse(415, absl::StatusCode::kInvalidArgument, "CONTENT_TYPE_WRONG",
                  method->descriptor->client_streaming()
                      ? "This RPC takes a stream of requests; it needs gRPC over HTTP/2."
                      : absl::StrCat("The Content-Type must be one of: ", types, "."),
                  "Accept-Post", types);
  }
  std::make_shared<ConnectCall>(this, std::move(exchange), method, *dress)->Begin();
}

}  // namespace ip::gateway
