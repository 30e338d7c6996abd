module sseserver/bench

go 1.26.0

tool github.com/mccutchen/go-httpbin/v2/cmd/go-httpbin

require (
	github.com/mccutchen/go-httpbin/v2 v2.26.0
	github.com/tmaxmax/go-sse v0.11.0
	golang.org/x/sys v0.49.0
)
