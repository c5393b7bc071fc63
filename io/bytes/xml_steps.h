// What a tag means at a place among the elements around it, as it was met before.
//
// While no namespace is declared, the meaning of a tag depends on its bytes and on the elements
// around it alone. A place is a path of elements, and whether the innermost of them has had a child
// yet; there are two places for each path. A step leads from a place, by a tag, to another place,
// and says what is to be handed over. So a known text is read without a stack: the last step is all
// that has to be remembered between two tags.
//
// The steps of one place lie side by side in a row. A print of the tag's bytes, cut to as many bits
// as keep the steps of the row apart, says which one to look at; whether it is the right one, the
// bytes of its tag say.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/bytes/xml_event.h"

namespace kvitt {

// The bytes of a tag up to its first `>`, the rest zero.
struct alignas(32) XmlTagImage {
  static constexpr size_t kBytes = 32;

  std::array<uint64_t, kBytes / 8> words{};

  // By words, as they were stored: a wider load would wait for them.
  bool operator==(const XmlTagImage& other) const {
    uint64_t differs = 0;
    for (size_t i = 0; i < words.size(); ++i) differs |= words[i] ^ other.words[i];
    return differs == 0;
  }
};

// How prints are made of tags. A print is as good as random, and another one for another seed.
struct XmlPrinting {
  uint64_t seed = 0;
  size_t skip = 1;  // bytes of a tag before those that tell it apart: `<` and the usual prefix
};

// A tag as steps know it.
struct XmlTagPrint {
  XmlTagImage image;
  uint64_t print = 0;
};

// Where a tag's step lies in its row, in bytes. The highest bits of a print are the best.
inline uint64_t XmlStepOffset(uint64_t print, uint64_t row_mask) {
  return print >> 48 & row_mask;
}

// One cache line. Each tag waits for where the next step is found: that takes one mask and one addition,
// and nothing else may stand there.
struct alignas(64) XmlStep {
  XmlTagImage image;  // all zeros: no tag has that
  XmlMeaning meaning;
  uint32_t row = 0;       // the steps from where it leads, in bytes behind the first of all,
  uint32_t row_mask = 0;  // and the bits of a print that say how many bytes behind that
  uint32_t kept = 1;      // a bit for each byte of the tag
  uint32_t blank = 0;     // all ones when the text before the tag must be blank
  uint32_t text = 0;      // all ones when the text before the tag is handed over
  uint16_t place = 0;     // where it leads
  uint8_t tag_bytes = 1;
  uint8_t event_bytes = 0;  // of the event that is handed over; 0: none is
};

// Whether walks stop before a step.
enum class XmlStepGate : uint8_t { kNone, kUnit, kShut };

class XmlSteps {
 public:
  static constexpr uint16_t kNoPlace = 0xFFFF;

  XmlSteps() { Clear(0); }

  // Of the tag at `tag`, of which 32 bytes can be read.
  XmlTagPrint Print(const char* tag) const;

  // It may change whenever a step is added.
  const XmlPrinting& printing() const { return printing_; }

  // The steps, for walks.
  const char* data() const {
    return static_cast<const char*>(static_cast<const void*>(steps_.data()));
  }

  // A new place; kNoPlace when there are too many.
  uint16_t AddPlace();
  // From a place by the tag that is the step's image. Where it leads is filled in here. False when
  // there are too many steps.
  bool Add(uint16_t from, const XmlStep& step, XmlStepGate gate);
  // The place where it leads; kNoPlace when there is no such step.
  uint16_t Find(uint16_t from, const XmlTagPrint& tag) const;
  // Two tags of one place that have the same print share a slot. Lets walks see this one of them; false
  // when they do already, or never will.
  bool Recall(uint16_t from, const XmlTagPrint& tag);
  // Whether the step of this tag is a gate for units.
  bool IsUnitGate(uint16_t from, const XmlTagPrint& tag) const;
  // Lets walks pass the gates into units of this node, or stop at them.
  void SetUnitGates(XmlNode node, bool open);
  // The place as a step that leads there, to begin a walk with.
  XmlStep Begin(uint16_t place) const;

  // Forgets all steps. Tags that begin with `prefix` will be met.
  void Clear(size_t prefix_bytes);

 private:
  static constexpr size_t kPlacesMax = 2048;
  static constexpr size_t kStepsMax = 16384;
  static constexpr size_t kRowMax = 1024;
  static constexpr size_t kSparesMax = 64;

  // A row of steps, of which the first belongs to places without any.
  struct Place {
    uint32_t first = 0;
    uint32_t mask = 0;      // number of steps minus one
    uint32_t arrivals = 0;  // the first of the steps that lead here; 0: none
  };

  // What is known of a step besides.
  struct Note {
    XmlTagPrint tag;           // also of a step that walks do not see
    uint32_t next = 0;         // another one that leads to the same place; 0: none
    uint16_t from = kNoPlace;  // kNoPlace: there is no step
    uint16_t place = kNoPlace;
    XmlStepGate gate = XmlStepGate::kNone;
  };

  struct Known {
    XmlStep step;
    Note note;
  };

  size_t SlotOf(const Place& place, uint64_t print) const {
    return place.first + XmlStepOffset(print, place.mask * sizeof(XmlStep)) / sizeof(XmlStep);
  }

  static bool IsSame(const Note& note, uint16_t from, const XmlTagPrint& tag) {
    return note.from == from && note.tag.image == tag.image;
  }

  const Note* NoteOf(uint16_t from, const XmlTagPrint& tag) const;

  std::vector<Known> Leaving(uint16_t from) const;
  static size_t RowFor(const std::vector<Known>& known);
  bool Lay(uint16_t from, const std::vector<Known>& known);
  bool LayAllAnew(const Known& added);
  void Put(const Known& known);
  void SetRow(size_t at);

  XmlPrinting printing_;
  int patience_ = 32;  // how often all rows may still be laid anew
  std::vector<XmlStep> steps_;
  std::vector<Note> notes_;  // by step
  std::vector<Place> places_;
  std::vector<Note> gates_;    // into units
  std::vector<Known> spares_;  // that another one has the slot of
};

}  // namespace kvitt
