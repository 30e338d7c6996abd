package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
	"sseserver/internal/logs"

	"go.uber.org/zap/zapcore"
)

// settings are those of server.starting.
type settings map[string]string

func (s settings) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for key, value := range s {
		enc.AddString(key, value)
	}
	return nil
}

// process is a server in a bubble, that logs as the program does.
type process struct {
	t       *testing.T
	server  *ssetest.Server
	output  *logs.Output
	clients sync.WaitGroup
	random  *rand.Rand
}

// startProcess starts a server that appends to a log.
func startProcess(t *testing.T, log io.Writer, level zapcore.Level) *process {
	p := &process{t: t, random: rand.New(rand.NewPCG(1, 2))}
	var err error
	if p.output, err = logs.New(logs.Config{Format: logs.JSON, Level: level, Stderr: log}); err != nil {
		t.Fatal(err)
	}
	logs.ServerStarting.Log(p.output.Logger.Named("server"), logs.Version("1"), logs.CatalogueVersion(),
		logs.Settings(settings{"log-level": level.String(), "nats": ""}, func(string) bool { return true }))
	p.server = ssetest.Start(t, ssetest.Config{
		InMemory: true, Room: 8 << 10, Debug: level == zapcore.DebugLevel, Tee: named{p.output.Logger.Core()},
		API: httpapi.Config{WriteTimeout: 2 * time.Second},
		Broker: broker.Config{
			TTL: time.Minute, MaxMessages: 500, ProducerTimeout: 20 * time.Second,
			Evicted: func(removal broker.Removal) { p.server.API.Evicted(removal) },
			Failed:  func(message *broker.Message) { p.server.API.Failed(message) },
		},
	})
	logs.ServerReady.Log(p.output.Logger.Named("server"), logs.StartupMS(time.Millisecond))
	return p
}

// named is a core whose lines are those of one logger.
type named struct{ zapcore.Core }

func (n named) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if n.Enabled(entry.Level) {
		return checked.AddCore(entry, n)
	}
	return checked
}

func (n named) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	entry.LoggerName = "httpapi"
	return n.Core.Write(entry, fields)
}

// shutDown ends the process as a signal does.
func (p *process) shutDown() {
	ctx := context.WithoutCancel(p.t.Context())
	logger, started := p.output.Logger.Named("server"), time.Now()
	p.server.API.Drain()
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_ = p.server.Broker.Drain(ended) // new work is refused from here on
	logs.ServerShutdownStarted.Log(logger, logs.Signal("terminated"), logs.ActiveStreams(p.server.API.Streams()))
	p.call("POST", "/send", `{"message":"too late"}`)
	p.call("GET", "/readyz", "")
	p.read("/stream/01000000-0000-4000-8000-000000000001")
	_, _ = p.server.Broker.EndStreams(ctx, broker.ErrShuttingDown)
	_ = p.server.API.Wait(ctx)
	synctest.Wait()
	p.clients.Wait()
	p.server.API.LogRejections()
	stats, err := p.server.Broker.Stats(ctx)
	if err != nil {
		p.t.Error(err)
	}
	logs.ServerShutdownCompleted.Log(logger, logs.DurationMS(time.Since(started)), logs.MessagesStored(stats.Messages), logs.Counts(p.server.Metrics.Account()))
	p.output.Close(time.Minute)
	p.server.Stop()
}

// crash ends the process without a word in its log.
func (p *process) crash() {
	p.output.Close(time.Minute)
	p.server.Stop()
	p.clients.Wait()
}

