// A search's parameters, and the links of its answer.
#ifndef GATEWAY_FHIR_SEARCH_H_
#define GATEWAY_FHIR_SEARCH_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/fhir/elements.h"

namespace ip::fhir {

class Search {
 public:
  // One parameter that is not served must not be passed over: more would be answered than was asked
  // for. The same goes for one that is given twice, for a second plan and for a code's system.
  // Errors: UNIMPLEMENTED / FHIR_NOT_SUPPORTED naming it; INVALID_ARGUMENT for a _count that is no
  // number from 1 on.
  static absl::StatusOr<Search> Read(std::string_view type, std::string_view query);

  // The id of the patient, who is a plan, or of the resource; "" when neither was given.
  std::string Plan() const;
  std::string page() const { return Get("_page"); }
  int page_size() const { return page_size_; }

  bool Fits(const Json& resource) const;

  // The address of this search, or of its next page: every parameter is kept.
  std::string Link(std::string_view base) const { return Link(base, page()); }
  std::string Link(std::string_view base, const std::string& page) const;

 private:
  std::string Get(const char* name) const;

  std::string type_;
  int page_size_ = 0;
  std::map<std::string, std::string, std::less<>> found_;
};

absl::Status NotSupported(std::string_view what);

}  // namespace ip::fhir

#endif  // GATEWAY_FHIR_SEARCH_H_
