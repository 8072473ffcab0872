# The short list of commands. The work is done by CMakeLists.txt, cargo and scripts/.

BUILD  ?= build
PREFIX ?= /usr/local
STAGES ?=
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: all demo test test-long header install deps clean help

all:            ## build the libraries into build/ (the default)
	@scripts/install-deps.sh --check build
	cmake -S . -B $(BUILD) -DCMAKE_INSTALL_PREFIX=$(PREFIX) -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF
	cmake --build $(BUILD) --parallel $(JOBS)

demo:           ## show a device register, store its secret and sign in, on this machine alone
	@scripts/install-deps.sh demo
	scripts/demo.sh

test:           ## run every test; STAGES="format headers" runs those alone
	@scripts/test.sh $(STAGES)

test-long:      ## run every test in its long form: every system call, every state
	@LINKAUTH_LONG=1 scripts/test.sh $(STAGES)

header:         ## write include/linkauth.h and include/linkauth_tls.h anew from the Rust sources
	LINKAUTH_WRITE_HEADER=1 cargo test --locked -p linkauth --features posix,capi,flash,seal --test header
	LINKAUTH_WRITE_HEADER=1 cargo test --locked -p linkauth-tls --test header

install: all    ## install below PREFIX (/usr/local); DESTDIR is honoured
	cmake --install $(BUILD)

deps:           ## name the tools that are missing, and install them if this is Debian and you are root
	@scripts/install-deps.sh test

clean:          ## remove what was built
	rm -rf $(BUILD)
	cargo clean

help:           ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
