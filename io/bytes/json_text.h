// JSON text, written by hand: strings with their escapes, and members of one object on one line.
//
//   JsonLineWriter line(&out);
//   line.Text("item_id", "INV-1");
//   line.Amount("amount", 100000, 2);
//   line.End();                          // {"item_id":"INV-1","amount":"1000.00"}\n

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kvitt/date.h"

namespace kvitt {

// Appends `text` in quotes. Only what JSON demands is escaped: quotes, backslashes and control
// characters. REQUIRES: text is UTF-8.
void AppendJsonString(std::string_view text, std::string* out);

// Appends the members of one flat object. Keys are given in ASCII without anything to escape.
class JsonLineWriter {
 public:
  explicit JsonLineWriter(std::string* out) : out_(out) { out_->push_back('{'); }

  void Text(std::string_view key, std::string_view value) {
    Key(key);
    AppendJsonString(value, out_);
  }

  // Nothing at all when there is no value.
  void OptionalText(std::string_view key, std::string_view value) {
    if (!value.empty()) Text(key, value);
  }

  void OptionalDate(std::string_view key, Date date);
  void Amount(std::string_view key, int64_t minor, int decimals);
  // Opens a member whose value the caller appends to the same string.
  void Key(std::string_view key);

  // Closes the object and the line.
  void End() { out_->append("}\n"); }

 private:
  std::string* out_;
  bool first_ = true;
};

}  // namespace kvitt
