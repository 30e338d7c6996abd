package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// route is one call of the API.
type route struct {
	method  string // GET answers HEAD, too
	pattern string // of the path, as http.ServeMux has it
	handler http.HandlerFunc
	level   zapcore.Level // at which its requests are logged; one for all of a pattern
}

// routes is the table of the API; everything else the public listener answers
// is a page.
func (s *Server) routes() []route {
	routes := []route{
		{"POST", "/send", s.send, zap.InfoLevel},
		{"GET", "/stream/{messageId}", s.streamOf(broker.Characters), zap.InfoLevel},
		{"GET", "/progress/{messageId}", s.streamOf(broker.Progress), zap.InfoLevel},
		{"GET", "/messages/{messageId}", s.message, zap.InfoLevel},
		{"POST", "/messages", s.openMessage, zap.InfoLevel},
		{"POST", "/messages/{messageId}/chunks", s.appendChunks, zap.DebugLevel},
		{"POST", "/messages/{messageId}/complete", s.completeMessage, zap.InfoLevel},
		{"POST", "/messages/{messageId}/fail", s.failMessage, zap.InfoLevel},
		{"PUT", "/messages/{messageId}/progress", s.putProgress, zap.DebugLevel},
		{"DELETE", "/messages/{messageId}", s.deleteMessage, zap.InfoLevel},
		{"POST", chatPath + "chat/completions", s.completeChat, zap.InfoLevel},
		{"GET", chatPath + "models", s.models, zap.InfoLevel},
		{"GET", "/livez", s.livez, zap.DebugLevel},
		{"GET", "/readyz", s.readyz, zap.DebugLevel},
		{"GET", "/openapi.yaml", answer.NewPage("openapi.yaml", openAPI).ServeHTTP, zap.DebugLevel},
		{"GET", "/faults", answer.NewPage("faults.json", faultList()).ServeHTTP, zap.DebugLevel},
	}
	if s.config.PagesChange {
		routes = append(routes, s.draftRoutes()...)
	}
	return routes
}

func (s *Server) mux() http.Handler {
	patterns := make(map[string]resource)
	for _, route := range s.routes() {
		patterns[route.pattern] = append(patterns[route.pattern], route)
	}
	mux := http.NewServeMux()
	for pattern, resource := range patterns {
		mux.Handle(pattern, resource)
	}
	mux.Handle("/", s.pages())
	return s.requireSendToken(mux)
}

// resource is the routes of one pattern, of which there is at least one. It is an
// http.Handler, since http.ServeMux would answer 405 in a form of its own.
type resource []route

func (r resource) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	x := exchangeOf(w)
	x.level = r[0].level
	method := req.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, route := range r {
		if route.method == method {
			route.handler(w, req)
			return
		}
	}
	if method == http.MethodOptions {
		w.Header().Set("Allow", r.allowed())
		w.WriteHeader(http.StatusNoContent)
		return
	}
	x.reject(&problem{
		Status: http.StatusMethodNotAllowed, Code: logs.CodeMethodNotAllowed, Title: "Method not allowed",
		Detail: "this method is not allowed here", allow: r.allowed(),
	})
}

// allowed is the value of the Allow field (RFC 9110 §10.2.1).
func (r resource) allowed() string {
	methods := []string{http.MethodOptions}
	for _, route := range r {
		methods = append(methods, route.method)
		if route.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}
