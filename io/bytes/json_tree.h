// JSON over several lines, two blanks a level, for documents that people look into, too.
//
//   JsonTree tree;
//   tree.Open("", '{');
//   tree.Text("program", "kvitt");
//   tree.Open("files", '[');
//   tree.Text("", "a.txt");      // an element has no key
//   tree.Close();
//   tree.Close();
//   std::string text = tree.Take();

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "io/bytes/json_text.h"

namespace kvitt {

class JsonTree {
 public:
  void Open(std::string_view key, char bracket) {
    Member(key);
    text_.push_back(bracket);
    closers_.push_back(bracket == '{' ? '}' : ']');
    first_ = true;
  }

  void Close() {
    const char closer = closers_.back();
    closers_.pop_back();
    if (!first_) Line();
    text_.push_back(closer);
    first_ = false;
  }

  void Text(std::string_view key, std::string_view value) {
    Member(key);
    AppendJsonString(value, &text_);
  }

  // Nothing at all when there is no value.
  void OptionalText(std::string_view key, std::string_view value) {
    if (!value.empty()) Text(key, value);
  }

  void Number(std::string_view key, uint64_t value) {
    Member(key);
    text_ += std::to_string(value);
  }

  void Bool(std::string_view key, bool value) {
    Member(key);
    text_ += value ? "true" : "false";
  }

  std::string Take() {
    text_.push_back('\n');
    return std::move(text_);
  }

 private:
  void Line() {
    text_.push_back('\n');
    text_.append(closers_.size() * 2, ' ');
  }

  void Member(std::string_view key) {
    if (!first_) text_.push_back(',');
    if (!closers_.empty()) Line();
    first_ = false;
    if (key.empty()) return;
    AppendJsonString(key, &text_);
    text_ += ": ";
  }

  std::string text_;
  std::string closers_;
  bool first_ = true;
};

}  // namespace kvitt
