SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:
.PHONY: help setup setup-cuda images build data demo test test-browser test-containers test-cluster fuzz faults mutants race cover security lint lab try slides talk rehearse world real necessary bench small figures clean distclean

FUZZTIME ?= 10m
ROUNDS ?= 3

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## fetch and build what is missing, in this checkout only
	@bash tools/setup.sh

setup-cuda: setup build ## fetch XLA's CUDA plugin and NVIDIA's libraries into .cuda (docs/gpu.md), and say whether a GPU is there
	@bash tools/setup-cuda.sh
	bin/adlab --backend go backends | grep "^cuda: "

images: ## build the container images adlab:cpu and adlab:cuda (docs/containers.md)
	@version=$$(git describe --always --dirty 2>/dev/null || echo unversioned)
	for target in cpu cuda; do
	  docker build -f docker/Dockerfile --target $$target --build-arg VERSION="$$version" -t adlab:$$target .
	done

build: ## build bin/adlab
	@source tools/env.sh
	version=$${VERSION:-$$(git describe --always --dirty 2>/dev/null || echo unversioned)}
	go build -trimpath -ldflags "-X main.version=$$version" -o bin/adlab ./pkg/cmd/adlab

data: setup build ## fetch the real images
	@source tools/env.sh
	bin/adlab data fetch elpv textile

demo: setup build data ## the main job on real images: table, pictures, executed notebook
	@source tools/env.sh
	bin/adlab demo --out out/demo
	bash tools/notebooks.sh --out out/demo notebooks/00_quickstart.ipynb
	echo "notebook, executed: out/demo/00_quickstart.ipynb"

test: setup lint build data ## every test, notebooks included
	@source tools/env.sh
	export ADLAB_COMPILED="$$root/.cache/compiled" # one program in many tests is compiled once
	go test -timeout 45m ./...
	ADLAB_PROFILE=smoke bash tools/notebooks.sh --out out/test --jobs 2 notebooks/[01]*.ipynb # every exhibit, in seconds
	ADLAB_PROFILE=smoke bash tools/browser.sh --where-possible
	ADLAB_PROFILE=smoke bash tools/browser.sh --where-possible try
	echo "all passed in $$SECONDS s"

test-browser: setup build data ## the live notebook in Chromium, moved by a script (ADLAB_STRICT=1 asserts times, too); ARGS=try: the lab in a tab
	@source tools/env.sh
	bash tools/browser.sh $(ARGS)

fuzz: setup ## every fuzz target, FUZZTIME=10m each; ARGS names some
	@FUZZTIME=$(FUZZTIME) bash tools/fuzz.sh $(ARGS)

faults: setup build ## kill, starve and lock out bin/adlab, ROUNDS=3 times each at random points; ARGS names some
	@ROUNDS=$(ROUNDS) bash tools/faults.sh $(ARGS)

mutants: setup ## thirty-one planted mistakes: the tests must catch each
	@bash tools/mutants/run.sh $(ARGS)

race: setup ## go test -race where XLA is not in the process
	@bash tools/race.sh $(ARGS)

cover: setup data ## the share of statements that tests run, room by room
	@bash tools/cover.sh $(ARGS)

security: setup ## modules and wheels by their digests, govulncheck, the notebook server as a stranger sees it
	@bash tools/security.sh

test-containers: ## build the container images, or as much of them as can be here, and look at what is in them (docs/containers.md)
	@bash docker/test.sh $(ARGS)

test-cluster: setup build ## a real Slurm on loopback fills one store; Kubernetes' files against its schemas (docs/cluster.md)
	@source tools/env.sh
	bash tools/k8s/check.sh
	bash tools/slurm/test.sh

lint: setup ## gofmt, lengths of lines and files, go vet, staticcheck, syntax of the scripts
	@bash tools/lint.sh

lab: setup ## JupyterLab with the Go kernel, on a start page
	@bash tools/lab.sh $(ARGS)

