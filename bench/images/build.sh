#!/usr/bin/env bash
# Builds the four reference images of the benchmarks into DIR, each as an uncompressed docker-archive and as an OCI
# archive with gzip layers. Needs root, debootstrap, npm, Python 3.11, Maven, Go, Cargo with cargo-auditable; about 10 minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh DIR}
mkdir -p "$out/cache" "$out/work"
pack() { "$here/../../tools/node" "$here/pack.ts" "$out" "$@"; }
root() { # name, packages
  [ -d "$out/work/$1" ] || { debootstrap --variant=minbase --cache-dir="$out/cache" --include="$2" bookworm "$out/work/$1.draft" >"$out/work/$1.log" 2>&1 && mv "$out/work/$1.draft" "$out/work/$1"; }
  rm -rf "$out/work/$1"/var/cache/apt/archives/*.deb "$out/work/$1"/var/lib/apt/lists/*
}

debian() {
  root debian-root ca-certificates
  pack debian "$out/work/debian-root"
}

node() {
  root node-root ca-certificates,nodejs
  app=$out/work/node-app/opt/app
  if [ ! -d "$app/node_modules" ]; then
    mkdir -p "$app" && cp "$here/node/package.json" "$app/" && (cd "$app" && npm install --no-audit --no-fund --ignore-scripts --legacy-peer-deps >"$out/work/node-app.log" 2>&1)
  fi
  pack node "$out/work/node-root" "$out/work/node-app"
}

python_java() {
  root python-java-root ca-certificates,python3,openjdk-17-jre-headless
  venv=$out/work/python-app/opt/app/venv
  if [ ! -f "$venv/done" ]; then
    python3 -m venv --copies "$venv" && "$venv/bin/python" -m pip install --no-deps --only-binary=:all: --disable-pip-version-check -r "$here/python/requirements.txt" >"$out/work/python-app.log" 2>&1 && touch "$venv/done"
  fi
  jars=$out/work/java-app/opt/jars
  if [ ! -f "$jars/spring-boot-app.jar" ]; then
    mkdir -p "$jars" && mvn -q -B -f "$here/java/pom.xml" dependency:copy-dependencies -DexcludeTransitive=true -DoutputDirectory="$jars" >"$out/work/java-app.log" 2>&1
    python3 "$here/java/bundle.py" "$jars"
  fi
  pack python-java "$out/work/python-java-root" "$out/work/python-app" "$out/work/java-app"
}

go_rust() {
  bin=$out/work/go-rust/usr/local/bin
  if [ ! -f "$bin/rust-program" ]; then
    mkdir -p "$bin"
    for program in minikube-like etcd-like metrics-like; do (cd "$here/go/$program" && CGO_ENABLED=0 go build -trimpath -ldflags=-checklinkname=0 -o "$bin/$program" .); done
    (cd "$here/rust" && cargo auditable build --release --target-dir "$out/work/rust-target" >"$out/work/rust.log" 2>&1 && cp "$out/work/rust-target/release/rust-program" "$bin/")
  fi
  pack go-rust "$out/work/go-rust"
}

for image in ${2:-debian node python_java go_rust}; do $image; done
