package httpapi_test

import (
	"net/netip"
	"strings"
	"testing"

	"sseserver/assets"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

const sendToken = "correct-horse/battery+staple=="

// protected starts a server that wants the token, with one message.
func protected(t *testing.T) (server *ssetest.Server, id string) {
	t.Helper()
	server = ssetest.Start(t, ssetest.Config{API: httpapi.Config{SendToken: sendToken, Pages: assets.FS()}})
	message, err := server.Broker.Submit(t.Context(), netip.Prefix{}, "Hi")
	if err != nil {
		t.Fatal(err)
	}
	return server, message.Name
}

// Without the send token nobody writes, whatever the path and the method.
func TestSendToken(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server, id := protected(t)
		for _, field := range []string{
			"", "Bearer", "Bearer ", "Bearer x", sendToken, "Bearer " + sendToken + "x", "Bearer " + sendToken[1:], "Bearer " + strings.ToUpper(sendToken),
			"Basic " + sendToken, "Bearer " + sendToken + " ,", "Token " + sendToken, "Bearer " + sendToken + ", Bearer x",
		} {
			for _, path := range []string{"/send", "/messages/" + id, "/stream/" + id, "/livez", "/index.html", "/", "/nothing", "/v9/later"} {
				for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "TRACE", "get"} {
					got := ask(t, server, protocol, method, path, "", append(asJSON, "Authorization", field)...)
					got.wantProblem(t, 401, "unauthorized")
					got.wantHeader(t, map[string]string{"WWW-Authenticate": "Bearer", "Allow": ""})
					if strings.Contains(got.body, "horse") {
						t.Errorf("%s %s: the answer has the token: %s", method, path, got.body)
					}
				}
			}
		}
		got := ask(t, server, protocol, "POST", "/send", `{"message":"Hi"}`, asJSON...)
		got.wantProblem(t, 401, "unauthorized")
		rejected := server.Log.Named("http.request_rejected")
		if first := rejected[0].Fields; first["code"] != "unauthorized" || first["url.path"] != nil {
			t.Errorf("the log says %v", first)
		}
		if first := server.Log.Named("http.request")[0].Fields; first["http.route"] != "/send" || first["url.path"] != "/send" {
			t.Errorf("the log says %v", first)
		}
		if submitted := server.Log.Named("message.submitted"); len(submitted) > 0 {
			t.Errorf("stored all the same: %v", submitted)
		}
		for _, field := range []string{"Bearer " + sendToken, "bearer " + sendToken, "BEARER   " + sendToken} {
			got := ask(t, server, protocol, "POST", "/send", `{"message":"Hi"}`, append(asJSON, "Authorization", field)...)
			if got.StatusCode != 200 {
				t.Errorf("%s: %s", field, got.Status)
			}
		}
		if got := ask(t, server, protocol, "DELETE", "/messages/"+id, "", "Authorization", "Bearer "+sendToken); got.StatusCode != 204 {
			t.Errorf("DELETE with the token: %s", got.Status)
		}
	})
}

// Reading needs no token, and preflights have none.
func TestSendTokenIsForWriting(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server, id := protected(t)
		for path, status := range map[string]int{
			"/stream/" + id + "?interval=1ms": 200, "/messages/" + id: 200, "/livez": 200, "/": 200, "/openapi.yaml": 200, "/send": 405, "/nothing": 404,
		} {
			for _, method := range []string{"GET", "HEAD"} {
				if got := ask(t, server, protocol, method, path, ""); got.StatusCode != status {
					t.Errorf("%s %s: %s, want %d", method, path, got.Status, status)
				}
			}
		}
		if got := ask(t, server, protocol, "OPTIONS", "/send", ""); got.StatusCode != 204 {
			t.Errorf("OPTIONS: %s", got.Status)
		}
		preflight := ask(t, server, protocol, "OPTIONS", "/send", "",
			"Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		preflight.wantHeader(t, map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "authorization,content-type",
		})
		// The page that asks can read why it was refused.
		got := ask(t, server, protocol, "POST", "/send", "", "Origin", origin)
		got.wantProblem(t, 401, "unauthorized")
		got.wantHeader(t, map[string]string{"Access-Control-Allow-Origin": "*"})
	})
}