func (p *process) do(method, path, body string, header ...string) *http.Response {
	request, err := http.NewRequestWithContext(context.WithoutCancel(p.t.Context()), method, p.server.URL+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := p.server.Client(ssetest.HTTP1).Do(request)
	if err != nil {
		return nil // a fault, or the end of the server
	}
	return response
}

// call sends a request and drops the answer.
func (p *process) call(method, path, body string, header ...string) {
	if response := p.do(method, path, body, header...); response != nil {
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

// read reads a stream to its end.
func (p *process) read(path string, header ...string) { p.call("GET", path, "", header...) }

// leave reads so many bytes of a stream and leaves.
func (p *process) leave(path string, size int64, header ...string) {
	if response := p.do("GET", path, "", header...); response != nil {
		_, _ = io.CopyN(io.Discard, response.Body, size)
		response.Body.Close()
	}
}

// settle lets the server do what it does at once. It is time of the bubble.
func (p *process) settle() { time.Sleep(10 * time.Millisecond) }

// live opens a live message and returns its path.
func (p *process) live() string {
	response := p.do("POST", "/messages", `{"message":"né "}`)
	defer response.Body.Close()
	return response.Header.Get("Location")
}

// plans are those of the streams in which something goes wrong.
var plans = []string{
	"cut@5", "truncate@4", "end@6", "stall:50ms@3", "first:30ms", "jitter:5ms", "burst:3", "drop@3", "double@3", "swap@2", "swap@11", "corrupt@2", "noid", "nodone",
	"bom", "eol:crlf", "split:3", "comment@2", "status:503", "retry:10ms", "drop:30%,double:30%", "swap:40%", "drop:20%,swap:20%,double:20%,cut@9", "drop@11,drop@10",
	"double:50%,end@8", "comment:100%,corrupt:100%,swap:100%", "comment:100%,corrupt:100%,bom,drop:10%",
}

// sorts are all sorts of streams, and what else happens to messages.
var sorts = []func(p *process, id string){
	func(p *process, id string) { p.read("/stream/" + id + "?interval=1ms") },
	func(p *process, id string) { p.read("/progress/" + id + "?interval=1ms") },
	func(p *process, id string) { p.read("/stream/" + id + "?interval=5ms&unit=word") },
	func(p *process, id string) { p.read("/stream/" + id + "?interval=5ms&unit=chunk") },
	func(p *process, id string) { p.leave("/stream/"+id+"?interval=5ms", 400) },
	func(p *process, id string) {
		p.read("/stream/"+id+"?interval=1ms", "Last-Event-ID", "4", "X-Request-Id", "mine")
	},
	func(p *process, id string) { p.read("/progress/"+id+"?interval=1ms", "Last-Event-ID", "90") },
	func(p *process, id string) {
		for _, after := range []string{"0", "10", "11", "12", "999", "abc", "end"} {
			p.read("/stream/"+id+"?interval=1ms", "Last-Event-ID", after)
		}
	},
	func(p *process, id string) { // deleted
		p.clients.Go(func() { p.read("/stream/" + id + "?interval=1s") })
		p.settle()
		p.call("DELETE", "/messages/"+id, "")
		p.call("DELETE", "/messages/"+id, "")
	},
	func(p *process, id string) { // slow
		response := p.do("POST", "/send", `{"message":"`+strings.Repeat("slow ", 20000)+`"}`)
		var slow [100]byte
		n, _ := io.ReadFull(response.Body, slow[:])
		response.Body.Close()
		text := string(slow[:n])
		at := strings.Index(text, "-") - 8
		response = p.do("GET", "/stream/"+text[at:at+36]+"?interval=1ms&unit=chunk", "")
		time.Sleep(5 * time.Second) // of the bubble
		response.Body.Close()
	},
	func(p *process, id string) { // resumed after its client left, and after a cut
		p.leave("/stream/"+id+"?interval=10ms", 600)
		p.settle()
		p.read("/stream/"+id+"?interval=1ms", "Last-Event-ID", "2")
		p.read("/stream/" + id + "?interval=2ms&fault=cut@5")
		p.settle()
		p.read("/stream/"+id+"?interval=1ms&fault=cut@5,cut@8", "Last-Event-ID", "4")
	},
	func(p *process, id string) { p.liveMessage("/complete") },
	func(p *process, id string) { p.liveMessage("/fail") },
	func(p *process, id string) { // a producer that goes away
		message := p.live()
		p.read("/stream/" + strings.TrimPrefix(message, "/messages/"))
	},
	func(p *process, id string) { // refused
		for _, path := range []string{"/stream/nope", "/stream/" + id + "?interval=x", "/progress/" + id + "?unit=word", "/nope", "/messages/nope"} {
			p.read(path)
		}
		p.call("POST", "/send", "{bad")
		p.call("POST", "/send", "{}")
		p.call("PUT", "/send", "{}")
		p.call("HEAD", "/stream/"+id, "")
		p.call("GET", "/messages/"+id, "")
		p.read("/stream/"+id, "Accept", "text/html")
	},
	func(p *process, id string) { // ended by an operator
		p.clients.Go(func() { p.read("/stream/" + id + "?interval=1s") })
		p.settle()
		ctx := context.WithoutCancel(p.t.Context())
		running, err := p.server.Broker.Streams(ctx)
		if err != nil || len(running) == 0 {
			return
		}
		newest := running[len(running)-1]
		if _, err = p.server.Broker.EndStream(ctx, newest.ID, broker.ErrClosedByAdmin); err != nil {
			p.t.Error(err)
		}
		logs.StreamEndRequested.Log(p.output.Logger.Named("admin"), logs.StreamID(newest.ID), logs.MessageID(newest.Message.ID), logs.ClientAddress(newest.Client))
	},
	func(p *process, id string) {
		for _, stream := range []string{"true", "false"} {
			p.call("POST", "/v1/chat/completions", `{"model":"x","stream":`+stream+`,"messages":[{"role":"user","content":"hi there you all"}]}`,
				"X-Stream-Plan", "interval=2ms&fault=drop@1,eol:crlf,noid")
		}
	},
}

// liveMessage is a live message with readers of all sorts.
func (p *process) liveMessage(end string) {
	message := p.live()
	id := strings.TrimPrefix(message, "/messages/")
	for _, query := range []string{"", "?unit=word", "?unit=character&interval=1ms"} {
		p.clients.Go(func() { p.read("/stream/" + id + query) })
	}
	p.clients.Go(func() { p.read("/progress/" + id) })
	p.clients.Go(func() { p.leave("/progress/"+id, 300) })
	for _, plan := range []string{"drop@100", "drop:100%25", "drop:50%25,double:50%25,swap:50%25", "cut@20", "nodone,swap@100"} {
		p.clients.Go(func() { p.read("/progress/" + id + "?fault=" + plan + "&seed=7") })
	}
	p.clients.Go(func() { p.leave("/stream/"+id+"?unit=word", 300) })
	for i := range 5 {
		p.settle()
		p.call("POST", message+"/chunks", fmt.Sprintf(`{"chunk":"part %d "}`, i))
		p.call("PUT", message+"/progress", fmt.Sprintf(`{"percent":%d,"chunk":"p"}`, 7*i))
	}
	p.call("POST", message+end, "")
	p.settle()
	p.read("/stream/"+id+"?unit=character", "Last-Event-ID", "5")
	for _, after := range []string{"0", "14"} {
		p.read("/progress/"+id, "Last-Event-ID", after)
	}
	p.call("POST", message+end, "")
}

// play lets messages of each sort have streams, so many times.
func (p *process) play(times int) {
	for i := range times {
		for _, sort := range sorts {
			id := p.server.Submit(fmt.Sprintf("Hello, wörld%d", i%10))
			p.clients.Go(func() { sort(p, id) })
			time.Sleep(time.Duration(p.random.IntN(2000)) * time.Microsecond) // of the bubble
		}
	}
	for i, plan := range plans[:min(len(plans), 9*times)] {
		id := p.server.Submit("Hello, wörld")
		query := "?interval=2ms&seed=" + fmt.Sprint(i) + "&fault=" + url.QueryEscape(plan)
		p.clients.Go(func() { p.read("/stream/" + id + query) })
		p.clients.Go(func() { p.read("/progress/" + id + query) })
		p.clients.Go(func() { p.leave("/stream/"+id+query, 700) })
		p.clients.Go(func() { p.read("/stream/"+id+query, "Last-Event-ID", "3") })
	}
}

// record is the log of some processes, one after the other, each with so many rounds
// of all sorts of streams.
func record(t *testing.T, processes, times int, level zapcore.Level) []byte {
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		for range processes {
			p := startProcess(t, &log, level)
			p.play(times)
			time.Sleep(40 * time.Second) // of the bubble
			id := p.server.Submit(strings.Repeat("slow ", 100))
			p.clients.Go(func() { p.read("/stream/" + id + "?interval=1s") })
			p.clients.Go(func() { p.read("/progress/" + id + "?interval=1s") })
			synctest.Wait()
			p.shutDown()
		}
	})
	return log.Bytes()
}
