package report

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the report. The caller must not
// change it.
func Schema() []byte { return schema }
