#include "engine/match/search_rule.h"

namespace kvitt {

bool CollectPayerItems(const SearchView& view,
                       const SearchCase& search,
                       size_t most,
                       std::vector<ItemHandle>* out) {
  out->clear();
  bool all = true;
  ForEachPayerItem(view, search, [&](ItemHandle item) {
    if (out->size() < most) {
      out->push_back(item);
    } else {
      all = false;
    }
  });
  return all;
}

}  // namespace kvitt
