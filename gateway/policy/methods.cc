#include "gateway/policy/methods.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

// Put into the binary by the linker: see gateway/CMakeLists.txt.
extern "C" const char _binary_individuellplan_pb_start[];
extern "C" const char _binary_individuellplan_pb_end[];

namespace ip::gateway {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorSet;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

bool OnlyForServices(const MethodDescriptor& method) {
  const auto& rule = method.options().GetExtension(individuellplan::type::v1::rule);
  return std::all_of(rule.roles().begin(), rule.roles().end(),
                     [](int role) { return role == individuellplan::type::v1::SERVICE; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Methods>> Methods::Learn(const FileDescriptorSet& protos,
                                                        const std::vector<Route>& routes) {
  std::unique_ptr<Methods> self(new Methods);
  for (const auto& proto : protos.file()) {
    const FileDescriptor* file = self->pool_.BuildFile(proto);
    if (file == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("the descriptor set does not fit together at ", proto.name(),
                       "; make it with protoc --descriptor_set_out --include_imports"));
    }
    for (size_t route = 0; route < routes.size(); ++route) {
      if (!absl::StartsWith(file->package() + ".", routes[route].package_prefix)) continue;
      for (int i = 0; i < file->service_count(); ++i) self->Add(*file->service(i), route);
      break;
    }
  }
  return self;
}

void Methods::Add(const ServiceDescriptor& service, size_t route) {
  const size_t before = methods_.size();
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& rpc = *service.method(i);
    if (OnlyForServices(rpc)) continue;
    auto method = std::make_unique<Method>();
    method->path = absl::StrCat("/", service.full_name(), "/", rpc.name());
    method->service = service.full_name();
    method->name = rpc.name();
    method->descriptor = &rpc;
    method->route = route;
    method->unary = !rpc.client_streaming() && !rpc.server_streaming();
    method->scope = ScopeWord(rpc.options().GetExtension(individuellplan::type::v1::rule).scope());
    method->metrics = std::make_unique<rpc::CallMetrics>(method->service, method->name);
    by_path_[method->path] = method.get();
    methods_.push_back(std::move(method));
  }
  if (methods_.size() > before) services_.push_back(service.full_name());
}

const Method* Methods::Find(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

std::string ScopeWord(individuellplan::type::v1::Scope scope) {
  if (scope == individuellplan::type::v1::SCOPE_UNSPECIFIED) return "";
  const std::string name = individuellplan::type::v1::Scope_Name(scope);
  return absl::StrCat("individuellplan/",
                      absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", "."}})));
}

const FileDescriptorSet& BuiltInProtos() {
  static const auto* protos = [] {
    auto* set = new FileDescriptorSet;
    const auto size = _binary_individuellplan_pb_end - _binary_individuellplan_pb_start;
    set->ParseFromArray(_binary_individuellplan_pb_start, static_cast<int>(size));
    return set;
  }();
  return *protos;
}

}  // namespace ip::gateway
