// Letters and reports as they are read: headings and paragraphs, rendered to HTML and PDF.
#ifndef LIB_PRINT_DOCUMENT_H_
#define LIB_PRINT_DOCUMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ip::print {

struct Section {
  std::string heading;  // may be empty
  std::vector<std::string> paragraphs;
};

// All texts are plain UTF-8; nothing in them is markup.
struct Document {
  std::string language;  // BCP 47: "nb" or "nn"
  std::string title;
  std::vector<std::string> sender;     // lines: who writes
  std::vector<std::string> recipient;  // lines: to whom
  std::vector<std::string> details;    // lines: date, reference
  std::vector<Section> sections;
  absl::Time time;  // when it was made; stands in the PDF's properties
};

// A whole page with its style, without script or anything fetched from elsewhere.
std::string ToHtml(const Document& document);

// A4 with page numbers, tagged, fonts embedded; the same bytes for the same document. Errors:
// INTERNAL when the renderer fails.
absl::StatusOr<std::string> ToPdf(const Document& document);

}  // namespace ip::print

#endif  // LIB_PRINT_DOCUMENT_H_
