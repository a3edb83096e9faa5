#include "lib/rpc/flags.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/rpc/peers.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0",
          "Address for gRPC: host:port (port 0 takes a free one) or unix:/path.");
ABSL_FLAG(int, workers, 16, "Calls that run at once; one database session each. 1 to 256.");
ABSL_FLAG(int, max_streams, 256, "Server streams that are open at once.");
ABSL_FLAG(bool, reflection, true, "Lets tools such as grpcurl ask for the contract.");
ABSL_FLAG(
    std::string, metrics_address, "",
    "Address of the admin HTTP port that serves /metrics, e.g. 127.0.0.1:9100; empty for none.");
ABSL_FLAG(std::string, health_address, "",
          "Address that serves gRPC health without TLS and nothing else, for probes that have no "
          "certificate, e.g. 0.0.0.0:7200; empty for none (--listen serves it too).");
ABSL_FLAG(
    std::string, otlp_endpoint, "",
    "OpenTelemetry collector for spans, e.g. http://127.0.0.1:4318/v1/traces; empty for none.");
ABSL_FLAG(std::string, tls_cert_file, "",
          "Our certificate chain (PEM), for our server and for our calls; empty for no TLS.");
ABSL_FLAG(std::string, tls_key_file, "", "The private key (PEM) of --tls_cert_file.");
ABSL_FLAG(std::string, tls_client_ca_file, "",
          "CA (PEM) whose clients may connect; empty lets any client connect.");
ABSL_FLAG(std::string, tls_server_ca_file, "",
          "CA (PEM) that vouches for the services we call; empty calls them without TLS.");
ABSL_FLAG(
    std::string, peer_rpcs, "",
    "With --tls_client_ca_file: what each peer may call, by the name in its certificate, e.g. "
    "gateway=*;referral-service=package.Service/Method,package.Service/. Empty: what the "
    "method rules allow.");
ABSL_FLAG(int, drain_seconds, 10, "On stop: how long calls in flight may take to finish.");
ABSL_FLAG(int, detection_seconds, -1,
          "On stop: how long health says NOT_SERVING before new calls are refused. "
          "-1 means 5 in prod and 0 in dev.");
ABSL_FLAG(std::string, env, "dev", "dev or prod; prod refuses developers' conveniences.");
ABSL_FLAG(std::string, log_level, "info",
          "Least severity that is logged: debug, info, warning, error.");
ABSL_FLAG(std::string, internal_jwks_file, "",
          "Public keys (JWKS) that verify the internal tokens of gateway and services.");
ABSL_FLAG(std::string, clock_shift_file, "",
          "File that shifts the business clock, for demos and tests; refused in prod.");

