#pragma once

#include <map>
#include <string>

namespace merkit {

/// Receives the elements of an XML document in order. Names come without namespace prefix.
class XmlReader {
 public:
  using Attributes = std::map<std::string, std::string>;

  virtual ~XmlReader() = default;
  virtual void begin(const std::string& name, const Attributes& attributes) = 0;
  virtual void text(const std::string& text) = 0;  ///< may come in several pieces
  virtual void end(const std::string& name) = 0;
};

/// Feeds `xml` (UTF-8) to `reader`. Throws InputError naming `origin` when it is not well-formed or ends early; what
/// the reader throws passes through.
void read_xml(std::string xml, const std::string& origin, XmlReader& reader);

/// The value of an attribute, empty when it is not there.
const std::string& attribute_of(const XmlReader::Attributes& attributes, const std::string& name);

}  // namespace merkit
