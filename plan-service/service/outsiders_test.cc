// Somebody who has nothing to do with a plan cannot tell it from one that never was.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <regex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/api/annotations.pb.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "plan-service/service/test_service.h"

namespace ip::plan::testing {
namespace {

// "{name=plans/*/goals/*}" of a method's path: the field, and the collections of the name in it.
struct Target {
  std::string field;
  std::vector<std::string> collections;
};
std::optional<Target> TargetIn(const google::protobuf::MethodDescriptor& method) {
  const auto& rule = method.options().GetExtension(google::api::http);
  const std::string path = rule.get().empty() ? rule.patch() + rule.post() : rule.get();
  static const std::regex kName(R"(\{([a-z_.]+)=(plans/[^}]*)\})");
  std::smatch match;
  if (!std::regex_search(path, match, kName)) return std::nullopt;
  Target target{match[1], {}};
  const std::string pattern = match[2];
  for (absl::string_view part : absl::StrSplit(pattern, '/')) {
    if (part != "*") target.collections.emplace_back(part);
  }
  return target;
}

void SetField(google::protobuf::Message& message, const std::string& path,
              const std::string& value) {
  const size_t dot = path.find('.');
  const auto* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (dot == path.npos) {
    message.GetReflection()->SetString(&message, field, value);
  } else {
    SetField(*message.GetReflection()->MutableMessage(&message, field), path.substr(dot + 1),
             value);
  }
}

// Every method that names a plan, for every role that may call it: somebody who has nothing to do
// with a plan gets the very bytes that a plan that never was would give.
TEST_F(PlanServiceTest, OutsidersCannotTellAPlanFromNone) {
  const CarePlan plan = Active();
  const std::map<std::string, std::string> children = {
      {"goals", plan.goals(0).name()},
      {"activities", plan.activities(0).name()},
      {"participants", plan.participants(0).name()},
      {"coordinatorAppointments", plan.coordinator_appointments(0).name()},
      {"evaluations", plan.evaluations(0).name()},
      {"consents", plan.consents(0).name()},
      {"accessLogEntries", plan.name() + "/accessLogEntries/00000001"}};
  const std::map<type::Role, std::string> outsiders = {
      {type::CITIZEN, "CITIZEN|" + stranger_.name + "|"},
      {type::PRACTITIONER, "PRACTITIONER|" + stranger_.name + "|organizations/999990003|9144897"},
      {type::CASE_WORKER, "CASE_WORKER|" + stranger_.name + "|organizations/999990009"},
      {type::UNIT_LEADER, "UNIT_LEADER|" + stranger_.name + "|organizations/999990009"}};
  const auto call = [&](const google::protobuf::MethodDescriptor& method, const std::string& name,
                        const std::string& field, const std::string& token) {
    std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(method.input_type())
            ->New());
    SetField(*request, field, name);
    const grpc::Slice slice(request->SerializeAsString());
    const grpc::ByteBuffer bytes(&slice, 1);
    grpc::ByteBuffer answer;
    grpc::ClientContext context;
    context.AddMetadata("x-ip-identity", token);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    const auto status = grpc::internal::BlockingUnaryCall(
        channel_.get(),
        grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, channel_),
        &context, bytes, &answer);
    return absl::StrCat(status.error_code(), " ", status.error_message(), " ",
                        status.error_details());
  };
  int asked = 0;
  for (const auto* service : {pb::CarePlan::descriptor()->file()->pool()->FindServiceByName(
                                  "individuellplan.plan.v1.PlanService"),
                              pb::CarePlan::descriptor()->file()->pool()->FindServiceByName(
                                  "individuellplan.plan.v1.AccessService")}) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto& method = *service->method(i);
      const auto target = TargetIn(method);
      // Emergency access is for those who have nothing to do with the plan; it has tests of its
      // own.
      if (!target || method.name() == "RequestEmergencyAccess") continue;
      const auto child =
          target->collections.size() < 2 ? children.end() : children.find(target->collections[1]);
      const std::string name = target->collections.size() < 2 ? plan.name()
                               : child == children.end()
                                   ? absl::StrCat(plan.name(), "/", target->collections[1], "/x")
                                   : child->second;
      const std::string absent = "plans/none-at-all" + name.substr(plan.name().size());
      for (const int role : method.options().GetExtension(type::rule).roles()) {
        const auto who = outsiders.find(static_cast<type::Role>(role));
        if (who == outsiders.end()) continue;
        const std::string answer = call(method, name, target->field, who->second);
        EXPECT_EQ(answer, call(method, absent, target->field, who->second))
            << method.name() << " as " << type::Role_Name(who->first);
        EXPECT_NE(answer.substr(0, 2), "0 ") << method.name();
        ++asked;
      }
    }
  }
  EXPECT_GT(asked, 60);
}

}  // namespace
}  // namespace ip::plan::testing
