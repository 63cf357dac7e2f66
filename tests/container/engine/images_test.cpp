// Images made, named, saved and loaded, with a real engine.
#include "tests/container/engine/bench.hpp"

#include "orchestrator/host/file_system.hpp"

namespace wheelforge::engine {

TEST_CASE("an imported image tells what it is") {
  const auto image = real_engine().inspect_image(kImage);
  REQUIRE(image);
  CHECK(image->id.substr(0, 7) == "sha256:");
  CHECK(image->os == "linux");
  CHECK_FALSE(image->architecture.empty());
  CHECK(image->environment.at("WF_IMAGE") == "yes");
  CHECK(image->size_bytes > 100'000);
  CHECK(real_engine().inspect_image("localhost/no/such-image:1").error().kind == ErrorKind::not_found);
}

TEST_CASE("a container's files become an image that others start from") {
  const std::string name = "localhost/wheelforge/engine-test:layer";
  Container container = start(spec_for("layer"));
  REQUIRE(run(container, "echo kept > /from-before-all").ok());
  const auto id = real_engine().commit_container(container.id(), name, {{"wheelforge.key", "a b, $c=d"}}, {});
  REQUIRE(id);
  const auto image = real_engine().inspect_image(name);
  REQUIRE(image);
  CHECK(image->labels.at("wheelforge.key") == "a b, $c=d");
  ContainerSpec spec = spec_for("layer");
  spec.image = name;
  {
    Container second = start(spec);
    CHECK(run(second, "cat /from-before-all; echo $WF_IMAGE").out == "kept\nyes\n");
  }
  CHECK(real_engine().remove_image(name));
  CHECK_FALSE(real_engine().inspect_image(name));
}

TEST_CASE("images survive a journey through a file") {
  const auto files = host::make_file_system();
  const auto folder = host::TempFolder::create(*files, std::filesystem::temp_directory_path(), "wf-images-");
  REQUIRE(folder);
  const std::string one = "localhost/wheelforge/engine-test:one";
  const std::string two = "localhost/wheelforge/engine-test:two";
  REQUIRE(real_engine().tag_image(kImage, one));
  REQUIRE(real_engine().tag_image(kImage, two));
  REQUIRE(real_engine().save_images({one, two}, folder->path() / "images.tar", {}));
  REQUIRE(real_engine().remove_image(one));
  REQUIRE(real_engine().remove_image(two));
  const auto loaded = real_engine().load_images(folder->path() / "images.tar", {});
  REQUIRE(loaded);
  CHECK(*loaded == std::vector<std::string>{one, two});
  CHECK(real_engine().inspect_image(two)->id == real_engine().inspect_image(kImage)->id);
  CHECK(real_engine().remove_image(one));
  CHECK(real_engine().remove_image(two));
}

TEST_CASE("a pull from a registry that is not there is temporary, and a stop ends its waiting") {
  std::stop_source source;
  std::string said;
  const auto pulled = real_engine().pull_image(
      "127.0.0.1:1/no/image:1", "",
      [&](host::Stream, std::string_view bytes) {
        said += bytes;
        if (said.find("trying again") != std::string::npos) {
          source.request_stop();
        }
      },
      source.get_token());
  REQUIRE_FALSE(pulled);
  CHECK(pulled.error().kind == ErrorKind::cancelled);
  CHECK(said.find("connection refused") != std::string::npos);
}

} // namespace wheelforge::engine
