// Answers with files: caching, compression and the headers that keep a page safe.
#ifndef GATEWAY_DOORS_PAGE_H_
#define GATEWAY_DOORS_PAGE_H_

#include <string>
#include <string_view>

#include "gateway/doors/http_server.h"

namespace ip::gateway {

struct Page {
  std::string type;  // its Content-Type
  std::string content;
  std::string gzip;  // "" when compression does not pay
  std::string etag;
};

Page MakePage(std::string_view type, std::string content);

// The page, compressed for those who take that; 304 for those who have it already.
HttpResponse AnswerWith(const Page& page, const HttpRequest& request,
                        std::string_view cache_control);

// 405 for anything but GET and HEAD, which is never asked of pages. Nothing otherwise.
bool IsRead(const HttpRequest& request);
HttpResponse OnlyForReading();

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_PAGE_H_
