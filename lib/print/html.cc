#include <kainjow/mustache.hpp>

#include "lib/print/document.h"

namespace ip::print {
namespace {

using kainjow::mustache::data;

constexpr char kTemplate[] = R"(<!DOCTYPE html>
<html lang="{{language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}}</title>
<style>
body { font: 1rem/1.5 "Open Sans", system-ui, sans-serif; color: #1a1a1a; background: #fff;
       max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 2rem 0 1rem; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 0.25rem; }
p { margin: 0 0 0.75rem; white-space: pre-line; overflow-wrap: break-word; }
address { font-style: normal; margin-bottom: 1.5rem; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
</style>
</head>
<body>
<main>
{{#blocks}}<address>{{#lines}}{{line}}<br>{{/lines}}</address>
{{/blocks}}<h1>{{title}}</h1>
{{#sections}}<section>
{{#heading}}<h2>{{heading}}</h2>
{{/heading}}{{#paragraphs}}<p>{{paragraph}}</p>
{{/paragraphs}}</section>
{{/sections}}</main>
</body>
</html>
)";

data ListOf(const std::vector<std::string>& texts, const char* name) {
  data list{data::type::list};
  for (const auto& text : texts) list << data{name, text};
  return list;
}

}  // namespace

std::string ToHtml(const Document& document) {
  data blocks{data::type::list};
  for (const auto* lines : {&document.sender, &document.recipient, &document.details}) {
    if (!lines->empty()) blocks << data{"lines", ListOf(*lines, "line")};
  }
  data sections{data::type::list};
  for (const auto& section : document.sections) {
    data one;
    if (!section.heading.empty()) one.set("heading", section.heading);
    one.set("paragraphs", ListOf(section.paragraphs, "paragraph"));
    sections << one;
  }
  data all;
  all.set("language", document.language);
  all.set("title", document.title);
  all.set("blocks", blocks);
  all.set("sections", sections);
  return kainjow::mustache::mustache(kTemplate).render(all);
}

}  // namespace ip::print
