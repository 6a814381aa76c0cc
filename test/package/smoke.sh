#!/usr/bin/env bash
# Installs the bundled package into an empty folder, from the packages that npm ci put into the cache, and scans with it.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
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
