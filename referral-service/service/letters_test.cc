#include "referral-service/domain/letters.h"

#include <gmock/gmock.h>

#include "lib/base/errors.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using L = pb::Letter;
using N = pb::NeedNotice;
using testing::Service;

class LettersTest : public testing::ServiceTest {
 protected:
  absl::StatusOr<L> Issue(L::Kind kind, const std::string& request_id = "") {
    pb::IssueLetterRequest request;
    request.set_parent(notice_);
    request.mutable_letter()->set_kind(kind);
    request.mutable_letter()->set_language(type::NB);
    request.set_request_id(request_id);
    return As("siri", &Service::Stub::IssueLetter, request);
  }

  absl::StatusOr<pb::RenderLetterResponse> Render(
      const std::string& who, const std::string& letter,
      pb::RenderLetterRequest::Format format = pb::RenderLetterRequest::HTML,
      type::Language language = type::LANGUAGE_UNSPECIFIED) {
    pb::RenderLetterRequest request;
    request.set_name(letter);
    request.set_format(format);
    request.set_language(language);
    return As(who, &Service::Stub::RenderLetter, request);
  }

  void Reject() {
    ASSERT_TRUE(Take().ok());
    auto request = For<pb::RejectNoticeRequest>(notice_);
    request.mutable_decision()->set_reasons("Behovet er ikke langvarig.");
    request.mutable_decision()->add_legal_bases(type::HOL_7_1);
    request.mutable_decision()->set_complaint_information_given(true);
    ASSERT_TRUE(As("siri", &Service::Stub::RejectNotice, request).ok());
  }

  std::string notice_ = Sent();
};

TEST_F(LettersTest, TheReceiptIsThereAtOnceForTheSendersJournal) {
  const auto receipt = Render("gp", notice_ + "/letters/receipt");
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->content_type(), "text/html; charset=utf-8");
  EXPECT_THAT(receipt->content(), HasSubstr("Kvittering for melding om behov"));
  EXPECT_THAT(receipt->content(),
              HasSubstr("Koordinerende enhet i Fjordvik fikk 2. november 2026"));
  EXPECT_THAT(receipt->content(), HasSubstr("Innen 2. desember 2026"));
  const auto nn =
      Render("gp", notice_ + "/letters/receipt", pb::RenderLetterRequest::PDF, type::NN);
  ASSERT_TRUE(nn.ok()) << nn.status();
  EXPECT_EQ(nn->content_type(), "application/pdf");
  EXPECT_THAT(nn->content(), StartsWith("%PDF-"));
  EXPECT_TRUE(Render("kari", notice_ + "/letters/receipt").ok());
  EXPECT_EQ(Render("stranger", notice_ + "/letters/receipt").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Render("gp", Create().name() + "/letters/receipt").status().code(),
            absl::StatusCode::kNotFound);  // not sent
}

TEST_F(LettersTest, ARejectionIsDraftedIssuedOnceAndReadByThePersonOnly) {
  pb::DraftLetterRequest draft;
  draft.set_parent(notice_);
  draft.mutable_letter()->set_kind(L::REJECTION);
  draft.mutable_letter()->set_language(type::NB);
  const auto early = As("siri", &Service::Stub::DraftLetter, draft);
  ASSERT_TRUE(early.ok()) << early.status();
  EXPECT_THAT(early->missing_parts(), SizeIs(4));
  EXPECT_EQ(ReasonOf(Issue(L::REJECTION).status()), "LETTER_INCOMPLETE");
  Reject();
  const auto issued = Issue(L::REJECTION, "11111111-1111-4111-8111-111111111111");
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(Issue(L::REJECTION, "11111111-1111-4111-8111-111111111111")->name(), issued->name());
  EXPECT_THAT(Get(notice_).letters(), SizeIs(1));

  const auto html = Render("kari", issued->name());
  ASSERT_TRUE(html.ok()) << html.status();
  EXPECT_THAT(html->content(), HasSubstr("klage til Statsforvalteren i Vestland"));
  EXPECT_THAT(Render("siri", issued->name(), pb::RenderLetterRequest::PDF)->content(),
              StartsWith("%PDF-"));
  EXPECT_EQ(Render("gp", issued->name()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Render("kari", notice_ + "/letters/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Render("kari", "").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LettersTest, AYoungPersonOver15AndTheGuardiansEachGetACopyInTheirOwnName) {
  Reject();
  Change(notice_, [](N& notice) {
    *notice.mutable_subject()->mutable_birth_date() = DateOf(absl::CivilDay(2011, 6, 1));
    return absl::OkStatus();
  });
  const auto issued = Issue(L::REJECTION);
  ASSERT_TRUE(issued.ok()) << issued.status();
  ASSERT_THAT(issued->addressees(), SizeIs(2));
  const auto copy = [&](L::Addressee addressee) {
    pb::RenderLetterRequest request;
    request.set_name(issued->name());
    request.set_addressee(addressee);
    return As("siri", &Service::Stub::RenderLetter, request);
  };
  EXPECT_THAT(copy(L::GUARDIANS)->content(), HasSubstr("Foresatte til Kari Nordli"));
  for (const auto addressee : {L::PERSON, L::ADDRESSEE_UNSPECIFIED}) {
    EXPECT_THAT(copy(addressee)->content(), HasSubstr("Kari Nordli"));
    EXPECT_THAT(copy(addressee)->content(), Not(HasSubstr("Foresatte til Kari Nordli")));
  }
  Change(notice_, [](N& notice) {  // of age since
    notice.mutable_letters(0)->mutable_addressees()->RemoveLast();
    return absl::OkStatus();
  });
  EXPECT_EQ(copy(L::GUARDIANS).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LettersTest, TheCountyGovernorGetsTheWholeCaseInOneDocument) {
  Reject();
  ASSERT_TRUE(Issue(L::REJECTION).ok());
  pb::CreateNoticeComplaintRequest complain;
  complain.set_parent(notice_);
  complain.mutable_complaint()->set_legal_basis(type::HOL_7_1);
  *complain.mutable_complaint()->mutable_decision_known_date() =
      DateOf(absl::CivilDay(2026, 11, 2));
  complain.mutable_complaint()->set_text("Behovet varer livet ut.");
  const auto complaint = As("kari", &Service::Stub::CreateNoticeComplaint, complain);
  ASSERT_TRUE(complaint.ok()) << complaint.status();

  pb::RenderComplaintPackageRequest request;
  request.set_name(complaint->name());
  const auto package = As("siri", &Service::Stub::RenderComplaintPackage, request);
  ASSERT_TRUE(package.ok()) << package.status();
  for (const char* part :
       {"Oversending av klage", "Statsforvalteren i Vestland", "Behovet varer livet ut.",
        "Klagefrist: 30. november 2026", "Behovet er ikke langvarig.",
        "Trenger hjelp til å samordne bolig", "Brev i saken: Avslag", "Saksgangen",
        "En saksbehandler tok saken (Siri Dahle)"}) {
    EXPECT_THAT(package->content(), HasSubstr(part));
  }
  EXPECT_THAT(package->content(), Not(HasSubstr("TakeNextNotice")));
  request.set_format(pb::RenderLetterRequest::PDF);
  EXPECT_THAT(As("siri", &Service::Stub::RenderComplaintPackage, request)->content(),
              StartsWith("%PDF-"));
  EXPECT_EQ(As("lyngnes", &Service::Stub::RenderComplaintPackage, request).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ip::referral
