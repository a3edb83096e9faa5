#include "plan-service/domain/access_words.h"

#include <array>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/authz/decide.h"

namespace ip::plan {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

enum Form { kBokmal, kNynorsk };
using Words = std::array<std::string_view, 2>;

const std::map<int, Words>& SectionWords() {
  static const std::map<int, Words> words = {
      {type::OVERVIEW, {"oversikten", "oversikta"}},
      {type::GOALS, {"mål", "mål"}},
      {type::NEEDS, {"behov og ressurser", "behov og ressursar"}},
      {type::ACTIVITIES, {"tiltak", "tiltak"}},
      {type::TEAM, {"ansvarsgruppen", "ansvarsgruppa"}},
      {type::EVALUATIONS, {"evalueringer", "evalueringar"}},
      {type::CONSENTS, {"samtykker", "samtykke"}},
      {type::DECISIONS, {"vedtak og klager", "vedtak og klager"}},
  };
  return words;
}

const std::map<std::string_view, Words>& BasisWords() {
  static const std::map<std::string_view, Words> words = {
      {"OWNER", {"som eier av planen", "som eigar av planen"}},
      {"REPRESENTATIVE", {"på vegne av eieren", "på vegner av eigaren"}},
      {"READER", {"med fullmakt til å lese", "med fullmakt til å lese"}},
      {"COORDINATOR", {"som koordinator", "som koordinator"}},
      {"NOMINEE", {"som spurt om å være koordinator", "som spurd om å vere koordinator"}},
      {"CONSENT", {"med samtykke fra eieren", "med samtykke frå eigaren"}},
      {"UNIT",
       {"som saksbehandler i koordinerende enhet", "som saksbehandlar i koordinerande eining"}},
      {"UNIT_LEADER", {"som leder av koordinerende enhet", "som leiar av koordinerande eining"}},
      {"EMERGENCY", {"i en nødsituasjon, uten samtykke", "i ein naudsituasjon, utan samtykke"}},
      {"SERVICE", {"som del av systemet", "som del av systemet"}},
  };
  return words;
}

std::string Who(const pb::AccessLogEntry& entry, const std::string& organization, Form form) {
  std::string who = entry.accessor_display_name();
  if (who.empty()) {
    const bool person = entry.accessor().rfind("persons/", 0) == 0;
    who = !person           ? entry.accessor()
          : form == kBokmal ? "En person uten oppgitt navn"
                            : "Ein person utan oppgitt namn";
  }
  return organization.empty() ? who : absl::StrCat(who, " (", organization, ")");
}

std::string What(const pb::AccessLogEntry& entry, Form form) {
  std::set<int> sections(entry.sections().begin(), entry.sections().end());
  if (sections.empty()) return "innsynsloggen";
  if (sections.size() == authz::AllSections().size()) {
    return form == kBokmal ? "hele planen" : "heile planen";
  }
  std::vector<std::string_view> words;
  for (const int section : sections) {
    const auto known = SectionWords().find(section);
    if (known != SectionWords().end()) words.push_back(known->second[form]);
  }
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    absl::StrAppend(&list,
                    i == 0                  ? ""
                    : i + 1 == words.size() ? " og "
                                            : ", ",
                    absl::string_view(words[i].data(), words[i].size()));
  }
  return list;
}

std::string Sentence(const pb::AccessLogEntry& entry, const std::string& organization, Form form) {
  const bool opens = entry.method() == "RequestEmergencyAccess";
  std::string text =
      absl::StrCat(Who(entry, organization, form),
                   opens ? (form == kBokmal ? " åpnet planen" : " opna planen")
                         : absl::StrCat(form == kBokmal ? " så " : " såg ", What(entry, form)));
  const auto basis = BasisWords().find(entry.basis());
  if (basis != BasisWords().end()) {
    const std::string_view words = basis->second[form];
    absl::StrAppend(&text, " ", absl::string_view(words.data(), words.size()));
  }
  absl::StrAppend(&text, ".");
  if (!entry.purpose_of_use().empty()) {
    absl::StrAppend(&text, " Oppgitt grunn: ", entry.purpose_of_use());
  }
  return text;
}

}  // namespace

type::LocalizedText InWords(const pb::AccessLogEntry& entry, const std::string& organization) {
  type::LocalizedText text;
  text.set_nb(Sentence(entry, organization, kBokmal));
  text.set_nn(Sentence(entry, organization, kNynorsk));
  return text;
}

}  // namespace ip::plan
