// Links tasks into a graph and refuses those that could never run.
#include "orchestrator/schedule/task.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace wheelforge::schedule {

namespace {

using Edges = std::vector<std::vector<std::size_t>>; ///< from each node to those that wait for it

/// The nodes so that each stands after all it waits for; shorter than `edges` when some wait in a circle.
std::vector<std::size_t> topological_order(const Edges& edges) {
  std::vector<std::size_t> waits(edges.size(), 0);
  for (const auto& targets : edges) {
    for (const std::size_t target : targets) {
      ++waits[target];
    }
  }
  std::vector<std::size_t> order;
  order.reserve(edges.size());
  for (std::size_t node = 0; node < edges.size(); ++node) {
    if (waits[node] == 0) {
      order.push_back(node);
    }
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (const std::size_t target : edges[order[next]]) {
      if (--waits[target] == 0) {
        order.push_back(target);
      }
    }
  }
  return order;
}

/// The first node, in plan order, that a partial order leaves out.
std::size_t first_missing(std::span<const std::size_t> order, std::size_t count) {
  const std::set<std::size_t> present(order.begin(), order.end());
  for (std::size_t node = 0; node < count; ++node) {
    if (!present.contains(node)) {
      return node;
    }
  }
  return count;
}

/// Which groups wait for which, without repetition.
Edges group_edges(const std::vector<TaskLinks>& links, const std::vector<Group>& groups) {
  Edges edges;
  edges.reserve(groups.size());
  for (const Group& group : groups) {
    edges.push_back(group.followers);
  }
  for (const TaskLinks& link : links) {
    for (const TaskIndex dependent : link.dependents) {
      if (links[dependent].group != link.group) {
        edges[link.group].push_back(links[dependent].group);
      }
    }
  }
  for (auto& targets : edges) {
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  }
  return edges;
}

/// The tasks so that each stands after what it needs, or an error that names a task or group that waits for itself.
Result<std::vector<TaskIndex>> order_without_circles(const TaskGraph& graph) {
  Edges edges;
  edges.reserve(graph.links().size());
  for (const TaskLinks& link : graph.links()) {
    edges.push_back(link.dependents);
  }
  auto order = topological_order(edges);
  if (order.size() < edges.size()) {
    return fail(ErrorKind::internal, "task '{}' waits, through what it needs, for itself or for tasks that do",
                graph.tasks()[first_missing(order, edges.size())].id);
  }
  const auto group_order = topological_order(group_edges(graph.links(), graph.groups()));
  if (group_order.size() < graph.groups().size()) {
    return fail(ErrorKind::internal, "group '{}' waits, through what its tasks need, for itself or for groups that do",
                graph.groups()[first_missing(group_order, graph.groups().size())].id);
  }
  return order;
}

void assign_depths(std::vector<TaskLinks>& links, std::span<const TaskIndex> order) {
  for (const TaskIndex task : order) {
    for (const TaskIndex need : links[task].needs) {
      if (links[need].group == links[task].group) {
        links[task].depth = std::max(links[task].depth, links[need].depth + 1);
      }
    }
  }
}

} // namespace

Result<TaskGraph> TaskGraph::make(std::vector<Task> tasks) {
  TaskGraph graph;
  graph.tasks_ = std::move(tasks);
  graph.links_.resize(graph.tasks_.size());
  std::unordered_map<std::string, GroupIndex> group_of;
  for (TaskIndex index = 0; index < graph.tasks_.size(); ++index) {
    const Task& task = graph.tasks_[index];
    if (task.id.empty()) {
      return fail(ErrorKind::internal, "task {} of the plan has an empty id", index);
    }
    if (!graph.index_of_.emplace(task.id, index).second) {
      return fail(ErrorKind::internal, "two tasks of the plan have the id '{}'", task.id);
    }
    const bool is_shared = task.group.empty();
    const std::string& group_id = is_shared ? task.id : task.group;
    const auto [place, is_new] = group_of.emplace(group_id, graph.groups_.size());
    if (is_new) {
      graph.groups_.push_back({group_id, is_shared, {}, {}, {}});
    } else if (is_shared || graph.groups_[place->second].is_shared) {
      return fail(ErrorKind::internal, "'{}' names a shared task and a group, or two shared tasks", group_id);
    }
    graph.groups_[place->second].tasks.push_back(index);
    graph.links_[index].group = place->second;
  }
  for (TaskIndex index = 0; index < graph.tasks_.size(); ++index) {
    for (const std::string& need : graph.tasks_[index].needs) {
      const auto found = graph.find(need);
      if (!found) {
        return fail(ErrorKind::internal, "task '{}' needs '{}', which the plan does not have", graph.tasks_[index].id,
                    need);
      }
      auto& needs = graph.links_[index].needs;
      if (std::find(needs.begin(), needs.end(), *found) == needs.end()) {
        needs.push_back(*found);
        graph.links_[*found].dependents.push_back(index);
      }
    }
    const GroupIndex own = graph.links_[index].group;
    for (const std::string& id : graph.tasks_[index].after) {
      const auto other = group_of.find(id);
      if (other == group_of.end()) {
        return fail(ErrorKind::internal, "task '{}' comes after '{}', which the plan does not have",
                    graph.tasks_[index].id, id);
      }
      auto& after = graph.groups_[own].after;
      if (std::find(after.begin(), after.end(), other->second) == after.end()) {
        after.push_back(other->second);
        graph.groups_[other->second].followers.push_back(own);
      }
    }
  }
  WF_TRY(graph.order_, order_without_circles(graph));
  assign_depths(graph.links_, graph.order_);
  return graph;
}

std::optional<TaskIndex> TaskGraph::find(std::string_view id) const {
  const auto found = index_of_.find(std::string(id));
  return found == index_of_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace wheelforge::schedule
