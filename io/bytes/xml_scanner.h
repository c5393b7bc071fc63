// A scanner for XML messages that are large and alike: bank statements.
//
// The scanner checks that a text is well formed (tags nest, names, attributes, references, UTF-8,
// limits on depth and sizes), resolves namespaces, and hands over the texts of the elements that a
// grammar names, as a stream of small events. There are no document type definitions: `<!DOCTYPE`
// is a fault at once, so entities cannot be defined, expanded or fetched.
//
// Three paths give the same events. The general one goes by the index of `<` (io/bytes/markup_index.h)
// with a stack of open elements and looks at every tag. The second walks through tags that were met
// before at their place: what they mean is known, their bytes only have to be equal
// (io/bytes/xml_steps.h, io/bytes/xml_walk.h). The third learns the skeleton of a unit (an entry, a
// transaction): the literal bytes between its values. The next unit is compared with the skeletons
// known; when every literal byte is equal, the values between them are taken and no tag has to be
// looked at, because equal bytes have been checked before. Nothing is skipped unread: each byte is
// equal to an accepted literal or inside a value that holds no `<`, and the index has seen them all.
//
//   XmlGrammar grammar(kRules);
//   XmlScanner scanner(&grammar, &consumer);
//   if (!scanner.Scan(bytes, /*is_start=*/true, /*is_end=*/true)) Report(scanner.fault());
//
// A text can be given in several pieces cut at tags, and scanning can begin inside a text, below a
// known path of open elements (XmlPath): that is how blocks of one file are read in parallel.
// Elements that pieces may be cut at are guarded: they may stand only where the grammar has them,
// and never inside a comment, a CDATA section or a processing instruction, so a search for their
// tags cannot be deceived.
//
// One scanner is used by one thread. Bytes must be readable (not meaningful) for 64 bytes past the
// end.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "absl/types/span.h"
#include "io/bytes/markup_index.h"
#include "io/bytes/xml_event.h"
#include "io/bytes/xml_grammar.h"
#include "io/bytes/xml_steps.h"

namespace kvitt {

enum class XmlFamily : uint8_t { kForeign, kOurs, kRefused };

class XmlConsumer {
 public:
  virtual ~XmlConsumer() = default;
  // False stops the scan. Texts live as long as the bytes, but for those that had to be decoded:
  // they live until the end of a call of OnEvents that asked for XmlScanner::ReleaseText.
  virtual bool OnEvents(absl::Span<const XmlEvent> events) = 0;
  // Whose namespace this is. For kRefused, *why says what is wrong with it.
  virtual XmlFamily Classify(std::string_view uri, std::string* why) = 0;
};

// What is wrong, and where.
struct XmlFault {
  bool truncated = false;  // the text ends too early; else it is not well formed
  size_t offset = 0;       // in the bytes given to Scan
  std::string text;        // what was expected, what was found
};

// The open elements around a place in a text, and the namespaces in force there.
struct XmlPath {
  struct Element {
    std::string name;  // as written, with its prefix
    XmlNode node = kXmlForeign;
  };

  struct Binding {
    std::string prefix;
    XmlFamily family = XmlFamily::kForeign;
    size_t depth = 0;  // number of elements open when it was declared
  };

  std::vector<Element> elements;
  std::vector<Binding> bindings;

  // "Document/BkToCstmrStmt/Stmt"
  std::string Text() const;
};

struct XmlLimits {
  size_t depth = 64;
  size_t attributes = 32;
  size_t text_bytes = 1 << 20;
};

class XmlScanner {
 public:
  XmlScanner(const XmlGrammar* grammar,
             XmlConsumer* consumer,
             MarkupKernel kernel = BestMarkupKernel(),
             const XmlLimits& limits = {});
  ~XmlScanner();
  XmlScanner(const XmlScanner&) = delete;
  XmlScanner& operator=(const XmlScanner&) = delete;

  // Begins below a path instead of at the beginning of a text. REQUIRES: nothing has been scanned.
  void Descend(const XmlPath& path);

  // Between pieces: makes the outer elements of those that are open the path to rewind to, as if the
  // scanner had descended there. False when it is not `path` that is open.
  bool SettleAt(const XmlPath& path);

  // Begins again below the path it descended to, with all that was learnt of the text: another piece
  // of it follows. REQUIRES: Descend was called, or SettleAt with success.
  void Rewind(XmlConsumer* consumer);

  // Names (as written, with their prefix) of the elements that pieces are cut at.
  void Guard(std::vector<std::string> names) { guards_ = std::move(names); }

  // Learning can be switched off, for texts that are short, and for tests: then every tag is looked at.
  void set_learning(bool on) { learning_ = on; }

