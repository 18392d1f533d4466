#include "data/xml_reader.h"

#include "merkit/core/error.h"

#include <vector>

#include <orcus/sax_parser.hpp>

namespace merkit {
namespace {

constexpr std::size_t kDeepest = 64;  // elements within elements; sheets need eight

/// From liborcus's callbacks to ours; checks that every element is closed by its own name, which liborcus does not.
class Handler : public orcus::sax_handler {
 public:
  Handler(XmlReader& reader, const std::string& origin) : reader_(reader), origin_(origin) {}

  void attribute(const orcus::sax::parser_attribute& attribute) {
    if (attribute.ns == "xmlns") return;
    attributes_[std::string(attribute.name)] = std::string(attribute.value);
  }
  void end_declaration(std::string_view) { attributes_.clear(); }
  void start_element(const orcus::sax::parser_element& element) {
    open_.emplace_back(element.name);
    if (open_.size() > kDeepest) throw InputError(origin_ + ": damaged XML: nested too deep");
    reader_.begin(open_.back(), attributes_);
    attributes_.clear();
  }
  void end_element(const orcus::sax::parser_element& element) {
    if (open_.empty() || open_.back() != element.name)
      throw InputError(origin_ + ": damaged XML: </" + std::string(element.name) + "> closes nothing");
    reader_.end(open_.back());
    open_.pop_back();
    complete_ = open_.empty();
  }
  void characters(std::string_view text, bool) {
    if (!open_.empty()) reader_.text(std::string(text));
  }
  bool complete() const { return complete_; }

 private:
  XmlReader& reader_;
  const std::string& origin_;
  XmlReader::Attributes attributes_;
  std::vector<std::string> open_;
  bool complete_ = false;
};

}  // namespace

void read_xml(std::string xml, const std::string& origin, XmlReader& reader) {
  // In a document that ends early liborcus looks at the character after the last and may go on from there; of these it
  // accepts none, wherever it is. It stops at the end of the root element and never comes to see them in a whole one.
  xml.append(32, '<');
  Handler handler(reader, origin);
  try {
    orcus::sax_parser<Handler>(xml.data(), xml.size(), handler).parse();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw InputError(origin + ": damaged XML: " + error.what());
  }
  if (!handler.complete()) throw InputError(origin + ": damaged XML: it ends early");
}

const std::string& attribute_of(const XmlReader::Attributes& attributes, const std::string& name) {
  static const std::string nothing;
  const auto found = attributes.find(name);
  return found == attributes.end() ? nothing : found->second;
}

}  // namespace merkit
