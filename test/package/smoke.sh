#!/usr/bin/env bash
# Installs the bundled package below a path with a space, from the packages that npm ci put into the cache, and scans with it.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
folder="$temporary/a folder"
mkdir "$folder"
archive=$(cd "$root/dist/package" && npm pack --silent --pack-destination "$folder")
cd "$folder"
npm init -y >/dev/null
npm install --silent --prefer-offline --no-audit --no-fund "./$archive"
export XDG_CACHE_HOME=$folder/cache
node_modules/.bin/breakwater --version
node_modules/.bin/breakwater scan "$root/docs/examples/alpine-3.10.tar.gz" --format json --output report.json
grep -q '"CVE-' report.json
node_modules/.bin/breakwater scan "$root/docs/examples/alpine-3.10.tar.gz" --format cyclonedx --output sbom.json
node_modules/.bin/breakwater scan sbom:sbom.json --format json --output again.json
[ "$(grep -c '"id": "CVE-' report.json)" = "$(grep -c '"id": "CVE-' again.json)" ]
echo "the installed package scans, and its own SBOM gives the same number of findings"
node_modules/.bin/breakwater server --data-dir "$folder/data" --listen 127.0.0.1:18444 --demo >"$folder/out" 2>"$folder/log" &
server=$!
trap 'kill -TERM $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$temporary"' EXIT
for _ in $(seq 300); do
  curl -fsS -o /dev/null http://127.0.0.1:18444/readyz 2>/dev/null && break
  kill -0 $server 2>/dev/null || { cat "$folder/log" "$folder/out"; echo 'the installed server ended'; exit 1; }
  sleep 0.2
done
curl -fsS http://127.0.0.1:18444/readyz >/dev/null
curl -fsS http://127.0.0.1:18444/openapi.json | grep -q '"openapi":"3.1'
curl -fsS http://127.0.0.1:18444/ | grep -q id=.root.
echo "the installed server runs, with its console"
