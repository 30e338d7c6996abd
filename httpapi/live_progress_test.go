package httpapi_test

import (
	"strings"
	"testing"

	"sseserver/broker"
	"sseserver/httpapi/ssetest"
)

func TestPutProgress(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		p := produce(t, server, "")
		put := func(body string) answer {
			t.Helper()
			return ask(t, server, protocol, "PUT", "/messages/"+p.name+"/progress", body, asJSON...)
		}
		steps := []struct {
			body, answer string
			percent      int
			activity     string
		}{
			{`{"percent":0}`, `{"status":"ok","percent":0}`, 0, ""},
			{`{"percent":37,"chunk":"Page 37 of 100"}`, `{"status":"ok","percent":37}`, 37, "Page 37 of 100"},
			{`{"chunk":"P\u0061ge \"37\"","percent": 37 }`, `{"status":"ok","percent":37}`, 37, `Page "37"`},
			{`{"ch\u0075nk":"\u00e9\u00e9\u00e9\u00e9","p\u0065rcent":38}`, `{"status":"ok","percent":38}`, 38, "éééé"},
			{`{"percent":100}`, `{"status":"ok","percent":100}`, 100, ""},
			{`{"percent":100,"chunk":"Nearly"}`, `{"status":"ok","percent":100}`, 100, "Nearly"},
		}
		for _, step := range steps {
			put(step.body).wantBody(t, 200, step.answer)
			if now := p.now(); now.Percent != step.percent || now.Activity != step.activity {
				t.Errorf("%s: %d, %q; want %d, %q", step.body, now.Percent, now.Activity, step.percent, step.activity)
			}
		}
		got := put(`{"percent":99}`)
		got.wantProblem(t, 409, "percent_too_low")
		got.wantMembers(t, `"percent":100`)
		p.wantChunks(broker.StateOpen)
	})
}

func TestPutProgressBadly(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		p := produce(t, server, "")
		path := "/messages/" + p.name + "/progress"
		for _, percent := range []string{"101", "-1", "1.5", "1e1", "37.0", `"37"`, "null", "true", "[37]", "{}", "99999999999999999999"} {
			got := ask(t, server, protocol, "PUT", path, `{"percent":`+percent+`}`, asJSON...)
			got.wantProblem(t, 400, "invalid_parameter")
			if !strings.Contains(got.body, `\"percent\" must be a whole number from 0 to 100`) {
				t.Errorf("percent %s: %s does not say what it may be", percent, got.body)
			}
		}
		for body, code := range map[string]string{
			"{}": "invalid_parameter", `{"Percent":1}`: "invalid_parameter",
			`{"percent":1,"chunk":1}`: "message_required", `{"percent":1,"chunk":null}`: "message_required",
			"": "invalid_json", "37": "invalid_json", `{"percent":1,"percent":1}`: "invalid_json", `{"percent":1,"chunk":"a","chunk":"b"}`: "invalid_json",
			"{\"percent\":1,\"chunk\":\"\xff\"}": "invalid_json", `{"percent":1,"chunk":"\ud800"}`: "invalid_json", `{"percent":01}`: "invalid_json",
		} {
			ask(t, server, protocol, "PUT", path, body, asJSON...).wantProblem(t, 400, code)
		}
		ask(t, server, protocol, "PUT", path, "37", asText...).wantProblem(t, 415, "unsupported_media_type")
		ask(t, server, protocol, "PUT", path, `{"percent":1,"chunk":"`+strings.Repeat("x", 16<<10)+`"}`, asJSON...).wantProblem(t, 413, "message_too_large")
		if now := p.now(); now.Percent != broker.NoPercent {
			t.Errorf("the job is at %d", now.Percent)
		}
	})
}
