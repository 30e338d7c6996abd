package openai

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/tidwall/gjson"
	"golang.org/x/net/http2"
)

// goClient uses github.com/openai/openai-go. With TLS it speaks HTTP/2.
var goClient = client{"go", func(t *testing.T, url string, cases []wanted) (outcomes []outcome) {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	for _, wanted := range cases {
		options := []option.RequestOption{
			option.WithBaseURL(url + "/v1"), option.WithAPIKey(key), option.WithMaxRetries(0),
			option.WithHTTPClient(&http.Client{Transport: transport}),
		}
		if wanted.Key != "" {
			options = append(options, option.WithAPIKey(wanted.Key))
		}
		if wanted.Plan != "" {
			options = append(options, option.WithHeader("X-Stream-Plan", wanted.Plan))
		}
		var out outcome
		if err := askInGo(t, openai.NewClient(options...), wanted, &out); err != nil {
			out.Error = nameOf(err)
		}
		outcomes = append(outcomes, out)
	}
	return outcomes
}}

func askInGo(t *testing.T, client openai.Client, wanted wanted, out *outcome) error {
	if wanted.Models {
		models, err := client.Models.List(t.Context())
		if err != nil {
			return err
		}
		for _, model := range models.Data {
			out.Text += model.ID
		}
		return nil
	}
	request := openai.ChatCompletionNewParams{
		Model:    "any-model",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(wanted.Text)},
	}
	if wanted.N != 0 {
		request.N = param.NewOpt(wanted.N)
	}
	if wanted.Stream {
		return streamInGo(t, client, request, wanted, out)
	}
	answer, err := client.Chat.Completions.New(t.Context(), request)
	if err != nil {
		return err
	}
	choice := answer.Choices[0]
	out.Text, out.Role, out.Finish = choice.Message.Content, string(choice.Message.Role), choice.FinishReason
	out.Tokens = answer.Usage.TotalTokens
	return nil
}

func streamInGo(t *testing.T, client openai.Client, request openai.ChatCompletionNewParams, wanted wanted, out *outcome) error {
	if wanted.Usage {
		request.StreamOptions.IncludeUsage = param.NewOpt(true)
	}
	stream := client.Chat.Completions.NewStreaming(t.Context(), request)
	defer stream.Close()
	for stream.Next() {
		event := stream.Current()
		out.Tokens += event.Usage.TotalTokens
		if len(event.Choices) == 0 {
			continue
		}
		choice := event.Choices[0]
		out.Text += choice.Delta.Content
		out.Role += choice.Delta.Role
		out.Finish += choice.FinishReason
		if wanted.Leave && out.Text != "" {
			return nil
		}
	}
	return stream.Err()
}

// nameOf is what both clients call an error.
func nameOf(err error) string {
	var api *openai.Error
	var inStream *ssestream.StreamError
	var syntax *json.SyntaxError
	var reset http2.StreamError
	switch {
	case errors.As(err, &api):
		return fmt.Sprintf("%d: %s, %s, %s", api.StatusCode, api.Type, api.Param, api.Code)
	case errors.As(err, &inStream):
		return "event: " + gjson.GetBytes(inStream.Event.Data, "error.code").String()
	case errors.As(err, &reset), errors.Is(err, syscall.ECONNRESET):
		return "connection"
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return "json"
	default:
		return fmt.Sprintf("%T: %v", err, err)
	}
}