namespace ip::rpc {
namespace {

std::string_view Std(absl::string_view s) { return {s.data(), s.size()}; }

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::CommandLineFlag* Find(const std::string& name) { return absl::FindCommandLineFlag(name); }

absl::Status Set(absl::CommandLineFlag& flag, const std::string& value) {
  std::string error;
  if (flag.ParseFrom(value, &error)) return absl::OkStatus();
  std::replace(error.begin(), error.end(), '\n', ' ');
  return Wrong(absl::StrCat("--", flag.Name(), ": ", error));
}

absl::Status ReadFlagFile(const std::string& path, std::deque<std::string>& arguments) {
  std::ifstream file(path);
  if (!file) return Wrong(absl::StrCat("--flagfile: cannot read ", path));
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    const std::string trimmed(absl::StripAsciiWhitespace(line));
    if (!trimmed.empty() && trimmed[0] != '#') lines.push_back(trimmed);
  }
  arguments.insert(arguments.begin(), lines.begin(), lines.end());
  return absl::OkStatus();
}

// Takes what belongs to one flag from the front of `arguments`.
absl::Status ReadOne(std::deque<std::string>& arguments, bool& help) {
  const std::string argument = arguments.front();
  arguments.pop_front();
  if (argument.size() < 2 || argument[0] != '-') {
    return Wrong(absl::StrCat("unexpected argument \"", argument, "\"; flags begin with --"));
  }
  const size_t begin = argument[1] == '-' ? 2 : 1;
  const size_t equals = argument.find('=');
  const bool has_value = equals != argument.npos;
  const std::string name = argument.substr(begin, has_value ? equals - begin : argument.npos);
  std::string value = has_value ? argument.substr(equals + 1) : "";
  if (name == "help" || name == "h") {
    help = true;
    return absl::OkStatus();
  }

  absl::CommandLineFlag* flag = Find(name);
  if (flag == nullptr && !has_value && name.rfind("no", 0) == 0) {
    absl::CommandLineFlag* negated = Find(name.substr(2));
    if (negated != nullptr && negated->IsOfType<bool>()) return Set(*negated, "false");
  }
  if (flag == nullptr && name != "flagfile") {
    return Wrong(absl::StrCat("there is no flag --", name, "; --help lists all"));
  }
  if (flag != nullptr && flag->IsOfType<bool>() && !has_value) return Set(*flag, "true");
  if (!has_value) {
    if (arguments.empty()) return Wrong(absl::StrCat("--", name, " needs a value"));
    value = arguments.front();
    arguments.pop_front();
  }
  return flag == nullptr ? ReadFlagFile(value, arguments) : Set(*flag, value);
}

bool IsOurs(const absl::CommandLineFlag& flag) {
  return flag.Filename().find("absl/flags/") == absl::string_view::npos;
}

// IP_LISTEN for --listen, IP_DB_HOST for --db_host: what the command line does not say.
absl::Status ReadEnvironment() {
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (!IsOurs(*flag)) continue;
    const std::string variable = absl::StrCat("IP_", absl::AsciiStrToUpper(name));
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    if (auto status = Set(*flag, value); !status.ok()) {
      return Wrong(
          absl::StrCat("from the environment variable ", variable, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

// Developers' conveniences, whichever program has them.
constexpr const char* kNotInProduction[] = {"clock_shift_file", "db_allow_plaintext",
                                            "insecure_cookie"};

absl::Status CheckProductionFlags() {
  for (const char* name : kNotInProduction) {
    const absl::CommandLineFlag* flag = Find(name);
    if (flag != nullptr && flag->CurrentValue() != flag->DefaultValue()) {
      return Wrong(
          absl::StrCat("--", name, " is for demos and tests; it is refused with --env=prod"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCommonFlags() {
  const std::string env = absl::GetFlag(FLAGS_env);
  if (env != "dev" && env != "prod") {
    return Wrong(absl::StrCat("--env (or IP_ENV) must be dev or prod, not \"", env, "\""));
  }
  if (absl::GetFlag(FLAGS_workers) < 1 || absl::GetFlag(FLAGS_workers) > 256) {
    return Wrong("--workers must be from 1 to 256");
  }
  if (auto peers = PeerRules::Parse(absl::GetFlag(FLAGS_peer_rpcs)); !peers.ok()) {
    return Wrong(absl::StrCat("--peer_rpcs: ", peers.status().message()));
  }
  if (absl::GetFlag(FLAGS_max_streams) < 0) return Wrong("--max_streams must not be negative");
  if (absl::GetFlag(FLAGS_drain_seconds) < 0) return Wrong("--drain_seconds must not be negative");
  const std::string level = absl::GetFlag(FLAGS_log_level);
  if (level != "debug" && level != "info" && level != "warning" && level != "error") {
    return Wrong("--log_level must be debug, info, warning or error");
  }
  return env == "prod" ? CheckProductionFlags() : absl::OkStatus();
}

}  // namespace

absl::Status ReadFlags(int argc, char** argv, bool& help) {
  std::deque<std::string> arguments(argv + 1, argv + argc);
  help = false;
  if (auto status = ReadEnvironment(); !status.ok()) return status;
  while (!arguments.empty()) {
    if (auto status = ReadOne(arguments, help); !status.ok()) return status;
  }
  return help ? absl::OkStatus() : CheckCommonFlags();
}

std::string HelpText(std::string_view program, std::string_view usage) {
  std::map<std::string, const absl::CommandLineFlag*> flags;  // by name
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (IsOurs(*flag)) flags[std::string(name)] = flag;
  }
  std::string text = absl::StrCat(std::string(usage), "\n\nUsage: ", std::string(program),
                                  " [--flag=value ...]\n");
  for (const auto& [name, flag] : flags) {
    absl::StrAppend(&text, "\n  --", name, "\n      ", flag->Help(), "\n");
    if (!flag->DefaultValue().empty()) {
      absl::StrAppend(&text, "      Default: ", flag->DefaultValue(), "\n");
    }
  }
  absl::StrAppend(&text, "\n  --flagfile\n      File with a flag per line; # begins a comment.\n",
                  "\n  Each flag can stand in the environment too: IP_LISTEN for --listen.\n",
                  "\n  --help\n      Prints this.\n");
  return text;
}

void ParseFlags(int argc, char** argv, std::string_view usage) {
  const std::string path = argv[0];
  const std::string program = path.substr(path.rfind('/') + 1);
  bool help = false;
  if (auto status = ReadFlags(argc, argv, help); !status.ok()) {
    const auto message = Std(status.message());
    std::fprintf(stderr, "%s: %.*s\n", program.c_str(), static_cast<int>(message.size()),
                 message.data());
    std::exit(2);
  }
  if (help) {
    std::fputs(HelpText(program, usage).c_str(), stdout);
    std::exit(0);
  }
}

const PeerRules& PeerRulesFromFlags() {
  // CheckCommonFlags has read it before.
  static const auto* rules =
      new PeerRules(PeerRules::Parse(absl::GetFlag(FLAGS_peer_rpcs)).value_or(PeerRules()));
  return *rules;
}

bool IsLocalAddress(std::string_view address) {
  constexpr std::string_view kResolver = "dns:///";
  if (address.substr(0, kResolver.size()) == kResolver) address.remove_prefix(kResolver.size());
  for (const std::string_view local : {"127.", "localhost:", "[::1]:", "unix:"}) {
    if (address.substr(0, local.size()) == local) return true;
  }
  return false;
}

bool InProduction() { return absl::GetFlag(FLAGS_env) == "prod"; }

ServerOptions ServerOptionsFromFlags() {
  ServerOptions options;
  options.listen = absl::GetFlag(FLAGS_listen);
  options.tls = {absl::GetFlag(FLAGS_tls_cert_file), absl::GetFlag(FLAGS_tls_key_file),
                 absl::GetFlag(FLAGS_tls_client_ca_file)};
  options.workers = absl::GetFlag(FLAGS_workers);
  options.queue_limit = static_cast<size_t>(options.workers) * 64;
  options.max_streams = static_cast<size_t>(absl::GetFlag(FLAGS_max_streams));
  options.reflection = absl::GetFlag(FLAGS_reflection);
  options.metrics_address = absl::GetFlag(FLAGS_metrics_address);
  options.health_address = absl::GetFlag(FLAGS_health_address);
  const int detection = absl::GetFlag(FLAGS_detection_seconds);
  options.detection = absl::Seconds(detection >= 0 ? detection : (InProduction() ? 5 : 0));
  options.drain = absl::Seconds(absl::GetFlag(FLAGS_drain_seconds));
  return options;
}

TlsFiles ClientTlsFromFlags() {
  TlsFiles files;
  files.ca_file = absl::GetFlag(FLAGS_tls_server_ca_file);
  if (!files.ca_file.empty()) {
    files.cert_file = absl::GetFlag(FLAGS_tls_cert_file);
    files.key_file = absl::GetFlag(FLAGS_tls_key_file);
  }
  return files;
}

}  // namespace ip::rpc
