#include "gateway/doors/static_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/doors/http_message.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"

namespace ip::gateway {
namespace {

// Vite puts everything with a hash in its name here.
constexpr char kHashed[] = "/assets/";

constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

const char* TypeOf(const std::string& path) {
  static constexpr struct {
    const char* ending;
    const char* type;
  } kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
  };
  for (const auto& known : kTypes) {
    if (absl::EndsWith(path, known.ending)) return known.type;
  }
  return "application/octet-stream";
}

// Only plain names, so that no path leads out of the folder or to a hidden file.
bool IsPlain(std::string_view path) {
  if (path.empty() || path[0] != '/') return false;
  char before = 0;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_' || c == '~';
    if (!plain || (c == '.' && (before == '/' || before == '.'))) return false;
    before = c;
  }
  return true;
}

std::optional<std::string> Read(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) return std::nullopt;
  return content.str();
}

// So that a login without a web app ends somewhere.
HttpResponse Nothing() {
  return MakeResponse(200, "text/plain; charset=utf-8",
                      "individuell plan: no web app is installed here. The API answers.\n");
}

HttpResponse NotFoundPage() {
  return ErrorResponse(
      Error(absl::StatusCode::kNotFound, "PAGE_UNKNOWN", "There is nothing at this address."));
}

}  // namespace

HttpResponse StaticFiles::Answer(const HttpRequest& request) const {
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    HttpResponse response =
        ErrorResponse(Error(absl::StatusCode::kUnimplemented, "HTTP_METHOD_WRONG",
                            "There is nothing to send to at this address."),
                      405);
    response.set(http::field::allow, "GET, HEAD");
    return response;
  }
  std::string path(PathOf(request));
  const bool of_the_app = path.find('.', path.rfind('/')) == path.npos;
  if (!of_the_app && !IsPlain(path)) return NotFoundPage();
  if (of_the_app) path = "/index.html";
  // The build leaves the gzip of each text beside it.
  const bool takes_gzip = absl::StrContains(Header(request, "accept-encoding"), "gzip");
  auto content = root_.empty() || !takes_gzip ? std::nullopt : Read(root_ + path + ".gz");
  const bool packed = content.has_value();
  if (!packed && !root_.empty()) content = Read(root_ + path);
  if (!content) return PathOf(request) == "/" ? Nothing() : NotFoundPage();

  HttpResponse response = MakeResponse(200, TypeOf(path), *std::move(content));
  response.set(http::field::vary, "accept-encoding");
  if (packed) response.set(http::field::content_encoding, "gzip");
  if (absl::StartsWith(path, kHashed)) {
    response.set(http::field::cache_control, "public, max-age=31536000, immutable");
  } else if (!of_the_app) {
    response.set(http::field::cache_control, "no-cache");
  }
  response.set("Content-Security-Policy", kPolicy);
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  return response;
}

}  // namespace ip::gateway
