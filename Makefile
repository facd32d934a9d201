# The commands of the house. Each is a script of the same name; here is only the table of contents.

.PHONY: help demo demo-stop test bench soak build release format lint clean

help:
	@echo 'make demo       install what is missing, build, run the example across three sites, leave it running'
	@echo 'make demo-stop  stop what make demo left running'
	@echo 'make test       install what is missing, run every check and every test'
	@echo 'make bench      measure, and write docs/benchmarks.md'
	@echo 'make soak       the long tests: crashes, simulations'
	@echo 'make build      debug build      make release   release build, standard library linked in'
	@echo 'make format     lay out Swift    make lint      check the layout'
	@echo 'make clean      remove what was built'

demo:
	@scripts/install
	@scripts/python
	@MARTLET_CONFIGURATION=release scripts/build --product martletd
	@MARTLET_CONFIGURATION=release scripts/build --product martlet
	@MARTLET_CONFIGURATION=release scripts/demo

demo-stop:
	@MARTLET_CONFIGURATION=release scripts/demo --stop

test:
	@scripts/test

soak:
	@MARTLET_SOAK=1 scripts/test

bench:
	@scripts/install
	@scripts/bench

build:
	@scripts/install
	@scripts/build

release:
	@scripts/install
	@MARTLET_CONFIGURATION=release scripts/build --product martletd
	@MARTLET_CONFIGURATION=release scripts/build --product martlet

format:
	@bash -c "source scripts/env && swift format --in-place --parallel --recursive Package.swift Sources Tests"

lint:
	@scripts/lint

clean:
	@rm -rf .build .build-release
