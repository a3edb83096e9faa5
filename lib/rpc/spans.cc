#include "lib/rpc/spans.h"

#include <curl/curl.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/log.h"
#include "lib/base/metrics.h"

namespace ip::rpc {
namespace {

constexpr size_t kMaxWaiting = 4096;
constexpr auto kInterval = std::chrono::seconds(1);

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void Text(Writer& writer, const char* key, const std::string& value) {
  writer.Key(key);
  writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void Attribute(Writer& writer, const char* key, const std::string& value) {
  writer.StartObject();
  Text(writer, "key", key);
  writer.Key("value");
  writer.StartObject();
  Text(writer, "stringValue", value);
  writer.EndObject();
  writer.EndObject();
}

// A client's mistake is no error of this span (OpenTelemetry's conventions for gRPC servers).
bool IsServerFault(int code) {
  switch (static_cast<absl::StatusCode>(code)) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

void Write(Writer& writer, const Span& span) {
  const size_t slash = span.name.find('/');
  writer.StartObject();
  Text(writer, "traceId", span.trace.trace_id);
  Text(writer, "spanId", span.trace.span_id);
  if (!span.trace.parent_span.empty()) Text(writer, "parentSpanId", span.trace.parent_span);
  Text(writer, "name", span.name);
  writer.Key("kind");
  writer.Int(2);  // SERVER
  Text(writer, "startTimeUnixNano", std::to_string(absl::ToUnixNanos(span.start)));
  Text(writer, "endTimeUnixNano", std::to_string(absl::ToUnixNanos(span.end)));
  writer.Key("attributes");
  writer.StartArray();
  Attribute(writer, "rpc.system", "grpc");
  Attribute(writer, "rpc.service", span.name.substr(0, slash));
  if (slash != span.name.npos) Attribute(writer, "rpc.method", span.name.substr(slash + 1));
  Attribute(writer, "rpc.grpc.status_code", std::to_string(span.grpc_code));
  writer.EndArray();
  writer.Key("status");
  writer.StartObject();
  writer.Key("code");
  writer.Int(IsServerFault(span.grpc_code) ? 2 : 0);
  writer.EndObject();
  writer.EndObject();
}

std::string Json(const std::vector<Span>& spans, const std::string& service) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("resourceSpans");
  writer.StartArray();
  writer.StartObject();
  writer.Key("resource");
  writer.StartObject();
  writer.Key("attributes");
  writer.StartArray();
  Attribute(writer, "service.name", service);
  writer.EndArray();
  writer.EndObject();
  writer.Key("scopeSpans");
  writer.StartArray();
  writer.StartObject();
  writer.Key("spans");
  writer.StartArray();
  for (const auto& span : spans) Write(writer, span);
  writer.EndArray();
  writer.EndObject();
  writer.EndArray();
  writer.EndObject();
  writer.EndArray();
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

class Exporter {
 public:
  Exporter(std::string endpoint, std::string service)
      : endpoint_(std::move(endpoint)), service_(std::move(service)), thread_([this] { Work(); }) {}

  ~Exporter() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  void Add(Span span) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back(std::move(span));
    } else {
      dropped_.Increment();
    }
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    for (bool last = false; !last;) {
      wake_.wait_for(lock, kInterval, [this] { return stopped_; });
      last = stopped_;
      const std::vector<Span> batch = std::exchange(waiting_, {});
      lock.unlock();
      if (!batch.empty()) Send(batch);
      lock.lock();
    }
  }

  void Send(const std::vector<Span>& batch) {
    const std::string body = Json(batch, service_);
    CURL* curl = curl_easy_init();
    curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, endpoint_.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 2000L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(
        curl, CURLOPT_WRITEFUNCTION,
        +[](char*, size_t size, size_t count, void*) { return size * count; });
    const CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK) dropped_.Increment(static_cast<double>(batch.size()));
    if ((code == CURLE_OK) == reachable_) return;
    reachable_ = code == CURLE_OK;
    Log(reachable_ ? Severity::kInfo : Severity::kWarning,
        reachable_ ? "spans_sent" : "spans_not_sent",
        {{"endpoint", endpoint_}, {"why", std::string(curl_easy_strerror(code))}});
  }

  const std::string endpoint_;
  const std::string service_;
  prometheus::Counter& dropped_ = prometheus::BuildCounter()
                                      .Name("ip_spans_dropped_total")
                                      .Help("Spans that no collector took.")
                                      .Register(Metrics())
                                      .Add({});
  bool reachable_ = true;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Span> waiting_;
  bool stopped_ = false;
  std::thread thread_;
};

std::mutex exporter_mutex;
std::shared_ptr<Exporter> exporter;
std::atomic<bool> on = false;

std::shared_ptr<Exporter> Exchange(std::shared_ptr<Exporter> next) {
  const std::lock_guard lock(exporter_mutex);
  on = next != nullptr;
  return std::exchange(exporter, std::move(next));
}

}  // namespace

void StartSpans(const std::string& endpoint, std::string_view service) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Exchange(std::make_shared<Exporter>(endpoint, std::string(service)));
}

void StopSpans() { Exchange(nullptr); }

bool SpansOn() { return on; }

void RecordSpan(Span span) {
  if (!on || !span.trace.sampled) return;
  const std::lock_guard lock(exporter_mutex);
  if (exporter != nullptr) exporter->Add(std::move(span));
}

}  // namespace ip::rpc
