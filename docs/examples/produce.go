// Produce appends what it reads to a live message, as it comes: ping -c 5 localhost | go run docs/examples/produce.go
package main

import (
	"cmp"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func post(path string, body io.Reader) string {
	request, err := http.NewRequest("POST", cmp.Or(os.Getenv("SERVER"), "http://127.0.0.1:4400")+path, body)
	if err != nil {
		log.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"text/plain"}, "Authorization": {"Bearer " + os.Getenv("TOKEN")}}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode >= 300 {
		log.Fatalln("not accepted:", path, response, err) // the server fails the message when it hears no more of it
	}
	return response.Header.Get("Location")
}

func main() {
	message := post("/messages", nil)
	fmt.Println(message)
	post(message+"/chunks?complete", os.Stdin)
}
