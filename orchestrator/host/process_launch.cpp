// Starts a child: the program's path, its environment, its pipes, and what is done between fork and exec.
#include "orchestrator/host/process_launch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wheelforge::host {
namespace {

namespace process = boost::process::v2;
using boost::system::error_code;
using Path = std::filesystem::path;

error_code last_error() { return {errno, boost::system::system_category()}; }

/// Both ends of a pipe, closed on exec: a sibling that is started meanwhile must not hold our ends open.
struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Result<Pipe> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return fail(ErrorKind::temporary, "cannot make a pipe: {}", last_error().message());
  }
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  for (Descriptor* end : {&pipe.read_end, &pipe.write_end}) {
    if (end->number() > STDERR_FILENO) {
      continue; // one of 0, 1, 2 would be in the way of the child's own; they are free when we were started without
    }
    const int moved = ::fcntl(end->number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) {
      return fail(ErrorKind::temporary, "cannot make a pipe: {}", last_error().message());
    }
    *end = Descriptor(moved);
  }
  ::fcntl(pipe.write_end.number(), F_SETPIPE_SZ, 1 << 20); // may be refused; then it stays at 64 KiB
  return pipe;
}

Result<Path> find_program(const std::string& name) {
  if (name.empty()) {
    return fail(ErrorKind::usage, "the command is empty, wanted a program");
  }
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), F_OK) != 0) {
      return fail(ErrorKind::not_found, "there is no program {}", name);
    }
    return Path(name);
  }
  const char* search = std::getenv("PATH");
  std::string_view folders = search != nullptr ? search : "/usr/local/bin:/usr/bin:/bin";
  while (!folders.empty()) {
    const std::size_t colon = std::min(folders.find(':'), folders.size());
    const std::string_view folder = colon == 0 ? "." : folders.substr(0, colon);
    Path candidate = Path(folder) / name;
    std::error_code ignored;
    if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate, ignored)) {
      return candidate;
    }
    folders.remove_prefix(std::min(colon + 1, folders.size()));
  }
  return fail(ErrorKind::not_found, "there is no program '{}' in PATH", name);
}

/// The child's environment as execve wants it.
class EnvironmentBlock {
public:
  explicit EnvironmentBlock(const Command& command) {
    Environment variables;
    if (!command.clear_environment) {
      for (char** entry = ::environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
          variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
      }
    }
    for (const std::string& name : command.unset) {
      variables.erase(name);
    }
    for (const auto& [name, value] : command.environment) {
      variables.insert_or_assign(name, value);
    }
    lines_.reserve(variables.size());
    for (const auto& [name, value] : variables) {
      lines_.push_back(name + "=" + value);
    }
    for (const std::string& line : lines_) {
      pointers_.push_back(line.c_str());
    }
    pointers_.push_back(nullptr);
  }
  [[nodiscard]] const char* const* data() const { return pointers_.data(); }

private:
  std::vector<std::string> lines_;
  std::vector<const char*> pointers_;
};

/// What the child does between fork and exec, beside its streams: only calls that are safe there. The launcher finds
/// these functions by overload resolution and passes over what does not fit in silence: they must be const.
struct ChildSetup {
  bool own_group = true;
  const char* folder = nullptr;

  template <class Launcher>
  error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*) const {
    if (own_group && ::setpgid(0, 0) != 0) {
      return last_error();
    }
    if (folder != nullptr && ::chdir(folder) != 0) {
      return last_error();
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL); // an ignored signal stays ignored through exec
    return {};
  }
  /// Variadic because Boost 1.81 asks for it with five arguments and calls it with four.
  template <class... Arguments>
  void on_exec_error(const Arguments&...) const {
    ::_exit(127); // the launcher's exit() would run our destructors and flush our streams a second time
  }
};

/// The child's streams.
struct ChildStreams {
  int in = STDIN_FILENO;
  int out = STDOUT_FILENO;
  int err = STDERR_FILENO;

  template <class Launcher>
  error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*) const {
    for (const auto& [from, to] : {std::pair(in, STDIN_FILENO), {out, STDOUT_FILENO}, {err, STDERR_FILENO}}) {
      if (from != to && ::dup2(from, to) == -1) {
        return last_error();
      }
    }
    return {};
  }
};

tl::unexpected<Error> launch_error(const Command& command, const Path& program, const error_code& error) {
  std::error_code ignored;
  if (!command.folder.empty() && !std::filesystem::is_directory(command.folder, ignored)) {
    return fail(ErrorKind::usage, "cannot run {} in {}: there is no such folder", program.string(),
                command.folder.string());
  }
  switch (error.value()) {
  case ENOENT:
    return fail(ErrorKind::not_found, "cannot run {}: the program, or the interpreter it names, does not exist",
                program.string());
  case EACCES:
    return fail(ErrorKind::usage, "cannot run {}: permission denied", program.string());
  case ENOEXEC:
    return fail(ErrorKind::usage, "cannot run {}: not a program for this machine", program.string());
  case EAGAIN:
  case ENOMEM:
    return fail(ErrorKind::temporary, "cannot run {}: {}", program.string(), error.message());
  default:
    return fail("cannot run {}: {}", program.string(), error.message());
  }
}

/// Starts the program; returns its pid.
Result<int> start(const Command& command, const ChildStreams& streams, bool own_group) {
  WF_TRY(const Path program, command.argv.empty() ? find_program("") : find_program(command.argv.front()));
  const EnvironmentBlock environment(command);
  const std::string folder = command.folder.string();
  process::posix::default_launcher launcher;
  launcher.env = environment.data();
  const std::vector<std::string> arguments(command.argv.begin() + 1, command.argv.end());
  boost::asio::io_context loop(1); // the launcher wants one; the caller waits in its own
  error_code error;
  auto child = launcher(loop.get_executor(), error, process::filesystem::path(program.string()), arguments, streams,
                        ChildSetup{own_group, folder.empty() ? nullptr : folder.c_str()});
  if (error) {
    if (launcher.pid > 0) {
      ::waitpid(launcher.pid, nullptr, 0); // the launcher leaves a child that could not exec unreaped
    }
    return launch_error(command, program, error);
  }
  return child.detach().id();
}

Result<Descriptor> open_file(const Path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::failed, "cannot read {}: {}", path.string(),
                last_error().message());
  }
  return file;
}

} // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

Result<LaunchedProcess> launch(const Command& command) {
  WF_TRY(Pipe out, make_pipe());
  WF_TRY(Pipe err, make_pipe());
  Pipe in; // the child's end is read_end, whatever it is
  ChildStreams streams{STDIN_FILENO, out.write_end.number(), err.write_end.number()};
  if (std::holds_alternative<TextInput>(command.input) || std::holds_alternative<ProducedInput>(command.input)) {
    WF_TRY(in, make_pipe());
    streams.in = in.read_end.number();
  } else if (!std::holds_alternative<InheritedInput>(command.input)) {
    const auto* file = std::get_if<FileInput>(&command.input);
    WF_TRY(in.read_end, open_file(file != nullptr ? file->path : Path("/dev/null")));
    streams.in = in.read_end.number();
  }
  WF_TRY(const int pid, start(command, streams, true));
  return LaunchedProcess{pid, std::move(in.write_end), std::move(out.read_end), std::move(err.read_end)};
}

Result<LaunchedProcess> launch_in_foreground(const Command& command) {
  WF_TRY(const int pid, start(command, ChildStreams{}, false));
  return LaunchedProcess{pid, {}, {}, {}};
}

} // namespace wheelforge::host
