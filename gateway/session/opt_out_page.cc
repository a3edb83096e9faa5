#include "gateway/session/opt_out_page.h"

#include "absl/strings/str_cat.h"
#include "gateway/doors/http_message.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

constexpr std::string_view kPath = "/varsel/avmeld/";

HttpResponse Page(int status, std::string_view title, std::string_view text,
                  std::string_view form = "") {
  HttpResponse response = MakeResponse(
      status, "text/html; charset=utf-8",
      absl::StrCat("<!doctype html><html lang=\"nb\"><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                   "<meta name=\"robots\" content=\"noindex\"><title>",
                   std::string(title), "</title><h1>", std::string(title), "</h1>",
                   std::string(text), std::string(form), "</html>"));
  response.set("Content-Security-Policy",
               "default-src 'none'; form-action 'self'; frame-ancestors 'none'");
  response.set("Referrer-Policy", "no-referrer");
  return response;
}

// The form posts to the page's own address.
HttpResponse Ask() {
  return Page(
      200, "Færre e-poster",
      "<p>Vil du slippe valgfrie påminnelser på e-post? Du finner dem fortsatt når du logger "
      "inn.</p><p lang=\"nn\">Vil du sleppe valfrie påminningar på e-post? Du finn dei "
      "framleis når du loggar inn.</p>",
      "<form method=\"post\"><button>Ja, slutt å sende dem</button></form>");
}

}  // namespace

bool OptOutPage::Serve(const std::shared_ptr<Exchange>& exchange) {
  const std::string_view path = PathOf(exchange->request());
  if (!opt_out_ || !path.starts_with(kPath)) return false;
  const auto verb = exchange->request().method();
  if (verb == http::verb::post) {
    const bool taken =
        workers_.Submit([this, exchange, token = std::string(path.substr(kPath.size()))] {
          exchange->Reply(TakeOut(token));
        });
    if (!taken) exchange->Reply(Page(503, "Prøv igjen om litt", "<p>Ingenting er endret.</p>"));
    return true;
  }
  if (verb == http::verb::get || verb == http::verb::head) {
    exchange->Reply(Ask());
    return true;
  }
  HttpResponse response = ErrorResponse(
      Error(absl::StatusCode::kUnimplemented, "HTTP_METHOD_WRONG", "This address is for POST."),
      405);
  response.set(http::field::allow, "GET, POST");
  exchange->Reply(std::move(response));
  return true;
}

HttpResponse OptOutPage::TakeOut(const std::string& token) {
  const absl::Status done = opt_out_(token);
  if (done.ok()) {
    return Page(
        200, "Du får færre e-poster",
        "<p>Valgfrie påminnelser av dette slaget kommer ikke lenger på e-post. Du finner dem "
        "når du logger inn, og kan slå dem på igjen der.</p><p lang=\"nn\">Valfrie "
        "påminningar av dette slaget kjem ikkje lenger på e-post. Du finn dei når du loggar "
        "inn, og kan slå dei på att der.</p>");
  }
  if (absl::IsNotFound(done) || absl::IsInvalidArgument(done)) {
    return Page(404, "Lenken virker ikke",
                "<p>Ingenting er endret. Logg inn for å velge hvilke e-poster du vil ha.</p>");
  }
  return Page(503, "Prøv igjen om litt", "<p>Ingenting er endret.</p>");
}

}  // namespace ip::gateway
