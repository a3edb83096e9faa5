#include "gateway/doors/static_files.h"

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

std::shared_ptr<const Page> StaticFiles::Find(const std::string& path) {
  const std::string file = root_ + path;
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(file, error);
  if (root_.empty() || error) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto kept = kept_.find(path);
  if (kept != kept_.end() && kept->second.changed == changed) return kept->second.page;
  auto content = Read(file);
  if (!content) return nullptr;
  auto page = std::make_shared<const Page>(MakePage(TypeOf(path), *std::move(content)));
  kept_[path] = {changed, page};
  return page;
}

HttpResponse StaticFiles::Answer(const HttpRequest& request) {
  if (!IsRead(request)) return OnlyForReading();
  std::string path(PathOf(request));
  const bool of_the_app = path.find('.', path.rfind('/')) == path.npos;
  if (!of_the_app && !IsPlain(path)) return NotFoundPage();
  if (of_the_app) path = "/index.html";
  const auto page = Find(path);
  if (page == nullptr) return PathOf(request) == "/" ? Nothing() : NotFoundPage();
  if (absl::StartsWith(path, kHashed)) {
    return AnswerWith(*page, request, "public, max-age=31536000, immutable");
  }
  return AnswerWith(*page, request, of_the_app ? "no-store" : "no-cache");
}

}  // namespace ip::gateway
