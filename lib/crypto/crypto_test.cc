#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/blind_index.h"
#include "lib/crypto/data_key.h"
#include "lib/crypto/hmac.h"
#include "lib/crypto/key_ring.h"

namespace ip::crypto {
namespace {

using testing::HasSubstr;

std::string Line(int id) { return std::to_string(id) + " " + ToBase64Url(RandomBytes(32)) + "\n"; }

TEST(KeyRing, OpensWhatItSealed) {
  const auto ring = *KeyRing::Parse(Line(1));
  for (const std::string& text :
       {std::string(), std::string("Kari vil bo i egen leilighet."), RandomBytes(1 << 20)}) {
    const std::string sealed = ring->Seal(text, "revisions|a|1");
    EXPECT_EQ(sealed.size(), text.size() + 33);
    EXPECT_EQ(*ring->Open(sealed, "revisions|a|1"), text);
  }
}

TEST(KeyRing, SealsTheSameTextDifferentlyEachTime) {
  const auto ring = *KeyRing::Parse(Line(1));
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(ring->Seal("x", "a"));
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(ring->Seal("hemmelig tekst", "a").find("hemmelig"), std::string::npos);
}

TEST(KeyRing, DoesNotOpenInAnotherPlace) {
  const auto ring = *KeyRing::Parse(Line(1));
  const std::string sealed = ring->Seal("text", "revisions|a|1");
  for (const char* place : {"revisions|a|2", "revisions|b|1", "heads|a|1", ""}) {
    EXPECT_EQ(ring->Open(sealed, place).status().code(), absl::StatusCode::kDataLoss) << place;
  }
}

TEST(KeyRing, DoesNotOpenWhenAnyByteIsChangedOrMissing) {
  const auto ring = *KeyRing::Parse(Line(1));
  const std::string sealed = ring->Seal("short text", "a");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(ring->Open(changed, "a").status().code(), absl::StatusCode::kDataLoss) << i;
    EXPECT_EQ(ring->Open(sealed.substr(0, i), "a").status().code(), absl::StatusCode::kDataLoss)
        << i;
  }
  EXPECT_FALSE(ring->Open(sealed + "x", "a").ok());
}

TEST(KeyRing, RotatesWithoutLosingTheOld) {
  const std::string old_line = Line(1), new_line = Line(2);
  const std::string sealed = (*KeyRing::Parse(old_line))->Seal("old", "a");
  const auto rotated = *KeyRing::Parse("# newest first\n" + new_line + old_line);
  EXPECT_EQ(*rotated->Open(sealed, "a"), "old");
  const std::string fresh = rotated->Seal("new", "a");
  EXPECT_EQ(*(*KeyRing::Parse(new_line))->Open(fresh, "a"), "new");
  EXPECT_EQ((*KeyRing::Parse(old_line))->Open(fresh, "a").status().code(),
            absl::StatusCode::kDataLoss);
  // The same id with another key.
  EXPECT_FALSE((*KeyRing::Parse(Line(1)))->Open(sealed, "a").ok());
}

TEST(KeyRing, NamesTheLineThatIsWrong) {
  for (const std::string& wrong :
       {std::string("1"), std::string("one ") + ToBase64Url(RandomBytes(32)),
        std::string("0 ") + ToBase64Url(RandomBytes(32)), "2 " + ToBase64Url(RandomBytes(16)),
        "1 " + ToBase64Url(RandomBytes(32)), "2 " + ToBase64Url(RandomBytes(32)) + " x"}) {
    const auto status = KeyRing::Parse(Line(1) + wrong).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << wrong;
    EXPECT_THAT(std::string(status.message()), HasSubstr("line 2"));
  }
  EXPECT_FALSE(KeyRing::Parse("\n# nothing\n").ok());
  EXPECT_EQ(KeyRing::Load("/nonexistent/keys").status().code(), absl::StatusCode::kNotFound);
}

TEST(DataKey, OpensWhatItSealedAndNothingElseDoes) {
  const auto ring = *KeyRing::Parse(Line(1));
  const DataKey key = DataKey::Make(), other = DataKey::Make();
  for (const std::string& text : {std::string(), std::string("text"), RandomBytes(1 << 16)}) {
    const std::string sealed = key.Seal(text, "plan|a|1");
    EXPECT_EQ(sealed.size(), text.size() + 29);
    EXPECT_TRUE(DataKey::Sealed(sealed));
    EXPECT_EQ(*key.Open(sealed, "plan|a|1"), text);
    EXPECT_TRUE(absl::IsDataLoss(key.Open(sealed, "plan|b|1").status()));
    EXPECT_TRUE(absl::IsDataLoss(other.Open(sealed, "plan|a|1").status()));
    EXPECT_TRUE(absl::IsDataLoss(ring->Open(sealed, "plan|a|1").status()));
  }
  EXPECT_FALSE(DataKey::Sealed(ring->Seal("text", "a")));
  EXPECT_FALSE(DataKey::Sealed(""));
  EXPECT_TRUE(absl::IsDataLoss(key.Open("", "a").status()));
}

TEST(DataKey, IsKeptUnderTheRingAndMovesToItsNextKey) {
  const std::string old_line = Line(1), new_line = Line(2);
  const auto ring = *KeyRing::Parse(old_line), next = *KeyRing::Parse(new_line + old_line);
  const DataKey key = DataKey::Make();
  const std::string sealed = key.Seal("text", "place"), wrapped = key.Wrap(*ring, "key|a");
  EXPECT_EQ(wrapped.size(), 65u);
  EXPECT_EQ(*(*DataKey::Unwrap(*ring, wrapped, "key|a")).Open(sealed, "place"), "text");
  EXPECT_TRUE(absl::IsDataLoss(DataKey::Unwrap(*ring, wrapped, "key|b").status()));
  EXPECT_TRUE(absl::IsDataLoss(DataKey::Unwrap(*ring, "", "key|a").status()));
  EXPECT_TRUE(absl::IsDataLoss(DataKey::Unwrap(*ring, ring->Seal("short", "k"), "k").status()));

  const std::string moved = (*DataKey::Unwrap(*next, wrapped, "key|a")).Wrap(*next, "key|a");
  const auto fresh = *KeyRing::Parse(new_line);
  EXPECT_EQ(*(*DataKey::Unwrap(*fresh, moved, "key|a")).Open(sealed, "place"), "text");
}

TEST(BlindIndex, FindsEqualValuesOfTheSameColumnOnly) {
  const BlindIndex index(std::string(32, 'k'));
  EXPECT_EQ(index.Of("a", "1"), index.Of("a", "1"));
  EXPECT_NE(index.Of("a", "1"), index.Of("b", "1"));
  EXPECT_NE(index.Of("a", "1"), index.Of("a", "2"));
  EXPECT_NE(index.Of("a", "1"), BlindIndex(std::string(32, 'l')).Of("a", "1"));
  EXPECT_EQ(index.Of("a", "1").size(), 32u);
}

TEST(Hmac, IsTheStandardOne) {  // RFC 4231, test case 2
  EXPECT_EQ(ToBase64Url(HmacSha256("Jefe", "what do ya want for nothing?")),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST(Base64Url, TakesOneSpellingOnly) {
  EXPECT_EQ(*FromBase64Url("_-8"), "\xff\xef");
  for (const char* wrong : {"_-8=", "/+8", "_-9", "_ -8", "_-8\n", "a"}) {
    EXPECT_FALSE(FromBase64Url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace ip::crypto
