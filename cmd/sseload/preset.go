package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/tidwall/gjson"

	"sseserver/internal/load"
)

// presets are flags that go together for a kind of server that many people have.
// A flag that is given wins over the preset's.
var presets = map[string]func(c *load.Config) error{"openai": openAI}

// readPreset reads the name of one.
func readPreset(to *string) setter {
	return func(name string) error {
		if _, ok := presets[name]; !ok {
			return fmt.Errorf("want openai, got %q", name)
		}
		*to = name
		return nil
	}
}

// openAI is the streaming of chat completions, as the OpenAI API has it and
// most servers of language models do.
func openAI(c *load.Config) error {
	if c.Body == "" {
		return errors.New(`--preset openai needs --body or --body-file, such as --body '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'`)
	}
	// The body may have placeholders, which are no JSON; this does not mind.
	if !gjson.Get(c.Body, "stream").Bool() {
		return errors.New(`--preset openai: the body has no "stream": true, without which the answer is no event stream`)
	}
	if c.Method == "" {
		c.Method = http.MethodPost
	}
	if c.Done == "" {
		c.Done = "data:[DONE]"
	}
	if c.Token.IsZero() {
		if err := c.Token.UnmarshalText([]byte("data.choices.0.delta.content")); err != nil {
			return err
		}
	}
	if c.Header.Get("Content-Type") == "" {
		if c.Header == nil {
			c.Header = http.Header{}
		}
		c.Header.Set("Content-Type", "application/json")
	}
	return nil
}
