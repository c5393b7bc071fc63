// What the scanner learns of a unit: the literal bytes between its values, and what the values
// mean.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/bytes/xml_scanner.h"

namespace kvitt {

struct XmlScanner::Skeleton {
  struct Segment {
    uint32_t offset;  // of the literal, in `literals`; a multiple of 16
    uint32_t length;
    uint32_t tags;  // number of '<' in the literal
    int32_t event;  // that takes the value behind the literal; -1: nobody
  };

  // An element that is still open where the unit's skeleton ends.
  struct OpenElement {
    uint32_t segment;
    uint32_t offset;  // of the name, in the segment's literal
    uint32_t length;
    XmlNode node;
    const Trail* trail;  // lives as long as the book
  };

  // The start tag of the unit that came next, and the path that it lay at; null: none did.
  struct NextUnitTag {
    XmlTagImage image;
    uint32_t bytes = 0;
    XmlNode node = kXmlForeign;
    const Trail* parent = nullptr;
  };

  std::string literals;           // each padded with zeros to a multiple of 16
  std::vector<Segment> segments;  // the last one has no value behind it
  uint32_t tags = 0;              // of all segments
  std::vector<XmlEvent> events;
  std::vector<OpenElement> open;
  // Elements around the unit that end in it, and the path that they are the end of.
  uint32_t closes = 0;
  const Trail* parent = nullptr;
  NextUnitTag next;
  // Where the segments lie in the unit that was matched last.
  std::vector<const char*> places;
};

// The skeletons known of one unit, the one used last first.
struct XmlScanner::SkeletonBook {
  static constexpr size_t kSkeletons = 8;

  std::array<std::unique_ptr<Skeleton>, kSkeletons> skeletons;
  // A text that never repeats must not pay for learning: hits give credit, misses spend it, and without
  // credit the book is left shut for a while, longer each time.
  uint32_t credit = 16;
  size_t reopening = 0;  // at this byte of all that is scanned; 0: it is open
  uint32_t patience = 8;
};

}  // namespace kvitt
