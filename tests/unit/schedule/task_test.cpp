// Task graphs: what is linked, and what is refused.
#include "orchestrator/schedule/task.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::schedule;

namespace {
Task task(std::string id, std::string group, std::vector<std::string> needs = {}) {
  Task made;
  made.id = std::move(id);
  made.group = std::move(group);
  made.needs = std::move(needs);
  return made;
}

std::string refusal(std::vector<Task> tasks) {
  const auto graph = TaskGraph::make(std::move(tasks));
  REQUIRE_FALSE(graph);
  CHECK(graph.error().kind == ErrorKind::internal);
  return graph.error().message;
}
} // namespace

TEST_CASE("a graph links needs, groups and depths") {
  const auto graph =
      TaskGraph::make({task("all", ""), task("a/build", "a", {"all"}), task("a/test", "a", {"a/build", "a/build"})});
  REQUIRE(graph);
  CHECK(graph->groups() == std::vector<Group>{{"all", true, {0}}, {"a", false, {1, 2}}});
  CHECK(graph->links()[0] == TaskLinks{0, {}, {1}, 0});
  CHECK(graph->links()[1] == TaskLinks{1, {0}, {2}, 0}); // depth counts inside the group only
  CHECK(graph->links()[2] == TaskLinks{1, {1}, {}, 1});
  CHECK(graph->find("a/test") == 2);
  CHECK_FALSE(graph->find("b"));
}

TEST_CASE("an empty graph is a graph") { CHECK(TaskGraph::make({})); }

TEST_CASE("a graph refuses ids that are empty, repeated or unknown") {
  CHECK(refusal({task("", "a")}) == "task 0 of the plan has an empty id");
  CHECK(refusal({task("x", "a"), task("x", "b")}) == "two tasks of the plan have the id 'x'");
  CHECK(refusal({task("x", "a", {"y"})}) == "task 'x' needs 'y', which the plan does not have");
  CHECK(refusal({task("x", ""), task("y", "x")}) == "'x' names a shared task and a group, or two shared tasks");
}

TEST_CASE("a graph refuses groups that come after each other, or after one that is not there") {
  auto a = task("a/build", "a");
  auto b = task("b/build", "b");
  a.after = {"b"};
  CHECK_FALSE(TaskGraph::make({a}));
  REQUIRE(TaskGraph::make({a, b}));
  b.after = {"a"};
  CHECK_FALSE(TaskGraph::make({a, b}));
}

TEST_CASE("a graph refuses circles of tasks and of groups") {
  CHECK(refusal({task("x", "a", {"x"})}) == "task 'x' waits, through what it needs, for itself or for tasks that do");
  CHECK(refusal({task("p", "a"), task("x", "a", {"y"}), task("y", "a", {"x"})}) ==
        "task 'x' waits, through what it needs, for itself or for tasks that do");
  CHECK(refusal({task("a1", "a"), task("b1", "b", {"a1"}), task("a2", "a", {"b1"})}) ==
        "group 'a' waits, through what its tasks need, for itself or for groups that do");
}
