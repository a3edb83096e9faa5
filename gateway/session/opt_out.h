// The gateway's own call to notification-service. Apart from the page, because Boost.Asio brings
// netdb.h, whose macros break the generated header.
#ifndef GATEWAY_SESSION_OPT_OUT_H_
#define GATEWAY_SESSION_OPT_OUT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/auth/internal_token.h"
#include "lib/rpc/options.h"

namespace ip::gateway {

// Opts out by the token of a mail. Errors: those of NotificationService.OptOut.
using OptOut = std::function<absl::Status(const std::string& token)>;

// Empty when there is no `target`. Errors: those of rpc::MakeChannel. `signer` must outlive it.
absl::StatusOr<OptOut> MakeOptOut(const std::string& target, const rpc::TlsFiles& tls,
                                  auth::TokenSigner* signer);

}  // namespace ip::gateway

#endif  // GATEWAY_SESSION_OPT_OUT_H_
