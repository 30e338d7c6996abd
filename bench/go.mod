module sseserver/bench

go 1.26.0

tool github.com/mccutchen/go-httpbin/v2/cmd/go-httpbin

require (
	github.com/tmaxmax/go-sse v0.11.0
	golang.org/x/sys v0.49.0
	sseserver v0.0.0-00010101000000-000000000000
)

require github.com/mccutchen/go-httpbin/v2 v2.26.0 // indirect

replace sseserver => ../
