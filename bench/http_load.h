// A closed loop of HTTP/1.1 calls, each connection in a thread of its own.
#ifndef BENCH_HTTP_LOAD_H_
#define BENCH_HTTP_LOAD_H_

#include <cstddef>
#include <string>
#include <vector>

#include "bench/harness.h"

namespace ip::bench {

struct HttpTarget {
  int port = 0;  // on this machine
  int connections = 32;
  std::string path;
  std::string content_type;
  std::string body;
  std::string token;
};

// One kept connection. Answers other than 200, and answers without a length, end the program.
class HttpConnection {
 public:
  explicit HttpConnection(const HttpTarget& target);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;

  void Call();

 private:
  const int socket_;
  const std::string request_;
  std::string buffer_;
};

Work HttpLoop(const HttpTarget& target);

}  // namespace ip::bench

#endif  // BENCH_HTTP_LOAD_H_
