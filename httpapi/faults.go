package httpapi

import (
	"encoding/json"

	"sseserver/internal/fault"
)

// faultList is the answer to GET /faults: all that a plan can have.
func faultList() string {
	type kind struct {
		Name    string `json:"name"`
		Form    string `json:"form"`
		Value   string `json:"value,omitempty"` // what V in the form may be
		Example string `json:"example"`
		About   string `json:"about"`
		At      bool   `json:"at"`
	}
	list := struct {
		Faults []kind `json:"faults"`
	}{make([]kind, 0, len(fault.Kinds))}
	for i := range fault.Kinds {
		info := &fault.Kinds[i]
		list.Faults = append(list.Faults, kind{info.Name, info.Form(), info.Takes, info.Example, info.About, info.At})
	}
	text, err := json.Marshal(list)
	if err != nil { // strings always encode
		panic(err)
	}
	return string(text) + "\n"
}
