#include "io/bytes/xml_steps.h"

#include <array>
#include <bit>

#include "io/bytes/xml_walk.h"

namespace kvitt {
namespace {

constexpr uint64_t kFirstSeed = 0x9E3779B97F4A7C15;

// Together with `<` and the eight bytes that count it fits an image.
constexpr size_t kPrefixMax = 20;

uint64_t NextSeed(uint64_t seed) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

// As bytes of which the eight behind the usual prefix can be read.
const char* BytesOf(const XmlTagImage& image) {
  return static_cast<const char*>(static_cast<const void*>(image.words.data()));
}

}  // namespace

void XmlSteps::Clear(size_t prefix_bytes) {
  printing_ = {kFirstSeed, 1 + (prefix_bytes < kPrefixMax ? prefix_bytes : 0)};
  spares_.clear();
  steps_.assign(1, XmlStep());
  notes_.assign(1, Note());
  places_.clear();
  gates_.clear();
}

XmlTagPrint XmlSteps::Print(const char* tag) const {
  return PrintXmlTag(printing_, tag);
}

uint16_t XmlSteps::AddPlace() {
  if (places_.size() >= kPlacesMax) return kNoPlace;
  places_.emplace_back();
  return static_cast<uint16_t>(places_.size() - 1);
}

const XmlSteps::Note* XmlSteps::NoteOf(uint16_t from, const XmlTagPrint& tag) const {
  const Note& note = notes_[SlotOf(places_[from], tag.print)];
  if (IsSame(note, from, tag)) return &note;
  for (const Known& spare : spares_) {
    if (IsSame(spare.note, from, tag)) return &spare.note;
  }
  return nullptr;
}

uint16_t XmlSteps::Find(uint16_t from, const XmlTagPrint& tag) const {
  const Note* note = NoteOf(from, tag);
  return note == nullptr ? kNoPlace : note->place;
}

bool XmlSteps::Recall(uint16_t from, const XmlTagPrint& tag) {
  for (Known& spare : spares_) {
    if (!IsSame(spare.note, from, tag) || spare.note.gate != XmlStepGate::kNone) continue;
    const size_t at = SlotOf(places_[from], tag.print);
    const Known known{steps_[at], notes_[at]};
    steps_[at] = spare.step;
    notes_[at].tag = spare.note.tag;
    notes_[at].place = spare.note.place;
    notes_[at].gate = spare.note.gate;
    spare = known;
    SetRow(at);
    return true;
  }
  return false;
}

bool XmlSteps::IsUnitGate(uint16_t from, const XmlTagPrint& tag) const {
  const Note* note = NoteOf(from, tag);
  return note != nullptr && note->gate == XmlStepGate::kUnit;
}

void XmlSteps::SetUnitGates(XmlNode node, bool open) {
  for (const Note& gate : gates_) {
    const XmlTagPrint tag = Print(BytesOf(gate.tag.image));
    const size_t at = SlotOf(places_[gate.from], tag.print);
    if (!IsSame(notes_[at], gate.from, tag) || steps_[at].meaning.node != node) continue;
    steps_[at].image = open ? tag.image : XmlTagImage();
  }
}

XmlStep XmlSteps::Begin(uint16_t place) const {
  XmlStep step;
  step.place = place;
  const Place& from = places_[place];
  step.row = static_cast<uint32_t>(from.first * sizeof(XmlStep));
  step.row_mask = static_cast<uint32_t>(from.mask * sizeof(XmlStep));
  return step;
}

bool XmlSteps::Add(uint16_t from, const XmlStep& step, XmlStepGate gate) {
  Known added{step, Note()};
  added.note.tag = Print(BytesOf(step.image));
  added.note.from = from;
  added.note.place = step.place;
  added.note.gate = gate;
  if (gate != XmlStepGate::kNone) added.step.image = {};
  if (gate == XmlStepGate::kUnit) gates_.push_back(added.note);
  const Place& place = places_[from];
  if (place.first != 0) {
    const Note& there = notes_[SlotOf(place, added.note.tag.print)];
    if (there.from == kNoPlace) {
      Put(added);
      return true;
    }
    if (there.tag.print == added.note.tag.print) {
      if (spares_.size() >= kSparesMax) return false;
      spares_.push_back(added);
      return true;
    }
  }
  std::vector<Known> known = Leaving(from);
  known.push_back(added);
  if (Lay(from, known)) return true;
  // A text of any number of different tags must not make this work again and again.
  if (patience_ == 0) return false;
  --patience_;
  return LayAllAnew(added);
}

std::vector<XmlSteps::Known> XmlSteps::Leaving(uint16_t from) const {
  std::vector<Known> known;
  const Place& place = places_[from];
  for (size_t at = place.first; at <= place.first + place.mask; ++at) {
    if (notes_[at].from == from) known.push_back({steps_[at], notes_[at]});
  }
  return known;
}

// The length of the shortest row in which each of the steps has a slot of its own; 0: none has.
size_t XmlSteps::RowFor(const std::vector<Known>& known) {
  // Most places have one step or a handful: room for those to come spares moving them.
  const size_t least = known.size() == 1 ? 1 : std::bit_ceil(known.size() + 6);
  for (size_t length = least; length <= kRowMax; length *= 2) {
    std::array<bool, kRowMax> taken{};
    bool is_shared = false;
    for (const Known& one : known) {
      const uint64_t mask = (length - 1) * sizeof(XmlStep);
      bool& slot = taken[XmlStepOffset(one.note.tag.print, mask) / sizeof(XmlStep)];
      is_shared |= slot;
      slot = true;
    }
    if (!is_shared) return length;
  }
  return 0;
}

// Gives a place a row behind all others. The old one is left: nothing leads there any more.
bool XmlSteps::Lay(uint16_t from, const std::vector<Known>& known) {
  const size_t length = RowFor(known);
  if (length == 0 || steps_.size() + length > kStepsMax) return false;
  Place& place = places_[from];
  for (size_t at = place.first; place.first != 0 && at <= place.first + place.mask; ++at) {
    notes_[at].from = kNoPlace;
  }
  place.first = static_cast<uint32_t>(steps_.size());
  place.mask = static_cast<uint32_t>(length - 1);
  steps_.resize(steps_.size() + length);
  notes_.resize(steps_.size());
  for (const Known& one : known) Put(one);
  for (uint32_t at = place.arrivals; at != 0; at = notes_[at].next) SetRow(at);
  // Steps that took the slot of another one are not in the lists by place.
  for (size_t at = 1; !spares_.empty() && at < steps_.size(); ++at) {
    if (notes_[at].from != kNoPlace) SetRow(at);
  }
  return true;
}

// All rows again, close together, and with another seed if need be.
bool XmlSteps::LayAllAnew(const Known& added) {
  constexpr int kTries = 32;
  std::vector<std::vector<Known>> known(places_.size());
  for (size_t from = 0; from < places_.size(); ++from) {
    known[from] = Leaving(static_cast<uint16_t>(from));
  }
  known[added.note.from].push_back(added);
  bool is_laid = false;
  for (int i = 0; i <= kTries && !is_laid; ++i) {
    // The last try is without the new one.
    if (i == kTries) known[added.note.from].pop_back();
    printing_.seed = NextSeed(printing_.seed);
    steps_.assign(1, XmlStep());
    notes_.assign(1, Note());
    for (Place& place : places_) place = {};
    for (Known& spare : spares_) spare.note.tag = Print(BytesOf(spare.note.tag.image));
    is_laid = true;
    for (size_t from = 0; from < places_.size() && is_laid; ++from) {
      for (Known& one : known[from]) {
        one.note.tag = Print(BytesOf(one.note.tag.image));
      }
      is_laid = known[from].empty() || Lay(static_cast<uint16_t>(from), known[from]);
    }
    if (is_laid) return i < kTries;
  }
  // Nothing is known any more, and nothing will be learnt: walks end at once.
  return false;
}

void XmlSteps::Put(const Known& known) {
  const size_t at = SlotOf(places_[known.note.from], known.note.tag.print);
  Place& target = places_[known.step.place];
  steps_[at] = known.step;
  notes_[at] = known.note;
  notes_[at].next = target.arrivals;
  target.arrivals = static_cast<uint32_t>(at);
  SetRow(at);
}

void XmlSteps::SetRow(size_t at) {
  const XmlStep begin = Begin(steps_[at].place);
  steps_[at].row = begin.row;
  steps_[at].row_mask = begin.row_mask;
}

}  // namespace kvitt
