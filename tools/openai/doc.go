// Package openai tests the chat wire with OpenAI's own packages for Go and JavaScript.
// It is a module of its own, as only these tests need them.
package openai
