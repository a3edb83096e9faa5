#include "lib/rpc/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<ProbeResponse> Unary(CallContext&, const ProbeRequest&) { return Say(""); }
absl::Status Stream(CallContext&, const ProbeRequest&, Writer<ProbeResponse>&) {
  return absl::OkStatus();
}

std::string MistakeOf(const Router& router) { return std::string(router.status().message()); }

TEST(RouterTest, ACompleteServiceIsFine) {
  Router router;
  router.AddService(kProbe);
  router.Unary<ProbeRequest, ProbeResponse>(kProbe, "Get", Unary);
  router.ServerStream<ProbeRequest, ProbeResponse>(kProbe, "Watch", Stream);
  EXPECT_TRUE(router.status().ok()) << router.status();
  EXPECT_EQ(router.services(), std::vector<std::string>{kProbe});
  EXPECT_NE(router.Find("/individuellplan.testing.v1.ProbeService/Later"), nullptr);
  EXPECT_EQ(router.Find("/individuellplan.testing.v1.ProbeService/Nothing"), nullptr);
}

TEST(RouterTest, AnRpcWithoutRuleStopsTheStart) {
  Router router;
  router.AddService("individuellplan.testing.v1.UnruledService");
  EXPECT_THAT(MistakeOf(router), HasSubstr("UnruledService.Get has no complete method rule"));
  auto server = Server::Start(std::move(router), TestOptions());
  EXPECT_EQ(server.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(RouterTest, WhatTheContractDoesNotKnowStopsTheStart) {
  Router router;
  router.AddService("individuellplan.testing.v1.NoService");
  router.Unary<ProbeRequest, ProbeResponse>(kProbe, "NoMethod", Unary);
  EXPECT_THAT(MistakeOf(router), HasSubstr("no service individuellplan.testing.v1.NoService"));
  EXPECT_THAT(MistakeOf(router),
              HasSubstr("no RPC individuellplan.testing.v1.ProbeService.NoMethod"));
}

TEST(RouterTest, OtherTypesStopTheStart) {
  Router router;
  router.Unary<ProbeResponse, ProbeResponse>(
      kProbe, "Get",
      [](CallContext&, const ProbeResponse& r) -> absl::StatusOr<ProbeResponse> { return r; });
  EXPECT_THAT(MistakeOf(router), HasSubstr("ProbeService.Get takes"));
}

TEST(RouterTest, TheWrongKindOfStreamStopsTheStart) {
  Router router;
  router.Unary<ProbeRequest, ProbeResponse>(kProbe, "Watch", Unary);
  router.ServerStream<ProbeRequest, ProbeResponse>(kProbe, "Get", Stream);
  EXPECT_THAT(MistakeOf(router), HasSubstr("Watch cannot be registered as a unary RPC"));
  EXPECT_THAT(MistakeOf(router), HasSubstr("Get cannot be registered as a server stream"));
}

TEST(RouterTest, TwoHandlersStopTheStart) {
  Router router;
  router.Unary<ProbeRequest, ProbeResponse>(kProbe, "Get", Unary);
  router.Unary<ProbeRequest, ProbeResponse>(kProbe, "Get", Unary);
  EXPECT_THAT(MistakeOf(router), HasSubstr("two handlers"));
}

TEST(RouterTest, WithoutAuthenticationNothingStarts) {
  ServerOptions options = TestOptions();
  options.authenticate = nullptr;
  EXPECT_EQ(Server::Start(RouterWithGet(Unary), options).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ip::rpc
