// Asks an image what it holds, and compares two answers.
#include "orchestrator/lifecycle/image_diff.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace wheelforge::lifecycle {
namespace {

/// A line's words, separated by single tabs.
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t tab = line.find('\t');
    out.emplace_back(line.substr(0, tab));
    if (tab == std::string_view::npos) {
      return out;
    }
    line.remove_prefix(tab + 1);
  }
}

void compare_maps(const char* kind, const std::map<std::string, std::string>& before,
                  const std::map<std::string, std::string>& after, std::vector<ContentsChange>& out) {
  std::set<std::string> names;
  for (const auto* side : {&before, &after}) {
    for (const auto& [name, version] : *side) {
      names.insert(name);
    }
  }
  for (const std::string& name : names) {
    const auto old = before.find(name);
    const auto now = after.find(name);
    ContentsChange change{kind, name, old == before.end() ? std::string() : old->second,
                          now == after.end() ? std::string() : now->second};
    if (change.before != change.after) {
      out.push_back(std::move(change));
    }
  }
}

} // namespace

std::string_view contents_script() {
  // Every line is a word, a name and a value with tabs between. LC_ALL keeps messages in English.
  return R"sh(LC_ALL=C; export LC_ALL
( . /etc/os-release 2>/dev/null && printf 'os\t%s\t%s\n' "$ID" "$VERSION_ID" )
rpm -qa --qf 'package\t%{NAME}.%{ARCH}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n' 2>/dev/null
dpkg-query -W -f 'package\t${binary:Package}\t${Version}\n' 2>/dev/null
[ -f /lib/apk/db/installed ] && awk -F: '$1 == "P" {p = $2} $1 == "V" {printf "package\t%s\t%s\n", p, $2}' /lib/apk/db/installed
for tool in gcc clang; do
  v=$($tool -dumpfullversion 2>/dev/null || $tool -dumpversion 2>/dev/null) && printf 'tool\t%s\t%s\n' "$tool" "$v"
done
v=$(ld --version 2>/dev/null | head -n 1 | sed 's/.* //') && [ -n "$v" ] && printf 'tool\tbinutils\t%s\n' "$v"
v=$(getconf GNU_LIBC_VERSION 2>/dev/null) || v=$(ls /lib/ld-musl-* >/dev/null 2>&1 && /lib/ld-musl-* 2>&1 | sed -n 's/^Version /musl /p')
[ -n "$v" ] && printf 'tool\tlibc\t%s\n' "$v"
for tool in auditwheel patchelf cmake; do
  v=$($tool --version 2>/dev/null | head -n 1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1) && [ -n "$v" ] && printf 'tool\t%s\t%s\n' "$tool" "$v"
done
for python in /opt/python/*; do
  [ -e "$python" ] && printf 'python\t%s\t%s\n' "${python##*/}" "$("$python/bin/python" -c 'import platform; print(platform.python_version())' 2>/dev/null)"
done
exit 0
)sh";
}

Result<ImageContents> parse_image_contents(std::string_view text, std::string reference) {
  ImageContents out;
  out.reference = std::move(reference);
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(row.size() + 1, text.size()));
    if (row.empty()) {
      continue;
    }
    const std::vector<std::string> fields = fields_of(row);
    if (fields.size() != 3 || fields[1].empty()) {
      return fail(ErrorKind::invalid_data, "{}: line {} of its contents is {:?}, wanted three words", out.reference,
                  line, std::string(row.substr(0, 80)));
    }
    if (fields[0] == "os") {
      out.os = fields[1] + " " + fields[2];
    } else if (fields[0] == "package") {
      std::string& version = out.packages[fields[1]];
      version += version.empty() ? fields[2] : ", " + fields[2]; // several kernels, keys of rpm
    } else if (fields[0] == "tool") {
      out.tools[fields[1]] = fields[2];
    } else if (fields[0] == "python") {
      out.pythons.push_back(fields[2].empty() ? fields[1] : fields[1] + " " + fields[2]);
    } else {
      return fail(ErrorKind::invalid_data, "{}: line {} of its contents begins with {:?}", out.reference, line,
                  fields[0]);
    }
  }
  if (out.packages.empty()) {
    return fail(ErrorKind::invalid_data, "{}: neither rpm, dpkg nor apk lists a package in it", out.reference);
  }
  std::sort(out.pythons.begin(), out.pythons.end());
  return out;
}

std::vector<ContentsChange> compare_contents(const ImageContents& before, const ImageContents& after) {
  std::vector<ContentsChange> out;
  std::map<std::string, std::string> old_tools = before.tools;
  std::map<std::string, std::string> new_tools = after.tools;
  old_tools.emplace("os", before.os);
  new_tools.emplace("os", after.os);
  compare_maps("tool", old_tools, new_tools, out);
  const auto by_name = [](const std::vector<std::string>& pythons) {
    std::map<std::string, std::string> named;
    for (const std::string& python : pythons) {
      const std::size_t space = python.find(' ');
      named[python.substr(0, space)] = space == std::string::npos ? "there" : python.substr(space + 1);
    }
    return named;
  };
  compare_maps("python", by_name(before.pythons), by_name(after.pythons), out);
  compare_maps("package", before.packages, after.packages, out);
  return out;
}

std::string changes_text(const ImageContents& before, const ImageContents& after) {
  const std::vector<ContentsChange> changes = compare_contents(before, after);
  std::string out = fmt::format("from {}\nto   {}\n", before.reference, after.reference);
  for (const ContentsChange& change : changes) {
    const auto shown = [](const std::string& value) { return value.empty() ? std::string("-") : value; };
    out +=
        fmt::format("  {:<8} {:<36} {} -> {}\n", change.kind, change.name, shown(change.before), shown(change.after));
  }
  const auto count = [&](const char* kind) {
    return std::count_if(changes.begin(), changes.end(), [&](const ContentsChange& one) { return one.kind == kind; });
  };
  return out + (changes.empty() ? std::string("nothing changed\n")
                                : fmt::format("{} tools, {} Pythons and {} packages changed\n", count("tool"),
                                              count("python"), count("package")));
}

std::string changes_json(const ImageContents& before, const ImageContents& after) {
  using Json = nlohmann::ordered_json;
  const auto value = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json changes = Json::array();
  for (const ContentsChange& change : compare_contents(before, after)) {
    changes.push_back({{"kind", change.kind},
                       {"name", change.name},
                       {"before", value(change.before)},
                       {"after", value(change.after)}});
  }
  const Json document = {
      {"schema", 1}, {"before", before.reference}, {"after", after.reference}, {"changes", std::move(changes)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace wheelforge::lifecycle
