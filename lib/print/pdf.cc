#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <exception>
#include <memory>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFWriter.hh>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/print/document.h"

namespace ip::print {
namespace {

// Points, 72 to the inch: A4 with margins of 25 mm.
constexpr double kWidth = 595.276;
constexpr double kHeight = 841.89;
constexpr double kMargin = 70.866;
constexpr double kBottom = kHeight - kMargin;

struct Style {
  const char* tag;  // structure type of PDF
  const char* font;
  double before;  // space above, but not at the top of a page
  double after;   // room for what must not be parted from it
};
constexpr Style kAddress = {"P", "Open Sans 10", 0, 0};
constexpr Style kBlockStart = {"P", "Open Sans 10", 18, 0};
constexpr Style kTitle = {"H1", "Open Sans Bold 15", 28, 60};
constexpr Style kHeading = {"H2", "Open Sans Bold 11", 14, 40};
constexpr Style kParagraph = {"P", "Open Sans 10.5", 6, 0};
constexpr char kFooterFont[] = "Open Sans 8.5";

struct Free {
  void operator()(cairo_surface_t* p) const { cairo_surface_destroy(p); }
  void operator()(cairo_t* p) const { cairo_destroy(p); }
  void operator()(PangoLayout* p) const { g_object_unref(p); }
  void operator()(PangoLayoutIter* p) const { pango_layout_iter_free(p); }
  void operator()(PangoFontDescription* p) const { pango_font_description_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

cairo_status_t Append(void* out, const unsigned char* bytes, unsigned int size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

double Points(int pango_units) { return static_cast<double>(pango_units) / PANGO_SCALE; }

// Fills pages from top to bottom.
class Pages {
 public:
  Pages(const Document& document, int total) : document_(document), total_(total) {
    surface_.reset(cairo_pdf_surface_create_for_stream(Append, &bytes_, kWidth, kHeight));
    const std::string made =
        absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", document.time, absl::UTCTimeZone());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE,
                                   document.title.c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, made.c_str());
    cairo_.reset(cairo_create(surface_.get()));
  }

  void Write(const std::string& text, const Style& style) {
    const auto layout = LayoutOf(text, style.font);
    if (y_ > kMargin) y_ += style.before;
    cairo_tag_begin(cairo_.get(), style.tag, nullptr);
    const Owned<PangoLayoutIter> lines(pango_layout_get_iter(layout.get()));
    bool first = true;
    do {
      int top = 0;
      int end = 0;
      pango_layout_iter_get_line_yrange(lines.get(), &top, &end);
      const double height = Points(end - top);
      if (y_ + height + (first ? style.after : 0) > kBottom) {
        cairo_tag_end(cairo_.get(), style.tag);  // its rest is an element of the next page
        EndPage();
        cairo_tag_begin(cairo_.get(), style.tag, nullptr);
      }
      first = false;
      const double baseline = Points(pango_layout_iter_get_baseline(lines.get()) - top);
      cairo_move_to(cairo_.get(), kMargin, y_ + baseline);
      pango_cairo_show_layout_line(cairo_.get(), pango_layout_iter_get_line_readonly(lines.get()));
      y_ += height;
    } while (pango_layout_iter_next_line(lines.get()));
    cairo_tag_end(cairo_.get(), style.tag);
  }

  int pages() const { return page_; }

  absl::StatusOr<std::string> Finish() {
    EndPage();
    cairo_.reset();
    cairo_surface_finish(surface_.get());
    const cairo_status_t status = cairo_surface_status(surface_.get());
    if (status == CAIRO_STATUS_SUCCESS) return std::move(bytes_);
    return absl::InternalError(absl::StrCat("pdf: ", cairo_status_to_string(status)));
  }

 private:
  Owned<PangoLayout> LayoutOf(const std::string& text, const char* font) const {
    Owned<PangoLayout> layout(pango_cairo_create_layout(cairo_.get()));
    PangoContext* context = pango_layout_get_context(layout.get());
    pango_cairo_context_set_resolution(context, 72);  // a font's point is a point of the page
    pango_context_set_language(context, pango_language_from_string(document_.language.c_str()));
    const Owned<PangoFontDescription> description(pango_font_description_from_string(font));
    pango_layout_set_font_description(layout.get(), description.get());
    pango_layout_set_width(layout.get(), static_cast<int>((kWidth - 2 * kMargin) * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout.get(), 1.2F);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    return layout;
  }

  void EndPage() {
    const auto footer = LayoutOf(absl::StrCat("Side ", page_, " av ", total_), kFooterFont);
    pango_layout_set_alignment(footer.get(), PANGO_ALIGN_RIGHT);
    cairo_move_to(cairo_.get(), kMargin, kBottom + 20);
    pango_cairo_show_layout(cairo_.get(), footer.get());
    cairo_show_page(cairo_.get());
    ++page_;
    y_ = kMargin;
  }

  const Document& document_;
  const int total_;
  std::string bytes_;
  Owned<cairo_surface_t> surface_;
  Owned<cairo_t> cairo_;
  int page_ = 1;
  double y_ = kMargin;
};

void Fill(Pages& pages, const Document& document) {
  for (const auto* block : {&document.sender, &document.recipient, &document.details}) {
    for (const auto& line : *block) {
      pages.Write(line, &line == &block->front() ? kBlockStart : kAddress);
    }
  }
  pages.Write(document.title, kTitle);
  for (const auto& section : document.sections) {
    if (!section.heading.empty()) pages.Write(section.heading, kHeading);
    for (const auto& paragraph : section.paragraphs) pages.Write(paragraph, kParagraph);
  }
}

// What Cairo 1.16 cannot say: the language, without which a screen reader reads Norwegian as
// English, and that a reader's window is named by the title.
absl::StatusOr<std::string> WithLanguage(const std::string& pdf, const std::string& language) try {
  QPDF file;
  file.processMemoryFile("letter", pdf.data(), pdf.size());
  QPDFObjectHandle catalog = file.getRoot();
  catalog.replaceKey("/Lang", QPDFObjectHandle::newUnicodeString(language));
  catalog.replaceKey("/ViewerPreferences", QPDFObjectHandle::parse("<< /DisplayDocTitle true >>"));
  QPDFWriter writer(file);
  writer.setOutputMemory();
  writer.setDeterministicID(true);
  writer.write();
  const auto bytes = writer.getBufferSharedPointer();
  return std::string(reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize());
} catch (const std::exception& error) {  // qpdf's way of saying that something is wrong
  return absl::InternalError(absl::StrCat("pdf: ", error.what()));
}

}  // namespace

absl::StatusOr<std::string> ToPdf(const Document& document) {
  Pages counted(document, 0);
  Fill(counted, document);
  Pages pages(document, counted.pages());
  Fill(pages, document);
  const auto pdf = pages.Finish();
  if (!pdf.ok()) return pdf.status();
  return WithLanguage(*pdf, document.language);
}

}  // namespace ip::print
