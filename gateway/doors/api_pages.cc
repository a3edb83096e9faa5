#include "gateway/doors/api_pages.h"

#include <map>
#include <string>

#include "gateway/doors/http_message.h"
#include "gateway/doors/page.h"

// Put into the binary by the linker: see gateway/CMakeLists.txt.
extern "C" const char _binary_openapi_json_start[];
extern "C" const char _binary_openapi_json_end[];
extern "C" const char _binary_reference_html_start[];
extern "C" const char _binary_reference_html_end[];
extern "C" const char _binary_reference_css_start[];
extern "C" const char _binary_reference_css_end[];

namespace ip::gateway {
namespace {

const std::map<std::string_view, Page>& Pages() {
  static const auto* pages = [] {
    auto* made = new std::map<std::string_view, Page>;
    const auto add = [made](const char* path, const char* type, const char* begin,
                            const char* end) {
      made->emplace(path, MakePage(type, std::string(begin, end)));
    };
    add("/api/", "text/html; charset=utf-8", _binary_reference_html_start,
        _binary_reference_html_end);
    add("/api/reference.css", "text/css; charset=utf-8", _binary_reference_css_start,
        _binary_reference_css_end);
    add("/api/openapi.json", "application/json", _binary_openapi_json_start,
        _binary_openapi_json_end);
    return made;
  }();
  return *pages;
}

}  // namespace

std::optional<HttpResponse> ApiPage(const HttpRequest& request) {
  std::string_view path = PathOf(request);
  if (path == "/api") path = "/api/";
  const auto page = Pages().find(path);
  if (page == Pages().end()) return std::nullopt;
  if (!IsRead(request)) return OnlyForReading();
  return AnswerWith(page->second, request, "no-cache");
}

}  // namespace ip::gateway
