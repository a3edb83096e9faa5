// What the writers of a plan's resources share: ids, references, states.
#ifndef GATEWAY_FHIR_RESOURCE_WRITER_H_
#define GATEWAY_FHIR_RESOURCE_WRITER_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/fhir/codes.h"
#include "gateway/fhir/plan.h"

namespace ip::fhir {

// Each resource is written from a copy of its message: what has found a place in FHIR is cleared in
// the copy, what is left becomes extensions. The plan must outlive the writer.
class ResourceWriter {
 public:
  explicit ResourceWriter(const pb::CarePlan& plan) : plan_(plan), id_(FhirId(plan.name())) {
    for (const auto& participant : plan.participants())
      participants_[participant.name()] = &participant;
  }

 protected:
  Json Begin(const char* resource, const std::string& id) const {
    // HL7's own, unmodified; what is ours stands in extensions.
    const std::string profile = absl::StrCat("http://hl7.org/fhir/StructureDefinition/", resource);
    return {
        {"resourceType", resource}, {"id", id}, {"meta", {{"profile", Json::array({profile})}}}};
  }
  Json Reference(const char* resource, const std::string& name) const {
    return {{"reference", absl::StrCat(resource, "/", FhirId(name))}};
  }
  Json Subject() const {
    Json subject = {{"reference", absl::StrCat("Patient/", id_)}};
    PutText(subject, "display", plan_.subject().display_name());
    return subject;
  }
  Json Participant(const std::string& name) const {
    const auto found = participants_.find(name);
    if (found == participants_.end()) return Who("", "participant", name, "");
    return Who(ToCode(kParticipantKinds, found->second->kind()), "participant", name,
               found->second->display_name());
  }

  // A state under the key that FHIR has for it; cleared when the code says all of it.
  template <class State, class Rest>
  static void PutState(Json& out, const char* key, const CodeTable& table, State state, Rest& rest,
                       void (Rest::*clear)()) {
    const std::string code = ToCode(table, state);
    if (code.empty()) return;
    out[key] = code;
    if (FromCode(table, code) == state) (rest.*clear)();
  }

  static void PutArea(Json& out, individuellplan::type::v1::LifeArea area) {
    if (area != individuellplan::type::v1::LIFE_AREA_UNSPECIFIED &&
        individuellplan::type::v1::LifeArea_IsValid(area)) {
      out["category"] =
          Json::array({Concept("life-area", individuellplan::type::v1::LifeArea_Name(area))});
    }
  }
  template <class Rest>
  static void PutAreaAndClear(Json& out, Rest& rest) {
    if (!individuellplan::type::v1::LifeArea_IsValid(rest.life_area())) return;
    PutArea(out, rest.life_area());
    rest.clear_life_area();
  }

  const pb::CarePlan& plan_;
  const std::string id_;

 private:
  std::map<std::string, const pb::Participant*> participants_;
};

// Consents and access blocks as Consent.
class ConsentWriter : public ResourceWriter {
 public:
  using ResourceWriter::ResourceWriter;
  void Write(std::vector<Json>& out) const;

 private:
  Json BeginConsent(const std::string& name, std::string_view kind) const;
  Json WriteConsent(const pb::Consent& consent) const;
  Json WriteBlock(const pb::AccessBlock& block) const;
};

}  // namespace ip::fhir

#endif  // GATEWAY_FHIR_RESOURCE_WRITER_H_
