// The scanner's way through tags that were met before: from step to step, one tag at a time.
//
// The loop has no branch that depends on which tag it is: such a branch would be missed at every
// other tag of a text whose shapes change. What a tag means is loaded, what is not wanted is masked
// away, and an event that nobody wants is overwritten by the next one.

#pragma once

#include <cstddef>
#include <cstdint>

#include "io/bytes/markup_index.h"
#include "io/bytes/xml_steps.h"

namespace kvitt {

// Of the tag at `tag`, of which 32 bytes can be read.
XmlTagPrint PrintXmlTag(const XmlPrinting& printing, const char* tag);

struct XmlWalk {
  const char* base;
  const uint32_t* tags;  // positions
  size_t cursor;         // the tag to be read next
  size_t end;            // the tag that is not to be read any more
  const char* text_begin;
  const char* steps;
  const XmlStep* last;  // the step before
  XmlPrinting printing;
  XmlEvent* event;  // room for one event more than tags
  // Blanks between tags and around texts are looked at. Without it the walk ends before them.
  bool is_careful;
  // Texts may hold carriage returns: the walk ends before one that does.
  bool has_returns;
};

// Goes on to `end`, or to a tag that is not known where it stands or needs a closer look.
void WalkXmlTags(MarkupKernel kernel, XmlWalk* walk);

}  // namespace kvitt
