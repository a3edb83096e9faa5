// Reference data in memory: read once at start, the same for the life of the process.
#ifndef LIB_REFERENCE_REFERENCE_H_
#define LIB_REFERENCE_REFERENCE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "individuellplan/type/v1/reference.pb.h"

namespace ip {

class Reference {
 public:
  // Reads a file in proto3 JSON (reference.proto). Errors: NOT_FOUND when it cannot be read,
  // INVALID_ARGUMENT when it is malformed or refers to something it does not hold.
  static absl::StatusOr<Reference> Load(const std::string& file);
  static absl::StatusOr<Reference> Parse(const std::string& json);

  const individuellplan::type::v1::ReferenceData& data() const { return data_; }

  // All return nullptr when there is none.
  const individuellplan::type::v1::Unit* FindUnit(std::string_view name) const;
  // The unit whose case workers are logged in for `organization`.
  const individuellplan::type::v1::Unit* UnitOfOrganization(std::string_view organization) const;
  // The municipal unit that receives notices for a municipality.
  const individuellplan::type::v1::Unit* UnitOfMunicipality(std::string_view code) const;
  const individuellplan::type::v1::Organization* FindOrganization(std::string_view name) const;
  const individuellplan::type::v1::Municipality* FindMunicipality(std::string_view code) const;

 private:
  individuellplan::type::v1::ReferenceData data_;
};

}  // namespace ip

#endif  // LIB_REFERENCE_REFERENCE_H_
