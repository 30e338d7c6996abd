package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"

	"sseserver/broker"
	"sseserver/httpapi"
)

// A broker, the server on top of it, and a client that sends a message and reads
// its stream.
func Example() {
	b := broker.New(broker.Config{})
	api, err := httpapi.New(httpapi.Config{Broker: b})
	if err != nil {
		fmt.Println(err)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := api.HTTPServer()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { _ = b.Run(ctx) })
	running.Go(func() { _ = api.Run(ctx) })
	running.Go(func() { _ = server.Serve(listener) })

	url := "http://" + listener.Addr().String()
	answer, err := http.Post(url+"/send", "application/json", strings.NewReader(`{"message":"Hé!"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	var sent struct{ Status, MessageID string }
	_ = json.NewDecoder(answer.Body).Decode(&sent)
	answer.Body.Close()
	fmt.Println(sent.Status)

	stream, err := http.Get(url + "/stream/" + sent.MessageID + "?interval=1ms")
	if err != nil {
		fmt.Println(err)
		return
	}
	for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
		fmt.Println(strings.ReplaceAll(lines.Text(), sent.MessageID, "5b0e…"))
	}
	stream.Body.Close()

	// In this order: no new requests, no streams, then what they needed.
	_ = server.Shutdown(ctx)
	_ = api.Wait(ctx)
	stop()
	running.Wait()
	http.DefaultClient.CloseIdleConnections()

	// Output:
	// ok
	// : connected
	// retry: 2000
	//
	// id: 0
	// data: {"messageId":"5b0e…","chunk":"H","position":0,"total":3}
	//
	// id: 1
	// data: {"messageId":"5b0e…","chunk":"é","position":1,"total":3}
	//
	// id: 2
	// data: {"messageId":"5b0e…","chunk":"!","position":2,"total":3}
	//
	// event: done
	// id: end
	// data: {"messageId":"5b0e…","total":3,"sha256":"7a4252b02e0eabae8c42599b3fbd4a602e1e258592c0c6bd6cde97e46b7752d7"}
}
