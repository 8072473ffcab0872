# The short list of commands. The work is done by CMakeLists.txt, cargo and scripts/.

BUILD  ?= build
PREFIX ?= /usr/local
STAGES ?=
ARGS   ?=
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: all demo firmware size bench storm test test-long header abi docs install deps clean help

all:            ## build the libraries into build/ (the default)
	@scripts/install-deps.sh --check build
	cmake -S . -B $(BUILD) -DCMAKE_INSTALL_PREFIX=$(PREFIX) -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF
	cmake --build $(BUILD) --parallel $(JOBS)

demo:           ## show a device register, store its secret and sign in, on this machine alone
	@scripts/install-deps.sh demo
	scripts/demo.sh

firmware:       ## build the library for bare-metal targets, and run firmware with each in QEMU
	@scripts/install-deps.sh firmware
	scripts/firmware.sh

test:           ## run every test; STAGES="format headers" runs those alone
	@scripts/test.sh $(STAGES)

test-long:      ## run every test in its long form: every system call, every state
	@LINKAUTH_LONG=1 scripts/test.sh $(STAGES)

bench:          ## what linkauth costs beside what else there is; ARGS=--quick, ARGS=--write for docs/performance.md
	@scripts/install-deps.sh bench
	@scripts/bench.sh $(ARGS)

storm:          ## power 1,000 to 15,000 simulated devices on at once, beside Mosquitto
	@scripts/storm.sh

size:           ## print what linkauth needs: flash, stack and RAM of a microcontroller, bytes on a gateway
	@scripts/size/gateways.sh
	@scripts/size.sh --prices

# The layout is made of the header, and the header of what compiles without the layout.
header:         ## write the C headers and the layout anew from the Rust sources
	: >src/capi/layout.rs
	LINKAUTH_WRITE_HEADER=1 cargo test --locked -p linkauth --features posix,capi,flash,lean,seal --test header
	LINKAUTH_WRITE_HEADER=1 cargo test --locked -p linkauth-tls --test header
	@mkdir -p build
	scripts/abi/layout.sh >build/layout.rs && mv build/layout.rs src/capi/layout.rs
	@cc -fsyntax-only -x c include/linkauth.h || { echo "A size in cbindgen.toml is an old one: change it there, then make header." >&2; false; }

abi: header     ## the same, and the ABI of this version: docs/abi.md says what may change
	scripts/abi/write.sh

docs:           ## make the reference of the C headers in build/docs: HTML, and a manual page for each function
	scripts/docs.sh $(BUILD)/docs

install: all    ## install below PREFIX (/usr/local); DESTDIR is honoured
	cmake --install $(BUILD)

deps:           ## name the tools that are missing, and install them if this is Debian and you are root
	@scripts/install-deps.sh test

clean:          ## remove what was built
	rm -rf $(BUILD)
	cargo clean

help:           ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
