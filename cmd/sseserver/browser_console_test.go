package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// console collects what a page writes to the browser's console. Any goroutine may
// call its methods.
type console struct {
	mu    sync.Mutex
	lines []consoleLine
	last  chan struct{} // closed when lastLine came
}

type consoleLine struct {
	text    string
	isError bool
}

const lastLine = "the test ends here"

func newConsole() *console { return &console{last: make(chan struct{})} }

// watch adds what a window of Chromium says.
func (c *console) watch(window context.Context) {
	messages := chromedp.Console(window)
	go func() { // ends with the window
		for message, err := range messages {
			if err != nil {
				return
			}
			c.add(consoleLine{
				strings.TrimSpace(message.String() + " " + message.URL),
				message.Type == chromedp.ConsoleError || message.IsException(),
			})
		}
	}()
}

// text returns all lines so far.
func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all strings.Builder
	for _, line := range c.lines {
		fmt.Fprintln(&all, line.text)
	}
	return all.String()
}

func (c *console) add(line consoleLine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
	if strings.Contains(line.text, lastLine) {
		close(c.last)
	}
}

// firefoxNetErrors are what Firefox says where Chromium says net::ERR_.
var firefoxNetErrors = []string{"can’t establish a connection to the server", "was interrupted while the page was loading"}

// errors returns the errors so far, but for those that were meant, by a part of their text.
func (c *console) errors(meant []string) (errors []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range c.lines {
		if line.isError && !containsAny(line.text, meant) && !(slices.Contains(meant, "net::ERR_") && containsAny(line.text, firefoxNetErrors)) {
			errors = append(errors, line.text)
		}
	}
	return errors
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
