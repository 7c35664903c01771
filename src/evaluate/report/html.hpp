// HTML that is well-formed and safe by construction: every element is closed by the call that opened it, text and
// attributes are escaped. What comes out is XML, too, so that tests can parse it.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace visionkit {

struct HtmlAttribute {
  std::string_view name;
  std::string value;
};
using HtmlAttributes = std::vector<HtmlAttribute>;

/// Markup characters become entities; control characters and what is not UTF-8 become U+FFFD.
std::string escape_html(std::string_view text);

/// At most `characters` (code points), the middle left out.
std::string shorten(std::string_view text, std::size_t characters);

class Html {
 public:
  /// An element without content: <br/>.
  void empty(std::string_view tag, const HtmlAttributes& attributes = {});
  void element(std::string_view tag, const HtmlAttributes& attributes, std::string_view text);
  void element(std::string_view tag, std::string_view text) { element(tag, {}, text); }
  /// What `body` writes becomes the content.
  template <std::invocable Body>
  void element(std::string_view tag, const HtmlAttributes& attributes, Body&& body) {
    open(tag, attributes);
    body();
    close(tag);
  }
  template <std::invocable Body>
  void element(std::string_view tag, Body&& body) {
    element(tag, {}, std::forward<Body>(body));
  }
  void text(std::string_view plain);
  /// The style sheet, which is not escaped: without '<' and '&'.
  void style(std::string_view css);

  [[nodiscard]] const std::string& markup() const { return markup_; }
  /// Puts what another one wrote here.
  void append(const Html& part) { markup_ += part.markup_; }

 private:
  void open(std::string_view tag, const HtmlAttributes& attributes);
  void close(std::string_view tag);

  std::string markup_;
};

}  // namespace visionkit
