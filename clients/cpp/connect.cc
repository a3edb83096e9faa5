#include "connect.h"

#include <curl/curl.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/create_channel.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

namespace {

// UNAVAILABLE alone may be tried again (docs/api.md); the request ids make repeated changes one
// change.
constexpr char kRetries[] = R"({"methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 4, "initialBackoff": "0.5s", "maxBackoff": "2s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]})";

size_t Append(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

// `form` "" is a GET. `credentials` is "client:secret" or "".
nlohmann::json Fetch(const std::string& url, const std::string& form,
                     const std::string& credentials) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  std::string body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 5L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  if (!form.empty()) curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, form.c_str());
  if (!credentials.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERPWD, credentials.c_str());
  }
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) {
    std::cerr << url << ": " << curl_easy_strerror(code) << "\n";
    std::exit(1);
  }
  return nlohmann::json::parse(body);
}

template <class Detail>
void Show(const google::protobuf::Any& any) {
  Detail detail;
  if (any.UnpackTo(&detail)) std::cerr << detail.DebugString();
}

}  // namespace

std::string Setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  if (value == nullptr) value = otherwise;
  if (value == nullptr) {
    std::cerr << "set " << name << "; see README.md\n";
    std::exit(2);
  }
  return value;
}

std::shared_ptr<grpc::Channel> Connect() {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kRetries);
  return grpc::CreateCustomChannel(Setting("IP_GATEWAY", "localhost:8080"),
                                   grpc::InsecureChannelCredentials(), arguments);
}

std::string SystemToken(const std::string& scope) {
  const std::string issuer = Setting("IP_ISSUER", "http://localhost:8082");
  const auto found = Fetch(issuer + "/.well-known/openid-configuration", "", "");
  const std::unique_ptr<char, decltype(&curl_free)> escaped(
      curl_easy_escape(nullptr, scope.c_str(), 0), curl_free);
  return Fetch(found.at("token_endpoint"),
               std::string("grant_type=client_credentials&scope=") + escaped.get(),
               Setting("IP_CLIENT_ID", "fjordvik-journal") + ":" + Setting("IP_CLIENT_SECRET"))
      .at("access_token");
}

std::unique_ptr<grpc::ClientContext> Call(const std::string& token) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  context->AddMetadata("authorization", "Bearer " + token);
  return context;
}

std::string RequestId() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/uuid"), id);
  return id;
}

void Check(const grpc::Status& status) {
  if (status.ok()) return;
  std::cerr << "code " << status.error_code() << ": " << status.error_message() << "\n";
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& any : details.details()) {
    Show<google::rpc::ErrorInfo>(any);
    Show<google::rpc::BadRequest>(any);
    Show<google::rpc::PreconditionFailure>(any);
  }
  std::exit(1);
}
