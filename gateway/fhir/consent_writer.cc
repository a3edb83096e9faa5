#include <algorithm>

#include "absl/strings/match.h"
#include "gateway/fhir/resource_writer.h"

namespace ip::fhir {
namespace {

namespace type = individuellplan::type::v1;

Json Actor(Json reference) {
  return {{"role", Concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")},
          {"reference", std::move(reference)}};
}
template <class Sections>
Json Classes(const Sections& sections) {
  Json out = Json::array();
  for (const int section : sections) {
    out.push_back({{"system", SystemName("section")},
                   {"code", type::Section_Name(static_cast<type::Section>(section))}});
  }
  return out;
}
template <class Sections>
bool AreKnown(const Sections& sections) {
  return !sections.empty() && std::all_of(sections.begin(), sections.end(), [](int section) {
    return type::Section_IsValid(section);
  });
}

}  // namespace

void ConsentWriter::Write(std::vector<Json>& out) const {
  for (const auto& consent : plan_.consents()) out.push_back(WriteConsent(consent));
  for (const auto& block : plan_.access_blocks()) out.push_back(WriteBlock(block));
}

Json ConsentWriter::BeginConsent(const std::string& name, std::string_view kind) const {
  Json out = Begin("Consent", FhirId(name));
  out["scope"] = Concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy");
  out["category"] = Json::array({Concept("consent-kind", kind)});
  out["patient"] = Subject();
  return out;
}
Json ConsentWriter::WriteConsent(const pb::Consent& consent) const {
  pb::Consent rest = consent;
  const std::string kind = ToCode(kConsentKinds, consent.kind());
  if (!kind.empty()) rest.clear_kind();
  Json out = BeginConsent(consent.name(), kind.empty() ? "unknown" : kind);
  rest.clear_name();
  PutState(out, "status", kConsentStates, consent.state(), rest, &pb::Consent::clear_state);
  if (consent.has_give_time()) out["dateTime"] = Instant(consent.give_time());
  rest.clear_give_time();
  if (!consent.grantor().empty()) {
    out["performer"] = Json::array({Who("", "person", consent.grantor(), "")});
    rest.clear_grantor();
  }
  out["policyRule"] = {{"text", "Forskrift om individuell plan § 19 h"}};
  Json provision = {{"type", "permit"}};
  if (PutPeriod(provision, "period", consent.period())) rest.clear_period();
  if (!consent.participant().empty()) {
    provision["actor"] = Json::array({Actor(Participant(consent.participant()))});
    rest.clear_participant();
  }
  if (AreKnown(consent.sections())) {
    provision["class"] = Classes(consent.sections());
    rest.clear_sections();
  }
  out["provision"] = std::move(provision);
  WriteExtensions(rest, out);
  return out;
}

Json ConsentWriter::WriteBlock(const pb::AccessBlock& block) const {
  pb::AccessBlock rest = block;
  Json out = BeginConsent(block.name(), "access-block");
  rest.clear_name();
  out["status"] = block.has_lift_time() ? "inactive" : "active";
  if (block.has_create_time()) out["dateTime"] = Instant(block.create_time());
  rest.clear_create_time();
  // HL7 Norway's code for the right to object to sharing, pbrl § 5-3.
  out["policyRule"] = {{"coding", Json::array({Json{{"code", "PBRL5-3"}}})},
                       {"text", "Pasient- og brukerrettighetsloven § 5-3"}};
  Json provision = {{"type", "deny"}};
  provision["actor"] = Json::array();
  if (!block.person().empty()) {
    provision["actor"].push_back(Actor(Who("", "person", block.person(), "")));
    rest.clear_person();
  }
  if (absl::StartsWith(block.organization(), "organizations/")) {
    provision["actor"].push_back(
        Actor(Who("Organization", kOrganizationNumber, block.organization().substr(14), "")));
    rest.clear_organization();
  }
  if (provision["actor"].empty()) provision.erase("actor");
  if (AreKnown(block.sections())) {
    provision["class"] = Classes(block.sections());
    rest.clear_sections();
  }
  out["provision"] = std::move(provision);
  WriteExtensions(rest, out);
  return out;
}

}  // namespace ip::fhir
