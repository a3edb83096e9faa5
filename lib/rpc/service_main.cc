#include "lib/rpc/service_main.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <exception>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/fault.h"
#include "lib/base/log.h"
#include "lib/rpc/flags.h"
#include "lib/rpc/server.h"
#include "lib/rpc/spans.h"

namespace ip::rpc {
namespace {

Severity SeverityFromFlag() {
  const std::string level = absl::GetFlag(FLAGS_log_level);
  if (level == "debug") return Severity::kDebug;
  if (level == "warning") return Severity::kWarning;
  if (level == "error") return Severity::kError;
  return Severity::kInfo;
}

// What libraries have to say goes into the same log, one JSON object per line.
void RedirectLibraryLogs() {
  gpr_set_log_function([](gpr_log_func_args* args) {
    Log(args->severity == GPR_LOG_SEVERITY_ERROR ? Severity::kWarning : Severity::kDebug, "grpc",
        {{"message", std::string(args->message)}});
  });
  google::protobuf::SetLogHandler(
      [](google::protobuf::LogLevel level, const char*, int, const std::string& message) {
        Log(level >= google::protobuf::LOGLEVEL_ERROR ? Severity::kWarning : Severity::kDebug,
            "protobuf", {{"message", message}});
      });
}

absl::Status Guarded(const std::function<absl::Status()>& serve) {
  try {
    return serve();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("exception: ", e.what()));
  }
}

}  // namespace

int ServiceMain(int argc, char** argv, std::string_view service, std::string_view usage,
                const std::function<absl::Status()>& serve) {
  BlockStopSignals();
  ParseFlags(argc, argv, usage);
  InitLog(service, SeverityFromFlag());
  RedirectLibraryLogs();
  const std::string name(service);
  SetErrorDomain(absl::StrCat(name.substr(0, name.rfind("-service")), ".individuellplan"));
  const std::string collector = absl::GetFlag(FLAGS_otlp_endpoint);
  if (!collector.empty()) StartSpans(collector, service);
  absl::Status status = CheckFaultPoint(InProduction());
  if (status.ok()) status = Guarded(serve);
  StopSpans();
  if (status.ok()) return 0;
  Log(Severity::kError, "cannot_serve",
      {{"code", absl::StatusCodeToString(status.code())}, {"why", std::string(status.message())}});
  return 1;
}

absl::Status ServeUntilStopped(Router router, ServerOptions options) {
  if (InProduction() && options.tls.ca_file.empty() && !IsLocalAddress(options.listen)) {
    return absl::FailedPreconditionError(
        "--env=prod serves other machines with mTLS only: give --tls_cert_file, --tls_key_file and "
        "--tls_client_ca_file, or listen on 127.0.0.1 or unix:");
  }
  auto server = Server::Start(std::move(router), std::move(options));
  if (!server.ok()) return server.status();
  (*server)->Run();
  return absl::OkStatus();
}

}  // namespace ip::rpc
