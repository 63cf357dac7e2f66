// One schema a kind of value, put together by the table of keys.
#include "orchestrator/matrix/json_schema.hpp"

#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/keys.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wheelforge::matrix {
namespace {

using Json = nlohmann::ordered_json;

Json text(std::string_view pattern = {}) {
  Json schema = {{"type", "string"}};
  if (!pattern.empty()) {
    schema["pattern"] = pattern;
  }
  return schema;
}

Json non_empty_text() { return {{"type", "string"}, {"minLength", 1}}; }

Json table_of(Json value) { return {{"type", "object"}, {"additionalProperties", std::move(value)}}; }

Json one_of(std::span<const std::string> names, std::initializer_list<std::string_view> more) {
  Json all = names;
  for (const std::string_view name : more) {
    all.push_back(name);
  }
  return {{"enum", all}};
}

/// One or an array.
Json one_or_more(const Json& item, bool is_set = false, bool needs_one = false) {
  Json array = {{"type", "array"}, {"items", item}};
  if (is_set) {
    array["uniqueItems"] = true;
  }
  if (needs_one) {
    array["minItems"] = 1;
  }
  return {{"anyOf", {item, array}}};
}

/// A string or an integer as its digits.
Json plain_value() { return {{"type", {"string", "integer"}}}; }

constexpr std::string_view kVariable = "[A-Za-z_][A-Za-z0-9_]*";
constexpr std::string_view kPlatform = "manylinux(1|2010|2014|_2_[0-9]+)|musllinux_1_[12]";
constexpr std::string_view kDuration = "^(none|[0-9]+h([0-9]+m)?([0-9]+s)?|[0-9]+m([0-9]+s)?|[0-9]+s)$";
constexpr std::string_view kSize = "^[0-9]+(\\.[0-9]+)?([KMGT]iB|kB|[MGT]B)$";
constexpr std::string_view kAccelerator = "^([a-z]+|[a-z][a-z0-9-]*-[0-9]+(\\.[0-9]+)*)$";
constexpr std::string_view kFinding = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";
constexpr std::string_view kTestPlace = "^(|same|reach|image:\\S+|[a-z][a-z-]*-[0-9.]+)$";

Json named_values(std::string_view name_pattern, Json value) {
  return {{"type", "object"},
          {"patternProperties", {{fmt::format("^({})$", name_pattern), std::move(value)}}},
          {"additionalProperties", false}};
}

Json images() {
  return named_values(fmt::format("({})_({})", kPlatform, fmt::join(architecture_names(), "|")), text("^\\S+$"));
}

Json frontend() {
  const Json name = {{"enum", {"auto", "build", "build[uv]", "pip"}}};
  return {{"anyOf",
           {name,
            {{"type", "object"},
             {"properties", {{"name", name}, {"args", one_or_more(text())}}},
             {"required", {"name"}},
             {"additionalProperties", false}}}}};
}

Json integer(const Key& key) { return {{"type", "integer"}, {"minimum", key.least}, {"maximum", key.most}}; }

/// Strings, arrays of strings and tables: kinds that take more than one value.
Json schema_of_list(const Key& key) {
  switch (key.kind) {
  case Kind::variables:
    return one_or_more(text(fmt::format("^({})?$", kVariable)));
  case Kind::assignments:
    return named_values(kVariable, plain_value());
  case Kind::settings:
    return table_of({{"anyOf", {plain_value(), {{"type", "array"}, {"items", plain_value()}}, {{"type", "object"}}}}});
  case Kind::images:
    return images();
  case Kind::findings:
    return one_or_more(text(kFinding));
  case Kind::test_places:
    return one_or_more(text(kTestPlace), false, true);
  case Kind::pythons:
    return one_or_more(one_of(interpreter_names(), {kAuto}), true, true);
  case Kind::platforms:
    return one_or_more(text(fmt::format("^(auto|{})$", kPlatform)), true, true);
  case Kind::architectures:
    return one_or_more(one_of(architecture_names(), {kAuto, kNative, "armhfp"}), true, true);
  case Kind::host_architectures:
    return one_or_more(one_of(architecture_names(), {}));
  case Kind::accelerators:
    return one_or_more(text(kAccelerator), true, true);
  default:
    return one_or_more(text());
  }
}

Json schema_of(const Key& key) {
  switch (key.kind) {
  case Kind::text:
    return non_empty_text();
  case Kind::optional_text:
    return text();
  case Kind::choice:
    return {{"enum", key.choices}};
  case Kind::boolean:
    return {{"type", "boolean"}};
  case Kind::integer:
    return integer(key);
  case Kind::number:
    return {{"type", "number"}, {"exclusiveMinimum", 0}};
  case Kind::jobs:
    return {{"anyOf", {{{"const", "auto"}}, integer(key)}}};
  case Kind::duration:
    return text(kDuration);
  case Kind::size:
    return text(kSize);
  case Kind::frontend:
    return frontend();
  case Kind::policy:
    return text(fmt::format("^(claimed|{})$", kPlatform));
  case Kind::tables:
    return {{"type", "array"}, {"items", {{"$ref", fmt::format("#/$defs/{}.{}", key.section, key.name)}}}};
  case Kind::named_tables:
    return table_of({{"$ref", fmt::format("#/$defs/{}.{}", key.section, key.name)}});
  default:
    return schema_of_list(key);
  }
}

Json to_json(const Node& node) {
  struct Visitor {
    Json operator()(const std::string& value) const { return value; }
    Json operator()(std::int64_t value) const { return value; }
    Json operator()(double value) const { return value; }
    Json operator()(bool value) const { return value; }
    Json operator()(DateOrTime) const { return nullptr; }
    Json operator()(const Array& value) const {
      Json array = Json::array();
      for (const Node& item : value) {
        array.push_back(to_json(item));
      }
      return array;
    }
    Json operator()(const Table& value) const {
      Json object = Json::object();
      for (const Entry& entry : value) {
        object[entry.key] = to_json(entry.value);
      }
      return object;
    }
  };
  return std::visit(Visitor{}, node.value);
}

Json described(const Key& key) {
  Json schema = {{"description", key.summary}};
  schema.update(schema_of(key));
  if (const std::string value = default_text(key); !value.empty()) {
    const auto parsed = parse_document({"default", "value = " + value});
    WF_CHECK(parsed.has_value());
    schema["default"] = to_json(parsed->find("value")->value);
  }
  return schema;
}

/// What a table must have: the parser reports the same.
Json required_of(const Section& section) {
  return section.path == "engine.hosts"     ? Json{"url", "arch"}
         : section.path == "matrix.include" ? Json{"python", "platform"}
                                            : Json::array();
}

Json modes() {
  Json properties = Json::object();
  for (const Section& section : sections()) {
    Json keys = Json::object();
    for (const Key& key : section.keys) {
      if (key.is_inheritable()) {
        keys[std::string(key.name)] = {{"enum", {"append", "prepend", "none"}}};
      }
    }
    if (section.is_per_cell) {
      properties[std::string(section.path)] = {
          {"type", "object"}, {"properties", keys}, {"additionalProperties", false}};
    }
  }
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

Json table_schema(const Section& section) {
  Json properties = Json::object();
  for (const Key& key : section.keys) {
    properties[std::string(key.name)] = described(key);
  }
  Json schema = {{"description", section.summary},
                 {"type", "object"},
                 {"properties", properties},
                 {"additionalProperties", false}};
  if (const Json required = required_of(section); !required.empty()) {
    schema["required"] = required;
  }
  if (section.path == "matrix.exclude") {
    schema["minProperties"] = 1;
  }
  return schema;
}

Json override_schema(const Section& section) {
  Json schema = table_schema(section);
  Json& properties = schema["properties"];
  properties["inherit"].erase("anyOf");
  properties["inherit"].update(modes());
  for (const Section& one : sections()) {
    if (one.is_per_cell) {
      properties[std::string(one.path)] = {{"$ref", fmt::format("#/$defs/{}", one.path)}};
    }
  }
  schema["required"] = {"select"};
  schema["minProperties"] = 2;
  return schema;
}

} // namespace

std::string json_schema() {
  Json properties = Json::object();
  Json definitions = Json::object();
  for (const Section& section : sections()) {
    const std::string path(section.path);
    const Json reference = {{"$ref", "#/$defs/" + path}};
    if (path == "override") {
      definitions[path] = override_schema(section);
      properties[path] = {{"type", "array"}, {"items", reference}};
      continue;
    }
    definitions[path] = table_schema(section);
    if (path.find('.') == std::string::npos) {
      properties[path] = reference;
    }
  }
  const Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"$id", "urn:wheelforge:schema:matrix:1"},
                       {"title", "wheelforge.toml"},
                       {"description",
                        "The matrix file of wheelforge; the same tables stand below [tool.wheelforge] of a "
                        "pyproject.toml."},
                       {"type", "object"},
                       {"properties", properties},
                       {"additionalProperties", false},
                       {"$defs", definitions}};
  return schema.dump(2) + "\n";
}

} // namespace wheelforge::matrix
