// Counting and ordering the answers of a subset search. See subset_answers.h.

#include "engine/match/subset_answers.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <tuple>
#include <utility>

namespace kvitt {
namespace {

uint64_t SaturatedSum(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kWaysMax : sum;
}

uint64_t SaturatedProduct(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kWaysMax : product;
}

void CountHalf(AnswerLayers* layers) {
  layers->front().nodes.front().ways = 1;
  for (size_t i = 1; i < layers->size(); ++i) {
    AnswerLayer& layer = (*layers)[i];
    const std::vector<AnswerNode>& below = (*layers)[i - 1].nodes;
    for (AnswerNode& node : layer.nodes) {
      node.fewest = std::numeric_limits<int64_t>::max();
      for (uint32_t e = node.edge_begin; e < node.edge_end; ++e) {
        const AnswerEdge& edge = layer.edges[e];
        node.ways = SaturatedSum(node.ways, below[edge.below].ways);
        node.fewest =
            std::min(node.fewest, below[edge.below].fewest + int64_t{layer.sign} * edge.used);
      }
    }
  }
}

// A part of an answer: the classes from the last down to some class are decided.
struct Partial {
  uint32_t nodes[2] = {0, 0};  // where each half goes on
  int64_t fewest = 0;          // change of the number of items at best: some answer has just this
  uint64_t rank = 0;           // order of what is decided among the parts of equal length
  uint32_t parent = 0;         // among the parts that are one class shorter
  uint32_t used = 0;
};

// The parts grow by a class at a time, all alike. Each of them leads to an answer with `fewest`, so an
// answer among the first `wanted` cannot grow from a part that stands behind `wanted` others.
class PathOrder {
 public:
  PathOrder(const AnswerGraph& graph, uint32_t wanted) : graph_(graph), wanted_(wanted) {}

  std::vector<std::vector<uint32_t>> Run() {
    Start();
    size_t depth[2] = {graph_.halves[0].size() - 1, graph_.halves[1].size() - 1};
    for (size_t i = graph_.half_of_class.size(); i > 0; --i) {
      const uint8_t half = graph_.half_of_class[i - 1];
      Grow(half, depth[half]);
      --depth[half];
      Rank();
      Cut();
    }
    return WriteOut();
  }

 private:
  const AnswerNode& Node(const Partial& part, size_t half, size_t depth) const {
    return graph_.halves[half][depth].nodes[part.nodes[half]];
  }

  void Start() {
    steps_.emplace_back();
    for (const AnswerPair& pair : graph_.pairs) {
      Partial part;
      part.nodes[0] = pair.left;
      part.nodes[1] = pair.right;
      part.fewest = graph_.halves[0].back().nodes[pair.left].fewest +
                    graph_.halves[1].back().nodes[pair.right].fewest;
      steps_.back().push_back(part);
    }
    Cut();
  }

  // Decides the class of one layer. A part's rank becomes (rank of its parent, number taken).
  void Grow(uint8_t half, size_t depth) {
    const AnswerLayer& layer = graph_.halves[half][depth];
    const std::vector<AnswerNode>& below = graph_.halves[half][depth - 1].nodes;
    std::vector<Partial> grown;
    const std::vector<Partial>& parents = steps_.back();
    for (size_t i = 0; i < parents.size(); ++i) {
      const Partial& parent = parents[i];
      const AnswerNode& node = Node(parent, half, depth);
      for (uint32_t e = node.edge_begin; e < node.edge_end; ++e) {
        const AnswerEdge& edge = layer.edges[e];
        Partial part = parent;
        part.nodes[half] = edge.below;
        part.fewest = parent.fewest - node.fewest + below[edge.below].fewest +
                      int64_t{layer.sign} * edge.used;
        part.rank =
            (parent.rank << 32) | (layer.sign > 0 ? edge.used : ~edge.used);  // fewer items first
        part.parent = static_cast<uint32_t>(i);
        part.used = edge.used;
        grown.push_back(part);
      }
    }
    steps_.push_back(std::move(grown));
  }

  // Numbers the ranks anew, from 0 without gaps.
  void Rank() {
    std::vector<Partial>& parts = steps_.back();
    std::sort(parts.begin(), parts.end(), [](const Partial& a, const Partial& b) {
      return std::tie(a.rank, a.nodes[0], a.nodes[1]) < std::tie(b.rank, b.nodes[0], b.nodes[1]);
    });
    uint64_t rank = 0;
    uint64_t last = parts.front().rank;
    for (Partial& part : parts) {
      if (part.rank != last) {
        last = part.rank;
        ++rank;
      }
      part.rank = rank;
    }
  }

  // Keeps the first `wanted` parts, and those that are equal to the last of them so far.
  void Cut() {
    std::vector<Partial>& parts = steps_.back();
    std::stable_sort(parts.begin(), parts.end(), [](const Partial& a, const Partial& b) {
      return std::tie(a.fewest, a.rank) < std::tie(b.fewest, b.rank);
    });
    if (parts.size() <= wanted_) return;
    size_t keep = wanted_;
    while (keep < parts.size() && parts[keep].fewest == parts[wanted_ - 1].fewest &&
           parts[keep].rank == parts[wanted_ - 1].rank) {
      ++keep;
    }
    parts.resize(keep);
  }

  std::vector<std::vector<uint32_t>> WriteOut() const {
    std::vector<std::vector<uint32_t>> paths;
    const size_t classes = graph_.half_of_class.size();
    for (size_t i = 0; i < steps_.back().size() && i < wanted_; ++i) {
      std::vector<uint32_t> used(classes);
      uint32_t at = static_cast<uint32_t>(i);
      for (size_t c = 0; c < classes; ++c) {  // steps_[s] decided the s-th class from the end
        const Partial& part = steps_[classes - c][at];
        used[c] = part.used;
        at = part.parent;
      }
      paths.push_back(std::move(used));
    }
    return paths;
  }

  const AnswerGraph& graph_;
  const uint32_t wanted_;
  std::vector<std::vector<Partial>> steps_;
};

}  // namespace

uint64_t CountPaths(AnswerGraph* graph) {
  for (AnswerLayers& half : graph->halves) CountHalf(&half);
  uint64_t ways = 0;
  for (const AnswerPair& pair : graph->pairs) {
    ways = SaturatedSum(ways, SaturatedProduct(graph->halves[0].back().nodes[pair.left].ways,
                                               graph->halves[1].back().nodes[pair.right].ways));
  }
  return ways;
}

std::vector<std::vector<uint32_t>> FirstPaths(const AnswerGraph& graph, uint32_t wanted) {
  if (graph.pairs.empty() || wanted == 0) return {};
  return PathOrder(graph, wanted).Run();
}

}  // namespace kvitt
