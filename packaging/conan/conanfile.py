"""linkauth for Conan 2: `conan create packaging/conan`. Needs a Rust toolchain, and its crates if there is no network."""

import os
import re
import shutil

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

FILES = ("CMakeLists.txt", "Cargo.toml", "Cargo.lock", "liblinkauth.map", "LICENSE-APACHE", "LICENSE-MIT", "README.md")
# platform is not built, but cargo wants every member of the workspace.
FOLDERS = ("bulk", "cmake", "include", "src", "tls", "platform")


class Linkauth(ConanFile):
    name = "linkauth"
    license = "MIT OR Apache-2.0"
    description = "Signs devices in to Alibaba Cloud IoT Platform: no heap, no OS, secrets wiped after use"
    topics = ("iot", "mqtt", "authentication", "embedded")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "tls": [True, False], "flash": [True, False], "seal": [True, False]}
    default_options = {"shared": False, "tls": False, "flash": False, "seal": False}

    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        manifest = load(self, os.path.join(self._root(), "Cargo.toml"))
        self.version = re.search(r'^version = "(.+)"', manifest, re.M).group(1)

    def export_sources(self):
        for name in FILES:
            shutil.copy2(os.path.join(self._root(), name), self.export_sources_folder)
        for name in FOLDERS:
            copy(self, "*", os.path.join(self._root(), name), os.path.join(self.export_sources_folder, name))

    def configure(self):
        # No C is compiled but a check of the compiler, and no C++ at all.
        self.settings.rm_safe("compiler.libcxx")
        self.settings.rm_safe("compiler.cppstd")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        variables = toolchain.cache_variables
        for name in ("shared", "tls", "flash", "seal"):
            variables[f"LINKAUTH_{name.upper()}"] = bool(self.options.get_safe(name))
        variables["LINKAUTH_BUILD_TESTS"] = False
        variables["LINKAUTH_BUILD_EXAMPLES"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        # The package's own linkauth-config.cmake is what find_package reads.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "linkauth")]
        self.cpp_info.libs = ["linkauth_tls", "linkauth"] if self.options.tls else ["linkauth"]
