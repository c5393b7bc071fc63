// The answers of a subset search as paths through layers of nodes: how many there are, and which come
// first.
//
// The search makes its sums class by class in two halves. A node is a sum of a half after some of its
// classes, an edge says how many of the next class lead to it. Only nodes that are part of an answer are
// here. See subset_search.h for the order of answers.

#pragma once

#include <cstdint>
#include <vector>

namespace kvitt {

// How many of the layer's class are used, and the node of the layer below that this leads to.
struct AnswerEdge {
  uint32_t used = 0;
  uint32_t below = 0;
};

struct AnswerNode {
  uint32_t edge_begin = 0;
  uint32_t edge_end = 0;
  // Filled by CountPaths: paths from here down (saturated), and the least change of the number of
  // items over them.
  uint64_t ways = 0;
  int64_t fewest = 0;
};

struct AnswerLayer {
  std::vector<AnswerNode> nodes;
  std::vector<AnswerEdge> edges;
  // +1 when using one more of the class takes one item more, -1 when it takes one less.
  int32_t sign = 1;
};

// layers[0] has one node without edges: the sum 0 of no classes.
using AnswerLayers = std::vector<AnswerLayer>;

// A node of the top layer of each half which together make the target.
struct AnswerPair {
  uint32_t left = 0;
  uint32_t right = 0;
};

struct AnswerGraph {
  AnswerLayers halves[2];
  // For each class in the order of the search: which half it went to. Its layer is the next of that half.
  std::vector<uint8_t> half_of_class;
  std::vector<AnswerPair> pairs;
};

inline constexpr uint64_t kWaysMax = UINT64_MAX;

// Fills `ways` and `fewest` of all nodes and returns the number of answers; kWaysMax stands for that and
// more.
uint64_t CountPaths(AnswerGraph* graph);

// The first `wanted` answers, each as how many of each class are used, in the order of the search.
// REQUIRES: CountPaths was called.
std::vector<std::vector<uint32_t>> FirstPaths(const AnswerGraph& graph, uint32_t wanted);

}  // namespace kvitt