  // Scans a piece. `is_start`: the text begins here; `is_end`: it ends here, and nothing may be
  // open. False when there is a fault, or when the consumer stopped.
  bool Scan(std::string_view bytes, bool is_start, bool is_end);

  // Empty text: no fault.
  const XmlFault& fault() const { return fault_; }

  // The open elements. Inside OnEvents it is exact only for the beginning of a kXmlFlush element.
  XmlPath Path() const;

  // To be called inside OnEvents: all decoded texts that were handed over so far are freed behind
  // it.
  void ReleaseText() { wants_release_ = true; }

  // Whether there are any.
  bool HoldsText() const { return !decoded_.empty(); }

  uint64_t skeleton_hits() const { return skeleton_hits_; }

  uint64_t skeleton_misses() const { return skeleton_misses_; }

 private:
  // A path of elements as it was met before; its steps are in steps_.
  struct Trail {
    const char* name = nullptr;  // in names_
    uint32_t name_length = 0;
    XmlNode node = kXmlForeign;
    uint8_t flags = 0;
    uint8_t attribute_length = 0;
    uint32_t attribute = 0;
    uint32_t depth = 0;  // its frame's number in the stack
    // Its places: while it has had no child, and from the first one on.
    uint16_t opened = 0;
    uint16_t inside = 0;
    const Trail* parent = nullptr;
  };

  struct Frame {
    const char* name;
    uint32_t length;
    XmlNode node;
    bool has_child;
    uint32_t bindings;  // number of bindings in force outside this element
    uint32_t attribute = 0;
    uint8_t attribute_length = 0;
    const Trail* trail = nullptr;  // null: nothing is known of what comes here
  };

  struct Binding {
    std::string prefix;
    XmlFamily family;
    size_t depth;
  };

  // An open tag as it is being read.
  struct Tag {
    const char* begin;
    const char* name;
    uint32_t length;
    const char* after;
    bool is_empty = false;
    uint32_t attribute = 0;
    uint8_t attribute_length = 0;
    uint32_t bindings_before;
  };

  // Positions of the index. Not cleared when made: most of it is never used.
  struct Positions {
    std::unique_ptr<uint32_t[]> at;
    size_t room = 0;

    uint32_t operator[](size_t i) const { return at[i]; }

    uint32_t* data() const { return at.get(); }
  };
  struct Skeleton;
  struct SkeletonBook;

  // Few enough to stay in the first-level cache until they are handed over.
  static constexpr size_t kEventsMax = 256;

  struct TracedValue {
    uint32_t begin;
    uint32_t end;
    int32_t event;  // -1: nobody wants this value
  };

  // Each returns false when the scan must stop.
  bool EndsBeforeLimit(size_t offset) const;
  bool Run();
  bool Finish(bool is_end);
  bool Open(const char* tag);
  bool Familiar(bool* again);
  size_t WalkEnd(size_t cursor) const;
  bool StopsForBlanks(const char* text_begin, size_t cursor) const;
  void ReopenBooks();
  void StandAt(const Trail* trail, bool has_child);
  bool EnterUnit(XmlNode node, const char* tag, bool* matched);
  const Trail* Learn(const Tag& tag, XmlNode node);
  bool LearnSteps(const Tag& tag, Trail* trail);
  Trail* NewTrail(const char* name, uint32_t length, XmlNode node, size_t depth);
  bool OpenNode(const Tag& tag, XmlNode node);
  bool CloseTag(const char* tag);
  bool Declaration(const char* tag);
  bool Comment(const char* tag);
  bool CharacterData(const char* tag);
  bool Instruction(const char* tag);
  bool XmlDeclaration(const char* begin, const char* end);
  bool Leaf(const Tag& tag, XmlNode node, const char* end);
  bool ReadAttributes(Tag* tag);
  bool ReadUsualAttribute(Tag* tag) const;
  bool ReadAttribute(Tag* tag, std::vector<std::string_view>* names);
  bool Bind(const Tag& tag, std::string_view name, std::string_view value);
  bool Resolve(const Tag& tag, XmlNode* node);
  bool Between(const char* tag);
  bool EmitText(uint32_t attribute,
                uint8_t attribute_length,
                XmlNode node,
                const char* begin,
                const char* end);
  bool EmitDecoded(uint32_t attribute,
                   uint8_t attribute_length,
                   XmlNode node,
                   const char* begin,
                   const char* end);
  void Trace(const char* begin, const char* end, int32_t event);
  bool AppendPlain(const char* begin, const char* end, std::string* out);
  bool CheckText(const char* begin, const char* end);
  // Fields are stored one by one where they stay: an event that was put together elsewhere and copied
  // would wait for its own stores.
  bool Emit(const char* text,
            uint32_t length,
            XmlNode node,
            XmlEventKind kind,
            uint32_t attribute,
            uint8_t attribute_length);
  bool Flush();
  bool HandOver(absl::Span<const XmlEvent> events);
  bool SkipTo(const char* end);
  bool CheckGuards(const char* begin, const char* end);
  bool IsGuarded(const char* name, size_t length) const;
  bool AppendReference(const char** at, const char* end, std::string* out);
  bool Fault(const char* at, std::string text, bool truncated = false);
  std::string Found(const char* at) const;

