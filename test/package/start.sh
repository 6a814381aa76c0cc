#!/usr/bin/env bash
# The README's first command: `npm start` on an empty machine ends in a server that can be signed in to.
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$(mktemp -d)
npm --silent start -- --data-dir "$directory/data" --listen 127.0.0.1:18443 >"$directory/out" 2>"$directory/log" &
server=$!
trap 'kill -TERM $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$directory"' EXIT
address=http://127.0.0.1:18443
for _ in $(seq 150); do
  curl -fsS -o /dev/null "$address/readyz" 2>/dev/null && break
  kill -0 $server 2>/dev/null || { cat "$directory/log" "$directory/out"; echo 'the server ended'; exit 1; }
  sleep 0.2
done
curl -fsS "$address/readyz" >/dev/null
cat "$directory/out"
password=$(sed -n 's/^Sign in as admin with the password //p' "$directory/out")
[ -n "$password" ]
curl -fsS "$address/" | grep -q id=.root.
curl -fsS -H 'content-type: application/json' -d "{\"user\":\"admin\",\"password\":\"$password\"}" "$address/api/v1/session" | grep -q csrfToken
! curl -fsS -o /dev/null -H 'content-type: application/json' -d '{"user":"admin","password":"wrong-password"}' "$address/api/v1/session" 2>/dev/null
echo 'npm start: ok'