try: setup build data ## the page on which INP-Former and MultiADS run in a browser's tab, on your own pictures: into out/try, served (SERVE=ADDRESS)
	@bash tools/wasm.sh bin/try
	source tools/env.sh
	bin/adlab try --module bin/try --out out/try --serve "$(or $(SERVE),127.0.0.1:8800)"

slides: setup ## the talk from the notebooks, two decks in out/slides that need no network, with PDFs where Chromium is
	@bash tools/slides.sh $(ARGS)

talk: slides build data ## serve the slides on this machine with their live slides live (Ctrl-C ends it)
	@source tools/env.sh
	bin/adlab talk $(ARGS)

rehearse: setup build data ## go through the talk's slides: pictures there and fresh, live cells warm (from nothing minutes, then seconds); RUN=1: every cell runs first
	@source tools/env.sh
	$(if $(RUN),bash tools/notebooks.sh --out out/rehearse $$(grep -ho 'notebook: .*' notebooks/talks/*.yaml | sort -u | sed 's|notebook: \(.*\)|notebooks/\1.ipynb|'))
	bin/adlab rehearse $(ARGS)

world: setup build data ## measure the small world itself, README's table included (three seeds; hours, goes on where it stopped)
	@source tools/env.sh
	bin/adlab encoders fetch dinov2-minilm
	bin/adlab run world-foundation world-encoders world-pair world-hardness rulers inp-logical --out figures --into README.md

real: setup build data ## measure on real pictures with typed defects, MTD and DeepPCB (fetched; an hour on two cores, goes on where it stopped)
	@source tools/env.sh
	bin/adlab data fetch mtd deeppcb
	bin/adlab run real-mtd real-deeppcb real-types --out figures

necessary: setup build data ## what trains beside what does not, on one set of features (two hours on two cores where the heads are there; goes on where it stopped)
	@source tools/env.sh
	bin/adlab run is-training-necessary --out figures

bench: setup build ## adlab's speed beside PyTorch's, onnxruntime's and others', in turns, into figures/bench (half an hour; nothing else should run)
	@bash tools/peers.sh
	source tools/env.sh
	bin/adlab run bench-metrics bench-forwards bench-steps bench-looks bench-growth --out figures/bench

figures: setup build data ## every exhibit of profile tiny into figures, with a page: from nothing an hour and a half on two cores, then below five minutes
	@source tools/env.sh
	bin/adlab gallery --profile tiny --out figures

small: setup build data ## what lives from good features, on DINOv2 ViT-S/14, into figures/small and figures' page (two hours on two cores; goes on where it stopped)
	@source tools/env.sh
	bin/adlab encoders fetch dinov2-minilm
	bin/adlab gallery --profile small --out figures/small inp-table2 inp-table3 inp-figure3 inp-figure6 inp-figure7 inp-coherence inp-figureS2 mads-table3 mads-table4 mads-table21
	bin/adlab gallery --profile tiny --out figures

clean: ## remove what was built and written
	rm -rf bin out

distclean: ## remove what set-up fetched, too, after asking (FORCE=1: without; CACHE=1: trained heads and features as well)
	@gone=$$(ls -d bin out .bin .venv .reveal .peers .plugin .cuda .data $(if $(filter 1,$(CACHE)),.cache) 2>/dev/null || true)
	[ -n "$$gone" ] || { echo "nothing to remove"; exit 0; }
	du -sh $$gone
	[ ! -d .cache ] || [ "$(CACHE)" = 1 ] || echo "kept: .cache, hours of training; CACHE=1 removes it, too"
	if [ "$(FORCE)" != 1 ]; then
	  [ -t 0 ] || { echo "nothing was removed: FORCE=1 removes these without asking" >&2; exit 1; }
	  read -rp "remove these? [y/N] " answer
	  [ "$$answer" = y ] || { echo "nothing was removed"; exit 0; }
	fi
	rm -rf $$gone
