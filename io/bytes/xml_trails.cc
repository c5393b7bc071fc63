// The scanner's memory of the elements that it met, and its way through those it knows.

#include <algorithm>
#include <cstring>

#include "engine/value/concat.h"
#include "io/bytes/xml_bytes.h"
#include "io/bytes/xml_scanner.h"
#include "io/bytes/xml_skeleton.h"
#include "io/bytes/xml_walk.h"

namespace kvitt {
namespace {

// Behind a tag that is copied, as behind the bytes of a piece.
constexpr size_t kPadding = 64;

}  // namespace

XmlScanner::Trail* XmlScanner::NewTrail(const char* name,
                                        uint32_t length,
                                        XmlNode node,
                                        size_t depth) {
  // Padded, because names are compared a vector at a time.
  std::string padded(name, length);
  padded.append(16, '\0');
  // Whether there was a child matters only where there may be a text instead.
  const uint16_t opened = steps_.AddPlace();
  const bool is_text = (grammar_->flags(node) & kXmlText) != 0;
  const uint16_t inside = is_text ? steps_.AddPlace() : opened;
  if (opened == XmlSteps::kNoPlace || inside == XmlSteps::kNoPlace) return nullptr;
  trails_.push_back(std::make_unique<Trail>());
  Trail* trail = trails_.back().get();
  trail->name = names_.insert(std::move(padded)).first->data();
  trail->name_length = length;
  trail->node = node;
  trail->flags = grammar_->flags(node);
  trail->depth = static_cast<uint32_t>(depth);
  trail->opened = opened;
  trail->inside = inside;
  trail_of_place_.resize(std::max<size_t>(opened, inside) + 1);
  trail_of_place_[opened] = trail_of_place_[inside] = trail;
  return trail;
}

// Remembers a start tag and what it means; null when it cannot be remembered.
const XmlScanner::Trail* XmlScanner::Learn(const Tag& tag, XmlNode node) {
  if (!learning_) return nullptr;
  if (tag.bindings_before != bindings_.size()) {
    // Another world begins: what was known holds no longer, here a new path begins.
    return NewTrail(tag.name, tag.length, node, stack_.size());
  }
  const Frame& parent = stack_.back();
  if (parent.trail == nullptr || tag.is_empty) return nullptr;
  const auto length = static_cast<size_t>(tag.after - tag.begin);
  // With other attributes than the usual one, a tag is hardly ever met again.
  const bool is_usual = length == tag.length + 2 || tag.attribute_length == 3;
  if (!is_usual || length > XmlTagImage::kBytes) return nullptr;
  const uint16_t known = steps_.Find(parent.trail->inside, steps_.Print(tag.begin));
  if (known != XmlSteps::kNoPlace) return trail_of_place_[known];
  Trail* trail = NewTrail(tag.name, tag.length, node, stack_.size());
  if (trail == nullptr) return nullptr;
  trail->attribute = tag.attribute;
  trail->attribute_length = tag.attribute_length;
  trail->parent = parent.trail;
  return LearnSteps(tag, trail) ? trail : nullptr;
}

// The steps into an element and out of it. The last one in is the one that makes it known.
bool XmlScanner::LearnSteps(const Tag& tag, Trail* trail) {
  const Trail& parent = *trail->parent;
  // Two events by one tag are not foreseen.
  if ((trail->flags & kXmlText) != 0 && (trail->flags & (kXmlBegin | kXmlEnd)) != 0) return false;
  const std::string start(tag.begin, tag.after);
  const std::string end = Concat("</", std::string_view(tag.name, tag.length), ">");
  const auto step = [trail](XmlEventKind kind, bool is_event, bool is_blank, uint16_t place) {
    XmlStep made;
    made.meaning.attribute = kind == XmlEventKind::kEnd ? 0 : trail->attribute;
    made.meaning.node = trail->node;
    made.meaning.kind = kind;
    made.meaning.attribute_length =
        kind == XmlEventKind::kEnd ? uint8_t{0} : trail->attribute_length;
    made.event_bytes = is_event ? sizeof(XmlEvent) : 0;
    made.blank = is_blank ? ~uint32_t{0} : 0;
    made.text = kind == XmlEventKind::kText ? ~uint32_t{0} : 0;
    made.place = place;
    return made;
  };
  const bool has_end = (trail->flags & kXmlEnd) != 0;
  // Nobody takes the text of a foreign element.
  const bool is_foreign = trail->node == kXmlForeign || trail->node == kXmlOutside;
  const XmlStep leaf = step(XmlEventKind::kText, true, false, parent.inside);
  const XmlStep last = step(XmlEventKind::kEnd, has_end, !is_foreign, parent.inside);
  const XmlStep first =
      step(XmlEventKind::kBegin, (trail->flags & kXmlBegin) != 0, true, trail->opened);
  const XmlStepGate gate = (trail->flags & kXmlFlush) != 0  ? XmlStepGate::kShut
                           : (trail->flags & kXmlUnit) != 0 ? XmlStepGate::kUnit
                                                            : XmlStepGate::kNone;
  const auto add = [this](uint16_t from, std::string_view by, XmlStep made, XmlStepGate stop) {
    if (by.size() > XmlTagImage::kBytes) return false;
    char padded[XmlTagImage::kBytes + kPadding] = {};
    std::memcpy(padded, by.data(), by.size());
    made.image = steps_.Print(padded).image;
    // A tag with a `>` in a value is not known by what stands before it.
    if (std::memcmp(made.image.words.data(), padded, XmlTagImage::kBytes) != 0) return false;
    made.tag_bytes = static_cast<uint8_t>(by.size());
    made.kept = static_cast<uint32_t>((uint64_t{1} << by.size()) - 1);
    return steps_.Add(from, made, stop);
  };
  const bool is_known =
      (trail->opened == trail->inside || add(trail->opened, end, leaf, XmlStepGate::kNone)) &&
      add(trail->inside, end, last, XmlStepGate::kNone) &&
      (parent.opened == parent.inside || add(parent.opened, start, first, gate)) &&
      add(parent.inside, start, first, gate);
  const SkeletonBook* book = books_[trail->node].get();
  if (gate == XmlStepGate::kUnit && book != nullptr && book->reopening != 0) {
    steps_.SetUnitGates(trail->node, true);
  }
  return is_known;
}

// The end of a stretch of tags that can be walked: there is room for their events, no byte between
// them needs a closer look, and no text is too long.
size_t XmlScanner::WalkEnd(size_t cursor) const {
  const uint32_t* const tags = tags_.at.get();
  const size_t room = kEventsMax - 1 - event_count_;
  size_t end = std::min(cursor + room, tag_count_ - 2);
  if (special_cursor_ < special_count_ && end > cursor &&
      tags[end - 1] > specials_[special_cursor_]) {
    end = static_cast<size_t>(
        std::upper_bound(tags + cursor, tags + end, specials_[special_cursor_]) - tags);
  }
  const auto text_begin = static_cast<size_t>(text_begin_ - base_);
  while (end > cursor && tags[end - 1] - text_begin > limits_.text_bytes) {
    end = cursor + (end - cursor) / 2;
  }
  return end;
}

bool XmlScanner::StopsForBlanks(const char* text_begin, size_t cursor) const {
  const char* tag = base_ + tags_[cursor];
  return tag != text_begin && (IsXmlBlank(*text_begin) || IsXmlBlank(tag[-1]));
}

// Reads tags as long as each is known where it stands, and sets the stack to where that leads.
bool XmlScanner::Familiar(bool* again) {
  // A look is taken at the byte before a tag.
  if (tags_[cursor_] == 0) return true;
  ReopenBooks();
  const auto text_offset = static_cast<size_t>(text_begin_ - base_);
  while (special_cursor_ < special_count_ && specials_[special_cursor_] < text_offset) {
    ++special_cursor_;
  }
  const Frame& top = stack_.back();
  const XmlStep begin = steps_.Begin(top.has_child ? top.trail->inside : top.trail->opened);
  if (event_count_ > kEventsMax / 2 && !Flush()) return false;
  XmlWalk walk;
  walk.base = base_;
  walk.tags = tags_.data();
  walk.cursor = cursor_;
  walk.end = WalkEnd(cursor_);
  walk.text_begin = text_begin_;
  walk.last = &begin;
  walk.steps = steps_.data();
  walk.printing = steps_.printing();
  walk.event = &events_[event_count_];
  walk.is_careful = is_careful_ || carriage_return_;
  walk.has_returns = carriage_return_;
  WalkXmlTags(kernel_, &walk);
  if (walk.cursor < walk.end && !walk.is_careful && StopsForBlanks(walk.text_begin, walk.cursor)) {
    walk.is_careful = is_careful_ = true;
    WalkXmlTags(kernel_, &walk);
  }
  while (walk.cursor < walk.end &&
         steps_.Recall(walk.last->place, steps_.Print(base_ + tags_[walk.cursor]))) {
    WalkXmlTags(kernel_, &walk);
  }
  event_count_ = static_cast<size_t>(walk.event - events_.get());
  const uint16_t place = walk.last->place;
  if (walk.cursor != cursor_) {
    const Trail* trail = trail_of_place_[place];
    StandAt(trail, place == trail->inside);
    cursor_ = walk.cursor;
    text_begin_ = walk.text_begin;
  }
  if (walk.cursor == walk.end) {
    // Room for events may be what ended it.
    return event_count_ <= kEventsMax / 2 || Flush();
  }
  const char* tag = base_ + tags_[cursor_];
  if (unit_tried_ == tag) return true;
  const XmlTagPrint print = steps_.Print(tag);
  if (!steps_.IsUnitGate(place, print)) return true;
  // A text before it is the general path's business.
  if (!IsXmlBlankText(text_begin_, tag)) return true;
  stack_.back().has_child = true;
  // Either the whole unit is read, or its start tag is left to the general path.
  return EnterUnit(trail_of_place_[steps_.Find(place, print)]->node, tag, again);
}

// Makes the stack that of an element below the present ones, or among them.
void XmlScanner::StandAt(const Trail* trail, bool has_child) {
  size_t missing = 0;
  const Trail* known = trail;
  while (known->depth >= stack_.size() || stack_[known->depth].trail != known) {
    known = known->parent;
    ++missing;
  }
  while (stack_.size() > known->depth + 1) stack_.pop_back();
  const size_t first = stack_.size();
  for (size_t i = 0; i < missing; ++i) stack_.push_back(stack_.back());
  for (const Trail* t = trail; t != known; t = t->parent) {
    stack_[t->depth] = {
        t->name,      t->name_length,      t->node, true, static_cast<uint32_t>(binding_count_),
        t->attribute, t->attribute_length, t};
  }
  if (missing != 0) stack_[first - 1].has_child = true;
  stack_.back().has_child = has_child;
}

// At the start tag of a unit: ends the skeleton of the unit around it, and tries those known of this one.
bool XmlScanner::EnterUnit(XmlNode node, const char* tag, bool* matched) {
  if (tracing_) EndTraceAtUnit(node, tag);
  return Flush() && TrySkeletons(node, tag, matched);
}

}  // namespace kvitt
