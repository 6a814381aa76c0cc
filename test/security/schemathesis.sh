#!/usr/bin/env bash
# Lets schemathesis (https://schemathesis.io) call every operation of the served document, with requests that fit and
# requests that do not, on a whole server over a filled store. It looks for answers of 5xx and for answers that the
# document does not tell of. Takes about four minutes; the version is pinned, and installed into a folder of its own.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
examples=${1:-40}
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$folder"' EXIT
if [ -n "${SCHEMATHESIS:-}" ]; then tool=$SCHEMATHESIS; else
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install --quiet "schemathesis==4.32.5"
  tool=$folder/venv/bin/schemathesis
fi

"$root/tools/node" "$root/test/security/serve-for-schemathesis.ts" "$folder/address" &
server=$!
for _ in $(seq 300); do
  [ -s "$folder/address" ] && break
  kill -0 "$server"
  sleep 0.2
done
read -r url token <"$folder/address"

# A stream that never ends is tried by other tests.
cd "$folder"
"$tool" run "$url/openapi.json" \
  --header "Authorization: Bearer $token" \
  --exclude-operation-id events.listen \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --phases examples,coverage,fuzzing,stateful \
  --max-examples "$examples" --seed 1 --request-timeout 20 --workers 1 --max-time "${2:-240}" \
  --generation-database "$folder/examples" --no-color
