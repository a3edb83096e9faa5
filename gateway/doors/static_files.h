// The web app's files.
#ifndef GATEWAY_DOORS_STATIC_FILES_H_
#define GATEWAY_DOORS_STATIC_FILES_H_

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "gateway/doors/http_server.h"
#include "gateway/doors/page.h"

namespace ip::gateway {

// Thread-safe. Files are kept in memory, compressed too, until they change on disk.
class StaticFiles {
 public:
  // `root` is the folder of the built app; "" serves nothing.
  explicit StaticFiles(std::string root) : root_(std::move(root)) {}

  // A file of the folder, or index.html for a path of the app itself (one without a dot in its last
  // part). Built files with a hash in their name may be kept for ever, everything else is asked for
  // again. 404 otherwise, 405 for anything but GET and HEAD.
  HttpResponse Answer(const HttpRequest& request);

 private:
  struct Kept {
    std::filesystem::file_time_type changed;
    std::shared_ptr<const Page> page;
  };
  // Null when there is no such file.
  std::shared_ptr<const Page> Find(const std::string& path);

  const std::string root_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_STATIC_FILES_H_
