#!/usr/bin/env bash
# Runs a command and appends each line that it prints to a live message: docs/examples/produce.sh ping -c 5 localhost
# Needs curl and jq.
set -uo pipefail

# Prints a member of the answer. Repeats what was not answered, or with 503. Its position makes that safe: a chunk that
# is there already is refused, with the position after it.
post() { # member path body
  local answer
  until answer=$(curl -sS -w '\n%{http_code}' -H 'Content-Type: application/json' -d "$3" \
    -H @<(echo "Authorization: Bearer ${TOKEN-}") "${SERVER:-http://127.0.0.1:4400}$2") && [[ $answer != *$'\n'5?? ]]; do
    sleep 1
  done
  jq -r ".$1" <<<"${answer%$'\n'*}"
}

message=/messages/$(post messageId /messages '{}')
echo "$message"
position=0
"$@" | jq -Rc --unbuffered '{chunk: (. + "\n")}' | while read -r chunk; do
  [ "$(post position "$message/chunks?position=$position" "$chunk")" = $((position += 1)) ] || exit 1
done
status=$?
case $status in
  0) post state "$message/complete" '{}' ;;
  *) post state "$message/fail" "{\"reason\": \"exit status $status\"}" ;;
esac
exit $status
