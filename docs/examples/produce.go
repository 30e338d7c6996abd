// Produce runs a command and appends each line that it prints to a live message:
// go run docs/examples/produce.go ping -c 5 localhost
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// post repeats what was not answered, or with 503. Its position makes that safe:
// a chunk that is there already is refused, with the position after it.
func post(path, name, value string) (answer struct{ MessageID, Detail, Position any }) {
	body, _ := json.Marshal(map[string]string{name: value})
	for url := cmp.Or(os.Getenv("SERVER"), "http://127.0.0.1:4400") + path; ; time.Sleep(time.Second) {
		request, _ := http.NewRequest("POST", url, bytes.NewReader(body))
		request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + os.Getenv("TOKEN")}}
		if response, err := http.DefaultClient.Do(request); err == nil && response.StatusCode < 500 {
			defer response.Body.Close()
			_ = json.NewDecoder(response.Body).Decode(&answer)
			return answer
		}
	}
}

func main() {
	message := fmt.Sprint("/messages/", post("/messages", "message", "").MessageID)
	fmt.Println(message)
	command := exec.Command(os.Args[1], os.Args[2:]...)
	output, _ := command.StdoutPipe()
	err := command.Start()
	for n, lines := 1, bufio.NewScanner(output); err == nil && lines.Scan(); n++ {
		if answer := post(fmt.Sprint(message, "/chunks?position=", n-1), "chunk", lines.Text()+"\n"); answer.Position != float64(n) {
			err = fmt.Errorf("refused: %v", answer.Detail)
		}
	}
	_ = output.Close() // the command may go on printing
	if err = cmp.Or(err, command.Wait()); err != nil {
		post(message+"/fail", "reason", err.Error())
		log.Fatal(err)
	}
	post(message+"/complete", "", "")
}
