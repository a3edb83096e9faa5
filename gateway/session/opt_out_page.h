// Opting out of optional mails by the link in the mail (RFC 8058), without login:
//   GET  /varsel/avmeld/{token}   a page with a button; changes nothing, because mail scanners open
//                                 every link
//   POST /varsel/avmeld/{token}   opts out: by the button, or at once by a mail program
#ifndef GATEWAY_SESSION_OPT_OUT_PAGE_H_
#define GATEWAY_SESSION_OPT_OUT_PAGE_H_

#include <memory>
#include <string>
#include <utility>

#include "gateway/doors/http_server.h"
#include "gateway/session/opt_out.h"
#include "lib/rpc/worker_pool.h"

namespace ip::gateway {

class OptOutPage {
 public:
  // Without `opt_out` nothing is served. `workers` must outlive the page.
  OptOutPage(OptOut opt_out, rpc::WorkerPool* workers)
      : opt_out_(std::move(opt_out)), workers_(*workers) {}

  // Answers (also later) and returns true when the path is the one above. The token is the whole
  // authority, so neither session nor origin is looked at.
  bool Serve(const std::shared_ptr<Exchange>& exchange);

 private:
  HttpResponse TakeOut(const std::string& token);

  const OptOut opt_out_;
  rpc::WorkerPool& workers_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_OPT_OUT_PAGE_H_
