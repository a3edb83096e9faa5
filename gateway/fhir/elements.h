// The small parts that FHIR R4 resources are made of, and the extensions that carry what FHIR has
// no place for. Pure functions between messages and JSON.
//
// Reading throws nlohmann::json::exception or std::invalid_argument for what does not fit; plan.h
// turns both into a status, so that neither leaves this library.
#ifndef GATEWAY_FHIR_ELEMENTS_H_
#define GATEWAY_FHIR_ELEMENTS_H_

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "google/type/date.pb.h"
#include "individuellplan/type/v1/common.pb.h"

namespace ip::fhir {

// Keys stay in the order they are written in: the same message gives the same bytes.
using Json = nlohmann::ordered_json;

// Where our own code systems, identifiers and extensions are named.
inline constexpr char kOurs[] = "https://fhir.individuellplan.example/";

// Adds one extension for every field that is set in `rest`: what the caller has not written in
// FHIR's own way and cleared. A field that is added to the contract travels without a change here.
void WriteExtensions(const google::protobuf::Message& rest, Json& element);
// The other way, over what `message` holds already. Extensions of others are left alone.
void ReadExtensions(const Json& element, google::protobuf::Message& message);

// The extension that says that a required value is not known.
Json Absent();

// Texts to the letter. FHIR's own rule for strings refuses some of Unicode's spaces; a text with
// one stands there with ordinary spaces and to the letter in an extension of the primitive.
void PutText(Json& element, const std::string& key, const std::string& text);
std::string GetText(const Json& element, const std::string& key);

// "2026-03-02T09:00:00.123Z".
std::string Instant(const google::protobuf::Timestamp& time);
google::protobuf::Timestamp ReadInstant(const std::string& text);

// Whether FHIR can say it: a year, a month of a year or a day.
bool IsFhirDate(const google::type::Date& date);
std::string DateText(const google::type::Date& date);
google::type::Date ReadDate(const std::string& text);

// FHIR's Period, where both ends that are set can be said. True when it was written.
bool PutPeriod(Json& element, const std::string& key,
               const individuellplan::type::v1::Period& period);
individuellplan::type::v1::Period ReadPeriod(const Json& period);

// {"coding": [{"system": …, "code": …}]}; a system of ours when it is no address.
Json Concept(std::string_view system, std::string_view code);
// The code of a system in a CodeableConcept, "" when there is none.
std::string CodeOf(const Json& concept_, std::string_view system);
std::string SystemName(std::string_view system);

// A logical reference: who is meant, without an address to read them at.
Json Who(std::string_view type, std::string_view system, const std::string& value,
         const std::string& display);

// The words of an enum's value, e.g. "life-area" codes.
using CodeTable = std::initializer_list<std::pair<int, const char*>>;
// "" when FHIR has no code for it. Where several values share a code, the first is the one it
// means.
std::string ToCode(const CodeTable& table, int value);
// 0 when the code is not known.
int FromCode(const CodeTable& table, std::string_view code);

}  // namespace ip::fhir

#endif  // GATEWAY_FHIR_ELEMENTS_H_
