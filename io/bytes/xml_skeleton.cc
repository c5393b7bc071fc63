#include "io/bytes/xml_skeleton.h"

#include <algorithm>
#include <cstring>

#include "io/bytes/xml_bytes.h"

namespace kvitt {
namespace {

// The text of an element that has none.
constexpr char kNothing[16] = {};
constexpr size_t kLiteralAlign = 16;
constexpr size_t kUnitBytesMax = 16 << 10;
constexpr size_t kValuesMax = 96;
// What a unit is taken to have when time is counted in units.
constexpr size_t kUnitBytesUsual = 1 << 10;
constexpr uint32_t kCreditOfHit = 4;
constexpr uint32_t kCreditMax = 64;
constexpr uint32_t kCreditAfterOpening = 1;
constexpr uint32_t kPatienceMin = 8;
constexpr uint32_t kPatienceMax = 1024;

// Whether `length` bytes at `bytes` are the literal. Compared 16 bytes a time, the last 16 of them
// once more or, of a short literal, under a mask: up to 15 bytes behind a short one are read.
inline bool SameLiteral(const char* bytes, const char* literal, uint32_t length) {
  if (length < 16) {
    const uint64_t low = (LoadWord(bytes) ^ LoadWord(literal)) & LowBytesMask(length);
    const uint64_t high =
        (LoadWord(bytes + 8) ^ LoadWord(literal + 8)) & LowBytesMask(length > 8 ? length - 8 : 0);
    return (low | high) == 0;
  }
  const uint32_t last = length - 16;
  if (!Same16(bytes + last, literal + last)) return false;
  for (uint32_t at = 0; at < last; at += 16) {
    if (!Same16(bytes + at, literal + at)) return false;
  }
  return true;
}

}  // namespace

// Reads units as long as one that is known follows another. *matched: at least one was read; then
// unit_tried_ is a unit that is not known and follows them.
bool XmlScanner::TrySkeletons(XmlNode node, const char* tag, bool* matched) {
  unit_tried_ = tag;
  if (!learning_) return true;
  for (;;) {
    bool is_known = false;
    if (!TryBook(node, tag, &is_known)) return false;
    if (!is_known) return true;
    *matched = true;
    unit_tried_ = nullptr;
    const Skeleton& skeleton = *books_[node]->skeletons[0];
    const char* next = NextUnit(skeleton);
    if (next == nullptr) return true;
    stack_.back().has_child = true;
    node = skeleton.next.node;
    unit_tried_ = tag = next;
  }
}

// The start tag behind a skeleton that was matched, when it is the one that it ended before.
const char* XmlScanner::NextUnit(const Skeleton& skeleton) {
  if (skeleton.next.parent == nullptr || skeleton.next.parent != stack_.back().trail) {
    return nullptr;
  }
  Fill(3);
  if (cursor_ + 2 >= tag_count_) return nullptr;
  const char* tag = base_ + tags_[cursor_];
  if (tag != text_begin_) return nullptr;
  for (size_t i = 0; i < skeleton.next.image.words.size(); ++i) {
    const size_t before = 8 * i;
    const uint64_t kept =
        LowBytesMask(skeleton.next.bytes > before ? skeleton.next.bytes - before : 0);
    if (((LoadWord(tag + before) ^ skeleton.next.image.words[i]) & kept) != 0) return nullptr;
  }
  return tag;
}

bool XmlScanner::TryBook(XmlNode node, const char* tag, bool* matched) {
  if (books_[node] == nullptr) books_[node] = std::make_unique<SkeletonBook>();
  SkeletonBook& book = *books_[node];
  const size_t at = earlier_bytes_ + static_cast<size_t>(tag - base_);
  if (at < book.reopening) {
    ++skeleton_misses_;
    return true;
  }
  for (size_t i = 0; i < SkeletonBook::kSkeletons && book.skeletons[i] != nullptr; ++i) {
    if (!Match(book.skeletons[i].get())) continue;
    if (i != 0) {
      std::rotate(book.skeletons.begin(), book.skeletons.begin() + static_cast<int>(i),
                  book.skeletons.begin() + static_cast<int>(i) + 1);
    }
    book.credit = std::min(book.credit + kCreditOfHit, kCreditMax);
    if (book.credit > kCreditOfHit * 2) book.patience = kPatienceMin;
    ++skeleton_hits_;
    *matched = true;
    return Deliver(book.skeletons[0].get());
  }
  ++skeleton_misses_;
  if (book.credit == 0) {
    book.reopening = at + book.patience * kUnitBytesUsual;
    next_reopening_ = std::min(next_reopening_, book.reopening);
    steps_.SetUnitGates(node, true);
    book.patience = std::min(2 * book.patience, kPatienceMax);
    book.credit = kCreditAfterOpening;
    return true;
  }
  --book.credit;
  BeginTrace(node, tag);
  return true;
}

// Walks stop again at the units whose book has been shut for long enough.
void XmlScanner::ReopenBooks() {
  const size_t at = earlier_bytes_ + tags_[cursor_];
  if (at < next_reopening_) return;
  next_reopening_ = ~size_t{0};
  for (size_t node = 0; node < books_.size(); ++node) {
    if (books_[node] == nullptr || books_[node]->reopening == 0) continue;
    if (books_[node]->reopening > at) {
      next_reopening_ = std::min(next_reopening_, books_[node]->reopening);
      continue;
    }
    books_[node]->reopening = 0;
    steps_.SetUnitGates(static_cast<XmlNode>(node), false);
  }
}

// Whether the unit at the cursor has this skeleton. If so, the events have their values and the
// places are known; nothing else has changed.
bool XmlScanner::Match(Skeleton* skeleton) {
  Fill(skeleton->tags + 1);
  // One more than the skeleton's own: a tag behind it, or the known end of the piece.
  if (tag_count_ - cursor_ < skeleton->tags) return false;
  if (skeleton->closes != 0 && stack_.back().trail != skeleton->parent) return false;
  if (tag_count_ - cursor_ == skeleton->tags && limit_ < size_) return false;
  const uint32_t* tag = tags_.data() + cursor_;
  const char* at = base_ + *tag;
  const char* literals = skeleton->literals.data();
  XmlEvent* events = skeleton->events.data();
  const size_t last = skeleton->segments.size() - 1;
  const char* piece_end = base_ + limit_;
  for (size_t i = 0; i < last; ++i) {
    const Skeleton::Segment& segment = skeleton->segments[i];
    if (static_cast<size_t>(piece_end - at) < segment.length) return false;
    if (!SameLiteral(at, literals + segment.offset, segment.length)) return false;
    skeleton->places[i] = at;
    const char* begin = at + segment.length;
    tag += segment.tags;
    at = base_ + *tag;
    if (static_cast<size_t>(at - begin) > limits_.text_bytes) return false;
    if (segment.event < 0) continue;
    const char* end = at;
    while (begin < end && IsXmlBlank(*begin)) ++begin;
    while (begin < end && IsXmlBlank(end[-1])) --end;
    XmlEvent& event = events[segment.event];
    event.text = begin;
    event.length = static_cast<uint32_t>(end - begin);
  }
  const Skeleton::Segment& segment = skeleton->segments[last];
  if (static_cast<size_t>(piece_end - at) < segment.length ||
      !SameLiteral(at, literals + segment.offset, segment.length)) {
    return false;
  }
  skeleton->places[last] = at;
  // References and line ends to be made one are the general path's business.
  if (HasSpecial(base_ + tags_[cursor_], at)) return false;
  return !carriage_return_ || !HasCarriageReturn(*skeleton);
}

bool XmlScanner::HasCarriageReturn(const Skeleton& skeleton) {
  for (const XmlEvent& event : skeleton.events) {
    if (event.length != 0 && memchr(event.text, '\r', event.length) != nullptr) return true;
  }
  return false;
}

// Takes the unit that was matched: the elements it leaves open, the cursor, the events.
bool XmlScanner::Deliver(Skeleton* skeleton) {
  const Skeleton::Segment& last = skeleton->segments.back();
  const char* end = skeleton->places.back() + last.length;
  cursor_ += skeleton->tags;
  text_begin_ = end;
  for (const Skeleton::OpenElement& element : skeleton->open) {
    stack_.push_back({skeleton->places[element.segment] + element.offset, element.length,
                      element.node, true, static_cast<uint32_t>(binding_count_), 0, 0,
                      element.trail});
  }
  stack_.resize(stack_.size() - skeleton->closes, stack_.front());
  // The beginning and the ends say where they are.
  XmlEvent& first = skeleton->events.front();
  if (first.kind == XmlEventKind::kBegin) first.text = skeleton->places.front();
  for (auto event = skeleton->events.rbegin();
       event != skeleton->events.rend() && event->kind == XmlEventKind::kEnd; ++event) {
    event->text = end;
  }
  return HandOver(skeleton->events);
}

void XmlScanner::BeginTrace(XmlNode node, const char* tag) {
  tracing_ = true;
  trace_node_ = node;
  trace_begin_ = tag;
  trace_depth_ = trace_floor_ = stack_.size();
  trace_closed_ = false;
  trace_parent_ = stack_.back().trail;
  for (size_t i = stack_.size(); i-- > 0;) {
    if ((grammar_->flags(stack_[i].node) & kXmlUnit) != 0) trace_floor_ = i;
  }
  trace_values_.clear();
}

// The unit being traced ends before `end`: it becomes a skeleton.
XmlScanner::Skeleton* XmlScanner::EndTrace(const char* end) {
  tracing_ = false;
  if (static_cast<size_t>(end - trace_begin_) > kUnitBytesMax) return nullptr;
  if (trace_values_.size() > kValuesMax || event_count_ == 0) return nullptr;
  const size_t closes = trace_closed_ ? trace_depth_ - stack_.size() : 0;
  if (closes != 0 && trace_parent_ == nullptr) return nullptr;
  auto skeleton = std::make_unique<Skeleton>();
  skeleton->closes = static_cast<uint32_t>(closes);
  skeleton->parent = trace_parent_;
  skeleton->events.assign(events_.get(), events_.get() + event_count_);
  for (XmlEvent& event : skeleton->events) event.text = kNothing;
  const char* at = trace_begin_;
  const auto add = [&](const char* literal_end, int32_t event) {
    const auto length = static_cast<uint32_t>(literal_end - at);
    const auto tags = static_cast<uint32_t>(std::count(at, literal_end, '<'));
    skeleton->segments.push_back(
        {static_cast<uint32_t>(skeleton->literals.size()), length, tags, event});
    skeleton->literals.append(at, length);
    skeleton->literals.append(kLiteralAlign - length % kLiteralAlign + kLiteralAlign, '\0');
    skeleton->literals.resize(skeleton->literals.size() / kLiteralAlign * kLiteralAlign);
    skeleton->tags += tags;
  };
  for (const TracedValue& value : trace_values_) {
    add(base_ + value.begin, value.event);
    at = base_ + value.end;
  }
  add(end, -1);
  // Names of the elements left open, found again by their segment: values change their length.
  for (size_t i = trace_depth_; i < stack_.size(); ++i) {
    const char* name = stack_[i].name;
    const char* segment_begin = trace_begin_;
    uint32_t segment = 0;
    for (const TracedValue& value : trace_values_) {
      if (base_ + value.begin > name) break;
      segment_begin = base_ + value.end;
      ++segment;
    }
    skeleton->open.push_back({segment, static_cast<uint32_t>(name - segment_begin),
                              stack_[i].length, stack_[i].node, stack_[i].trail});
  }
  skeleton->places.resize(skeleton->segments.size());
  SkeletonBook& book = *books_[trace_node_];
  std::rotate(book.skeletons.begin(), book.skeletons.end() - 1, book.skeletons.end());
  book.skeletons.front() = std::move(skeleton);
  return book.skeletons.front().get();
}

// The unit being traced ends before the start tag of another one.
void XmlScanner::EndTraceAtUnit(XmlNode node, const char* tag) {
  const XmlTagImage image = steps_.Print(tag).image;
  const auto* end = static_cast<const char*>(std::memchr(tag, '>', XmlTagImage::kBytes));
  Skeleton* skeleton = EndTrace(tag);
  if (end == nullptr || skeleton == nullptr) return;
  skeleton->next = {image, static_cast<uint32_t>(end - tag) + 1, node, stack_.back().trail};
}

}  // namespace kvitt
