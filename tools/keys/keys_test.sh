#!/bin/bash
# ip-keys makes every file once, private, and never again.
set -euo pipefail
keys=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "keys_test: $*" >&2; exit 1; }

"$keys" init "$dir/data" >/dev/null
files=(internal/{gateway,referral-service,notification-service}.jwk internal/jwks.json
       bundle.jwk bundle.jwks person.key document.keys index.key session.keys)
for file in "${files[@]}"; do
  [ "$(stat -c %a "$dir/data/$file")" = 600 ] || fail "$file is not 0600"
done
[ "$(find "$dir/data" -type f | wc -l)" = ${#files[@]} ] || fail "other files than expected"
grep -q '"d"' "$dir/data/internal/jwks.json" && fail "a private key stands in jwks.json"
[ "$(grep -o '"iss"' "$dir/data/internal/jwks.json" | wc -l)" = 3 ] || fail "jwks.json lacks an issuer"

before=$(cd "$dir/data" && sha256sum "${files[@]}")
"$keys" init "$dir/data" >/dev/null
[ "$before" = "$(cd "$dir/data" && sha256sum "${files[@]}")" ] || fail "a second init changed a file"

rm "$dir/data/internal/referral-service.jwk"
"$keys" init "$dir/data" >/dev/null
kid=$(grep -o '"kid": *"[^"]*"' "$dir/data/internal/referral-service.jwk")
grep -qF "$kid" "$dir/data/internal/jwks.json" || fail "jwks.json lacks the new key"
count() { grep -o '"kid"' "$dir/data/internal/jwks.json" | wc -l; }
[ "$(count)" = 4 ] || fail "jwks.json lacks the key before"
"$keys" init "$dir/data" >/dev/null
[ "$(count)" = 4 ] || fail "another init forgot the key before"
rm "$dir/data/internal/referral-service.jwk"
"$keys" init "$dir/data" >/dev/null
grep -qF "$kid" "$dir/data/internal/jwks.json" || fail "jwks.json lacks the key before the newest"
[ "$(count)" = 4 ] || fail "jwks.json keeps more than one key before"
rm "$dir/data/internal/jwks.json"
"$keys" init "$dir/data" >/dev/null
[ "$(count)" = 3 ] || fail "a stolen key is still believed"

"$keys" certificates "$dir/tls"
for name in gateway plan-service referral-service notification-service; do
  openssl verify -CAfile "$dir/tls/ca.crt" "$dir/tls/$name.crt" >/dev/null || fail "$name.crt is not the authority's"
  [ "$(stat -c %a "$dir/tls/$name.key")" = 600 ] || fail "$name.key is not 0600"
  openssl x509 -in "$dir/tls/$name.crt" -noout -ext subjectAltName | grep -q "DNS:$name" || fail "$name.crt names another"
done
authority=$(sha256sum <"$dir/tls/ca.crt") first=$(sha256sum <"$dir/tls/gateway.crt")
"$keys" certificates "$dir/tls"
[ "$authority" = "$(sha256sum <"$dir/tls/ca.crt")" ] || fail "the authority was made anew"
[ "$first" != "$(sha256sum <"$dir/tls/gateway.crt")" ] || fail "no new certificate was issued"

"$keys" --help | grep -q "ip-keys init DIR" || fail "no help"
"$keys" init 2>/dev/null && fail "init without DIR was taken"
"$keys" init /proc/nowhere 2>/dev/null && fail "an impossible DIR was taken"
exit 0
