#include "gateway/doors/connect_wire.h"

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/doors/json.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned char kCompressed = 0x01;
constexpr unsigned char kConnectEndFlag = 0x02;
constexpr unsigned char kGrpcWebEndFlag = 0x80;
constexpr size_t kEnvelopeHead = 5;

absl::string_view View(std::string_view s) { return {s.data(), s.size()}; }

std::string Base64(const std::string& bytes) {
  std::string text = absl::Base64Escape(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

Json DebugOf(const google::protobuf::Any& detail, const std::string& type) {
  static const auto* codec = new JsonCodec(google::protobuf::DescriptorPool::generated_pool());
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return nullptr;
  const auto text = codec->ToJson(descriptor, detail.value());
  return text.ok() ? Json::parse(*text, nullptr, false) : Json(nullptr);
}

Json ErrorObject(const absl::Status& status) {
  const google::rpc::Status wire = ToRpcStatus(status);
  Json error = {{"code", ConnectCode(status.code())}, {"message", wire.message()}};
  for (const auto& detail : wire.details()) {
    const std::string type = detail.type_url().substr(detail.type_url().rfind('/') + 1);
    Json item = {{"type", type}, {"value", Base64(detail.value())}};
    if (const Json debug = DebugOf(detail, type); debug.is_object()) item["debug"] = debug;
    error["details"].push_back(item);
  }
  return error;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return out;
}

absl::Status BadTimeout(const char* header) {
  return Error(absl::StatusCode::kInvalidArgument, "TIMEOUT_INVALID",
               absl::StrCat("The header ", header, " is not a valid time."));
}

}  // namespace

std::string MediaType(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(View(type)));
}

std::optional<Dress> DressOf(std::string_view content_type) {
  static constexpr struct {
    const char* type;
    Dress dress;
  } kDresses[] = {
      {"application/json", {Dress::kConnectUnary, true, "application/json", "connect+json"}},
      {"application/proto", {Dress::kConnectUnary, false, "application/proto", "connect+proto"}},
      {"application/connect+json",
       {Dress::kConnectStream, true, "application/connect+json", "connect-stream+json"}},
      {"application/connect+proto",
       {Dress::kConnectStream, false, "application/connect+proto", "connect-stream+proto"}},
      {"application/grpc-web", {Dress::kGrpcWeb, false, "application/grpc-web+proto", "grpc-web"}},
      {"application/grpc-web+proto",
       {Dress::kGrpcWeb, false, "application/grpc-web+proto", "grpc-web"}},
  };
  const std::string type = MediaType(content_type);
  for (const auto& known : kDresses) {
    if (type == known.type) return known.dress;
  }
  return std::nullopt;
}

std::string ConnectCode(absl::StatusCode code) {
  if (code == absl::StatusCode::kCancelled) return "canceled";
  return absl::AsciiStrToLower(absl::StatusCodeToString(code));
}

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

std::string ConnectError(const absl::Status& status) { return Dump(ErrorObject(status)); }

std::string Envelope(std::string_view message, unsigned char flags) {
  const auto size = static_cast<uint32_t>(message.size());
  std::string out;
  out.reserve(message.size() + kEnvelopeHead);
  out.push_back(static_cast<char>(flags));
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>((size >> shift) & 0xff));
  out.append(message);
  return out;
}

absl::StatusOr<std::string> OpenEnvelope(std::string_view body) {
  const auto malformed = [](const char* why) {
    return Error(absl::StatusCode::kInvalidArgument, "ENVELOPE_MALFORMED", why);
  };
  if (body.size() < kEnvelopeHead) {
    return malformed("The body must be one message in an envelope: flags, length, message.");
  }
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(body[i]); };
  if ((byte(0) & kCompressed) != 0) {
    return Error(absl::StatusCode::kUnimplemented, "COMPRESSION_UNKNOWN",
                 "Compressed messages are not read here; send them as they are.");
  }
  if (byte(0) != 0) return malformed("The envelope of the request has unknown flags.");
  const size_t size =
      (size_t{byte(1)} << 24) | (size_t{byte(2)} << 16) | (size_t{byte(3)} << 8) | size_t{byte(4)};
  if (size != body.size() - kEnvelopeHead) {
    return malformed("The length in the envelope is not that of the one message in the body.");
  }
  return std::string(body.substr(kEnvelopeHead));
}

std::string ConnectEnd(const absl::Status& status) {
  Json end = Json::object();
  if (!status.ok()) end["error"] = ErrorObject(status);
  return Envelope(Dump(end), kConnectEndFlag);
}

std::string GrpcWebEnd(const absl::Status& status) {
  std::string trailers = absl::StrCat("grpc-status: ", static_cast<int>(status.code()), "\r\n");
  if (!status.ok()) {
    const google::rpc::Status wire = ToRpcStatus(status);
    absl::StrAppend(&trailers, "grpc-message: ", PercentEncode(wire.message()), "\r\n",
                    "grpc-status-details-bin: ", Base64(wire.SerializeAsString()), "\r\n");
  }
  return Envelope(trailers, kGrpcWebEndFlag);
}

absl::StatusOr<absl::Duration> ConnectTimeout(std::string_view header) {
  if (header.empty()) return absl::InfiniteDuration();
  int64_t milliseconds = 0;
  if (header.size() > 10 || header.find_first_not_of("0123456789") != header.npos ||
      !absl::SimpleAtoi(View(header), &milliseconds)) {
    return BadTimeout("Connect-Timeout-Ms");
  }
  return absl::Milliseconds(milliseconds);
}

absl::StatusOr<absl::Duration> GrpcTimeout(std::string_view header) {
  if (header.empty()) return absl::InfiniteDuration();
  int64_t count = 0;
  const std::string_view digits = header.substr(0, header.size() - 1);
  if (digits.size() > 8 || digits.find_first_not_of("0123456789") != digits.npos ||
      !absl::SimpleAtoi(View(digits), &count)) {
    return BadTimeout("grpc-timeout");
  }
  switch (header.back()) {
    case 'H':
      return absl::Hours(count);
    case 'M':
      return absl::Minutes(count);
    case 'S':
      return absl::Seconds(count);
    case 'm':
      return absl::Milliseconds(count);
    case 'u':
      return absl::Microseconds(count);
    case 'n':
      return absl::Nanoseconds(count);
    default:
      return BadTimeout("grpc-timeout");
  }
}

}  // namespace ip::gateway
