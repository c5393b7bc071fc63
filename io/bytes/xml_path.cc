// Where a scan begins and stands: below a path of elements.

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_scanner.h"
#include "io/bytes/xml_skeleton.h"
#include "kvitt/check.h"

namespace kvitt {

std::string XmlPath::Text() const {
  std::string text;
  for (const Element& element : elements) {
    if (!text.empty()) text.push_back('/');
    text += element.name;
  }
  return text;
}

void XmlScanner::Descend(const XmlPath& path) {
  KVITT_CHECK(stack_.size() == 1 && bindings_.empty() && base_ == nullptr);
  for (const XmlPath::Binding& binding : path.bindings) {
    bindings_.push_back({binding.prefix, binding.family, binding.depth});
  }
  for (const XmlPath::Element& element : path.elements) {
    // Padded, because names are compared a vector at a time.
    auto name = std::make_unique<std::string>(element.name);
    name->append(16, '\0');
    uint32_t outside = 0;
    for (const Binding& binding : bindings_) {
      if (binding.depth <= stack_.size() - 1) ++outside;
    }
    stack_.push_back(
        {name->data(), static_cast<uint32_t>(element.name.size()), element.node, true, outside});
    floor_names_.push_back(std::move(name));
  }
  BindingsChanged();
  floor_depth_ = stack_.size();
  floor_bindings_ = bindings_.size();
  LearnFloor();
}

bool XmlScanner::SettleAt(const XmlPath& path) {
  const size_t depth = path.elements.size() + 1;
  if (depth < 2 || stack_.size() < depth || bindings_.size() != path.bindings.size()) return false;
  for (size_t i = 0; i < bindings_.size(); ++i) {
    const XmlPath::Binding& binding = path.bindings[i];
    if (bindings_[i].prefix != binding.prefix || bindings_[i].family != binding.family ||
        bindings_[i].depth != binding.depth) {
      return false;
    }
  }
  for (size_t i = 1; i < depth; ++i) {
    const XmlPath::Element& element = path.elements[i - 1];
    if (std::string_view(stack_[i].name, stack_[i].length) != element.name ||
        stack_[i].node != element.node) {
      return false;
    }
  }
  // Their names are in bytes that will be gone.
  for (size_t i = 1; i < depth; ++i) {
    auto name = std::make_unique<std::string>(path.elements[i - 1].name);
    name->append(16, '\0');
    stack_[i].name = name->data();
    floor_names_.push_back(std::move(name));
  }
  stack_.resize(depth, stack_.front());
  floor_depth_ = depth;
  floor_bindings_ = bindings_.size();
  return true;
}

// Nothing above the innermost element repeats often enough to be remembered.
void XmlScanner::LearnFloor() {
  Frame& top = stack_.back();
  if (learning_ && stack_.size() > 1 && top.trail == nullptr) {
    top.trail = NewTrail(top.name, top.length, top.node, stack_.size() - 1);
  }
}

void XmlScanner::Rewind(XmlConsumer* consumer) {
  KVITT_CHECK(floor_depth_ != 0 && stack_.size() >= floor_depth_);
  consumer_ = consumer;
  fault_ = {};
  stack_.resize(floor_depth_, stack_.front());
  stack_.back().has_child = false;
  if (bindings_.size() != floor_bindings_) {
    bindings_.resize(floor_bindings_);
    BindingsChanged();
  }
  LearnFloor();
  stopped_ = wants_release_ = root_closed_ = carriage_return_ = is_careful_ = false;
  is_pending_ = tracing_ = false;
  unit_tried_ = nullptr;
  decoded_.clear();
  event_count_ = 0;
}

XmlPath XmlScanner::Path() const {
  XmlPath path;
  for (size_t i = 1; i < stack_.size(); ++i) {
    path.elements.push_back({std::string(stack_[i].name, stack_[i].length), stack_[i].node});
  }
  for (const Binding& binding : bindings_) {
    path.bindings.push_back({binding.prefix, binding.family, binding.depth});
  }
  return path;
}

}  // namespace kvitt
