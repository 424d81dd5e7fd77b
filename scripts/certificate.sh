#!/usr/bin/env bash
# Makes a certificate and a key for signing images (C2PA), to try it with.
#
#   scripts/certificate.sh [FOLDER]     default: data/certificate
set -euo pipefail
umask 077
cd "$(dirname "$0")/.."

folder=${1:-data/certificate}
days=365
if [[ $folder == -* ]]; then
  sed -n 's/^# \{0,1\}//p' "$0" | sed 1d
  exit 2
fi
command -v openssl > /dev/null || { echo "certificate.sh: openssl is not installed" >&2; exit 1; }
if [ -e "$folder/key.pem" ]; then
  echo "certificate.sh: $folder/key.pem exists already; nothing was changed" >&2
  exit 1
fi
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null; }

new_key "$work/authority.key"
openssl req -x509 -new -key "$work/authority.key" -days $days -out "$work/authority.pem" \
  -subj "/O=Emberpeak/CN=Emberpeak test authority" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign"
new_key "$work/key.pem"
openssl req -new -key "$work/key.pem" -out "$work/request" -subj "/O=Emberpeak/CN=Emberpeak test"
# C2PA asks for a certificate that may sign, and for nothing else.
cat > "$work/extensions" << END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,emailProtection
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
END
openssl x509 -req -in "$work/request" -CA "$work/authority.pem" -CAkey "$work/authority.key" \
  -days $days -extfile "$work/extensions" -out "$work/signer.pem" 2> /dev/null
cat "$work/signer.pem" "$work/authority.pem" > "$folder/certificate.pem"
mv "$work/key.pem" "$folder/key.pem"

cat << END
Wrote $folder/certificate.pem and $folder/key.pem, valid for $days days. Put into .env:

  C2PA_CERTIFICATE=$folder/certificate.pem
  C2PA_KEY=$folder/key.pem

What it is worth: the signature proves that a file was not changed since this server signed it.
It does not prove who you are, because no authority knows this certificate: readers call it valid
but untrusted. For a name that readers trust, buy a certificate from an authority on the C2PA
trust list.
END
