#include "plan-service/service/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lib/base/errors.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;

auth::Jwk Key(const nlohmann::json& jwk) { return *auth::Jwk::Parse(jwk); }

pb::PortablePlan Portable() {
  pb::PortablePlan portable;
  portable.mutable_plan()->set_name("plans/plan-1");
  portable.set_reason("flytter");
  return portable;
}

TEST(Bundle, OpensAtWhoeverKnowsTheSigner) {
  const auto jwk = auth::NewSigningKey("organizations/999990001");
  const Bundles sender(Key(jwk), {});
  const Bundles receiver(std::nullopt, {Key(auth::PublicPart(jwk))});
  const auto bundle = sender.Seal(Portable());
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  const auto opened = receiver.Open(*bundle);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->portable.plan().name(), "plans/plan-1");
  EXPECT_EQ(opened->signer, "organizations/999990001");
  EXPECT_EQ(opened->digest.size(), 64u);
  EXPECT_EQ(ReasonOf(sender.Open(*bundle).status()), "BUNDLE_SIGNATURE_INVALID");
  EXPECT_EQ(ReasonOf(receiver.Seal(Portable()).status()), "BUNDLES_NOT_SET_UP");
}

TEST(Bundle, EveryChangedBitIsRefused) {
  const auto jwk = auth::NewSigningKey("organizations/999990001");
  const Bundles bundles(Key(jwk), {Key(jwk)});
  const auto bundle = *bundles.Seal(Portable());
  for (size_t i = 0; i < bundle.content().size() * 8; ++i) {
    pb::PlanBundle changed = bundle;
    (*changed.mutable_content())[i / 8] ^= static_cast<char>(1 << (i % 8));
    EXPECT_EQ(ReasonOf(bundles.Open(changed).status()), "BUNDLE_SIGNATURE_INVALID") << i;
  }
  pb::PlanBundle longer = bundle;
  longer.mutable_content()->push_back('\0');
  EXPECT_FALSE(bundles.Open(longer).ok());
}

TEST(Bundle, AnotherTokenOfTheSameKeyIsNoSignature) {
  const auto jwk = auth::NewSigningKey("organizations/999990001");
  const Bundles bundles(Key(jwk), {Key(jwk)});
  auto bundle = *bundles.Seal(Portable());
  bundle.set_signature(*Key(jwk).SignDetached({{"typ", "other"}}, bundle.content()));
  EXPECT_EQ(ReasonOf(bundles.Open(bundle).status()), "BUNDLE_SIGNATURE_INVALID");
  bundle.set_signature(*Key(jwk).Sign({{"typ", "individuellplan-bundle+jws"}}, {{"a", 1}}));
  EXPECT_EQ(ReasonOf(bundles.Open(bundle).status()), "BUNDLE_SIGNATURE_INVALID");
  const std::string nothing;
  bundle.set_content(nothing);
  bundle.set_signature(
      *Key(jwk).SignDetached({{"typ", "individuellplan-bundle+jws"}}, bundle.content()));
  EXPECT_EQ(ReasonOf(bundles.Open(bundle).status()), "BUNDLE_UNREADABLE");
}

TEST(Bundle, LoadsWhatItIsGivenAndSaysWhatIsWrong) {
  EXPECT_TRUE(Bundles::Load("", "").ok());
  const auto dir = std::filesystem::path(::testing::TempDir()) / "bundle_test";
  std::filesystem::create_directories(dir);
  const auto file = [&](const char* name, const std::string& text) {
    const auto path = dir / name;
    std::ofstream(path) << text;
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path.string();
  };
  const auto jwk = auth::NewSigningKey("organizations/999990001");
  const std::string key = file("key", jwk.dump());
  const std::string keys = file("keys", nlohmann::json{{"keys", {auth::PublicPart(jwk)}}}.dump());
  const auto loaded = Bundles::Load(key, keys);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->Open(*loaded->Seal(Portable())).ok());
  EXPECT_FALSE(Bundles::Load(file("public", auth::PublicPart(jwk).dump()), "").ok());
  EXPECT_FALSE(Bundles::Load("", dir / "missing").ok());
  EXPECT_FALSE(Bundles::Load("", key).ok());
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace ip::plan