  bool HasSpecial(const char* begin, const char* end);
  void Fill(size_t tags);
  void IndexWindow();
  void CheckUtf8(size_t end);
  void LimitAt(size_t offset, std::string text);
  void BindingsChanged();
  void LearnFloor();
  std::string_view Stored(std::string text);

  bool TrySkeletons(XmlNode node, const char* tag, bool* matched);
  bool TryBook(XmlNode node, const char* tag, bool* matched);
  const char* NextUnit(const Skeleton& skeleton);
  bool Match(Skeleton* skeleton);
  static bool HasCarriageReturn(const Skeleton& skeleton);
  bool Deliver(Skeleton* skeleton);
  void BeginTrace(XmlNode node, const char* tag);
  Skeleton* EndTrace(const char* end);
  void EndTraceAtUnit(XmlNode node, const char* tag);

  const XmlGrammar* grammar_;
  XmlConsumer* consumer_;
  MarkupKernel kernel_;
  XmlLimits limits_;
  uint64_t usual_attribute_ = 0;  // ` Ccy="` as a word, and its bytes as a mask
  uint64_t usual_attribute_mask_ = 0;
  size_t usual_attribute_length_ = 0;
  std::vector<std::string> guards_;
  XmlFault fault_;
  bool stopped_ = false;
  bool wants_release_ = false;
  bool learning_ = true;
  const char* unit_tried_ = nullptr;  // the start tag whose skeletons have been tried in vain

  // The piece.
  const char* base_ = nullptr;
  size_t size_ = 0;
  bool is_start_ = false;
  bool root_closed_ = false;

  // The index of the piece: positions not used yet are [cursor_, tag_count_).
  Positions tags_;
  Positions specials_;
  size_t cursor_ = 0;
  size_t tag_count_ = 0;
  size_t special_cursor_ = 0;
  size_t special_count_ = 0;
  size_t indexed_ = 0;  // bytes that the index has seen
  size_t utf8_checked_ = 0;
  size_t limit_ = 0;        // size_, or the first byte that may not stand in XML
  std::string limit_text_;  // why
  bool carriage_return_ = false;
  bool is_careful_ = false;           // whether blanks were met where walks did not expect them
  const char* text_begin_ = nullptr;  // behind the last tag

  // The open elements. Names point into the piece, into earlier pieces or into floor_names_.
  std::vector<Frame> stack_;
  std::vector<Binding> bindings_;
  size_t binding_count_ = 0;
  std::vector<std::unique_ptr<std::string>> floor_names_;
  size_t floor_depth_ = 0;  // frames of the path descended to; 0: none
  size_t floor_bindings_ = 0;
  XmlSteps steps_;
  std::vector<std::unique_ptr<Trail>> trails_;
  std::vector<const Trail*> trail_of_place_;
  std::unordered_set<std::string> names_;  // of trails, padded
  std::string prefix_;       // of our namespace, with its colon; names that have it need no look-up
  bool has_prefix_ = false;  // whether any prefix (or none, prefix_ empty) leads to our namespace

  // Text that is interrupted by comments or CDATA sections.
  bool is_pending_ = false;
  std::string pending_;
  std::vector<std::unique_ptr<std::string>> decoded_;

  std::unique_ptr<XmlEvent[]> events_;
  size_t event_count_ = 0;

  // The unit being traced.
  bool tracing_ = false;
  XmlNode trace_node_ = kXmlForeign;
  const char* trace_begin_ = nullptr;
  size_t trace_depth_ = 0;  // frames around the unit
  const Trail* trace_parent_ = nullptr;
  size_t trace_floor_ = 0;     // frames around the outermost unit around it
  bool trace_closed_ = false;  // the unit has ended: ends of elements around it may follow
  std::vector<TracedValue> trace_values_;

  std::vector<std::unique_ptr<SkeletonBook>> books_;  // by node
  size_t next_reopening_ = ~size_t{0};                // of a book that is shut
  size_t earlier_bytes_ = 0;                          // of the pieces before
  uint64_t skeleton_hits_ = 0;
  uint64_t skeleton_misses_ = 0;
};

}  // namespace kvitt
