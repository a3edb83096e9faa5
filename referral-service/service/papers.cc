#include "referral-service/service/papers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/clock.h"

namespace ip::referral {
namespace {

std::string WrittenDay(const google::protobuf::Timestamp& time) {
  return referral::WrittenDay(OsloDay(TimeOf(time)));
}

// The words of one language.
class Words {
 public:
  Words(const rules::LetterSet& set, type::Language language) : set_(set), language_(language) {}
  std::string operator()(std::string_view name) const { return TermOf(set_, name, language_); }
  // "Word: value", nothing without a value.
  std::vector<std::string> Line(std::string_view name, const std::string& value) const {
    if (value.empty()) return {};
    return {absl::StrCat((*this)(name), ": ", value)};
  }

 private:
  const rules::LetterSet& set_;
  const type::Language language_;
};

print::Document Headed(const pb::NeedNotice& notice, type::Language language, const Words& words,
                       const Reference& reference, absl::Time time) {
  print::Document paper;
  paper.language = language == type::NN ? "nn" : "nb";
  paper.time = time;
  if (const auto* unit = reference.FindUnit(notice.unit())) {
    paper.sender = {unit->display_name()};
    if (!unit->postal_address().empty()) paper.sender.push_back(unit->postal_address());
    for (auto& line : words.Line("PHONE", unit->phone())) paper.sender.push_back(line);
  }
  paper.details = words.Line("REFERENCE", notice.name().substr(notice.name().find('/') + 1));
  paper.details.insert(paper.details.begin(), referral::WrittenDay(OsloDay(time)));
  return paper;
}

print::Section SectionOf(const std::string& heading, std::vector<std::string> paragraphs) {
  paragraphs.erase(std::remove(paragraphs.begin(), paragraphs.end(), ""), paragraphs.end());
  return {heading, std::move(paragraphs)};
}

std::vector<std::string> ComplaintLines(const Complaint& complaint, const Words& words) {
  return {words.Line("PACKAGE_RECEIVED", referral::WrittenDay(DayOf(complaint.receive_date())))[0],
          words.Line("PACKAGE_DEADLINE", referral::WrittenDay(DayOf(complaint.deadline_date())))[0],
          complaint.late() ? words("PACKAGE_LATE") : "", complaint.text()};
}

std::vector<std::string> DecisionLines(const pb::Decision& decision, const Words& words) {
  if (!decision.has_decide_time()) return {};
  std::vector<std::string> laws;
  for (const int basis : decision.legal_bases()) {
    laws.push_back(words(type::LegalBasis_Name(static_cast<type::LegalBasis>(basis))));
  }
  return {WrittenDay(decision.decide_time()),
          words(pb::NeedNotice::Outcome_Name(decision.outcome())), decision.reasons(),
          absl::StrJoin(laws, ", ")};
}

std::vector<std::string> NoticeLines(const pb::NeedNotice& notice) {
  return {absl::StrCat(WrittenDay(notice.submit_time()), ": ", notice.notifier().display_name()),
          notice.need_description(), absl::StrJoin(notice.current_services(), ", "),
          notice.information_request().question(), notice.information_request().answer()};
}

std::vector<std::string> CourseLines(const pb::NeedNotice& notice, const Words& words) {
  std::vector<std::string> lines;
  for (const auto& entry : notice.history()) {
    const std::string what = words(entry.action());
    if (what.empty()) continue;  // a step of the machinery
    std::string line = absl::StrCat(WrittenDay(entry.time()), ": ", what);
    if (!entry.actor_display_name().empty()) {
      absl::StrAppend(&line, " (", entry.actor_display_name(), ")");
    }
    if (!entry.reason().empty()) absl::StrAppend(&line, ". ", entry.reason());
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

print::Document PaperOf(const pb::Letter& letter, pb::Letter::Addressee addressee,
                        const pb::NeedNotice& notice, const LetterSources& sources) {
  const absl::Time time = TimeOf(letter.issue_time());
  const Words words(sources.letters.On(OsloDay(time)), letter.language());
  print::Document paper = Headed(notice, letter.language(), words, sources.reference, time);
  paper.title = letter.title();
  paper.recipient = {letter.kind() == pb::Letter::RECEIPT ? notice.notifier().display_name()
                                                          : notice.subject().display_name()};
  if (addressee == pb::Letter::GUARDIANS) {
    paper.recipient[0] = absl::StrCat(words("GUARDIANS_OF"), " ", paper.recipient[0]);
  }
  for (const auto& part : letter.parts()) {
    paper.sections.push_back(
        {part.heading(), {part.paragraphs().begin(), part.paragraphs().end()}});
  }
  return paper;
}

print::Document PackageOf(const Complaint& complaint, const pb::NeedNotice& notice,
                          type::Language language, const LetterSources& sources, absl::Time now) {
  const Words words(sources.letters.On(OsloDay(now)), language);
  print::Document paper = Headed(notice, language, words, sources.reference, now);
  paper.title = words("PACKAGE_TITLE");
  if (const auto* unit = sources.reference.FindUnit(notice.unit())) {
    paper.recipient = {unit->county_governor()};
  }
  paper.sections = {
      SectionOf(words("PACKAGE_COMPLAINT"), ComplaintLines(complaint, words)),
      SectionOf(words("PACKAGE_DECISION"), DecisionLines(notice.decision(), words)),
      SectionOf(absl::StrCat(words("PACKAGE_NOTICE"), ": ", notice.subject().display_name()),
                NoticeLines(notice))};
  for (const auto& letter : notice.letters()) {
    std::vector<std::string> text = {WrittenDay(letter.issue_time())};
    text.insert(text.end(), letter.paragraphs().begin(), letter.paragraphs().end());
    paper.sections.push_back(
        SectionOf(absl::StrCat(words("PACKAGE_LETTERS"), ": ", letter.title()), std::move(text)));
  }
  paper.sections.push_back(SectionOf(words("PACKAGE_COURSE"), CourseLines(notice, words)));
  return paper;
}

}  // namespace ip::referral
