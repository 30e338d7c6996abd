package firefoxtest

import (
	"context"
	"encoding/json"
	"fmt"
)

// Window is one with a page in it. For use by one goroutine.
type Window struct {
	session *session
	id      string
}

// Logged is a line of the console. Level is "debug", "info", "warn" or "error";
// exceptions that nobody catches and violations of the Content-Security-Policy
// are errors.
type Logged struct {
	Level string
	Text  string
}

// tellViolations writes to the console what Firefox writes only to its own.
const tellViolations = `() => document.addEventListener('securitypolicyviolation', (event) =>
	console.error('Content-Security-Policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))`

// NewWindow opens a window, with no page in it. It is called with each line that
// the page writes to its console, in order; logged must not call methods of the window.
func NewWindow(browser, ctx context.Context, logged func(Logged)) (*Window, error) {
	s := browser.Value(sessionKey{}).(*session)
	var made struct{ Context string }
	if err := s.call(ctx, "browsingContext.create", object{"type": "window"}, &made); err != nil {
		return nil, err
	}
	w := &Window{s, made.Context}
	s.mu.Lock()
	s.windows[w.id] = logged
	s.mu.Unlock()
	if err := w.call(ctx, "session.subscribe", object{"events": []string{"log.entryAdded"}, "contexts": []string{w.id}}, nil); err != nil {
		return nil, err
	}
	return w, w.call(ctx, "script.addPreloadScript", object{"functionDeclaration": tellViolations, "contexts": []string{w.id}}, nil)
}

// Close closes the window.
func (w *Window) Close(ctx context.Context) error {
	w.session.mu.Lock()
	delete(w.session.windows, w.id)
	w.session.mu.Unlock()
	return w.call(ctx, "browsingContext.close", object{"context": w.id}, nil)
}

// Navigate loads a page, and waits until it is loaded.
func (w *Window) Navigate(ctx context.Context, url string) error {
	return w.call(ctx, "browsingContext.navigate", object{"context": w.id, "url": url, "wait": "complete"}, nil)
}

// Reload loads the page anew, and waits until it is loaded. That Firefox answers may
// be too early, where the address has a fragment.
func (w *Window) Reload(ctx context.Context) error {
	if err := w.Run(ctx, "globalThis.isOld = true"); err != nil {
		return err
	}
	if err := w.call(ctx, "browsingContext.reload", object{"context": w.id, "wait": "complete"}, nil); err != nil {
		return err
	}
	for {
		var isNew bool
		err := w.Evaluate(ctx, "new Promise(requestAnimationFrame).then(() => !globalThis.isOld && document.readyState === 'complete')", &isNew)
		if isNew || ctx.Err() != nil {
			return err // another error is that the old page has gone meanwhile
		}
	}
}

// GoBack goes back to the page before, as the button of that name does.
func (w *Window) GoBack(ctx context.Context) error {
	return w.call(ctx, "browsingContext.traverseHistory", object{"context": w.id, "delta": -1}, nil)
}

// Run runs statements in the page.
func (w *Window) Run(ctx context.Context, statements string) error {
	_, err := w.evaluate(ctx, statements)
	return err
}

// Evaluate stores what a JavaScript expression has as its value, or what its
// promise resolves to, by way of JSON.
func (w *Window) Evaluate(ctx context.Context, expression string, result any) error {
	value, err := w.evaluate(ctx, "(async () => JSON.stringify(await ("+expression+")) ?? 'null')()")
	if err != nil {
		return err
	}
	var text string
	if err := json.Unmarshal(value.Value, &text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), result)
}

// value is one of the page's: https://w3c.github.io/webdriver-bidi/#type-script-RemoteValue
type value struct {
	SharedID string          `json:"sharedId"` // of an element
	Value    json.RawMessage `json:"value"`
}

func (w *Window) evaluate(ctx context.Context, source string) (value, error) {
	var outcome struct {
		Type             string
		Result           value
		ExceptionDetails struct{ Text string }
	}
	params := object{
		"expression": source, "target": object{"context": w.id}, "awaitPromise": true,
		"serializationOptions": object{"maxDomDepth": 0, "maxObjectDepth": 0},
	}
	if err := w.call(ctx, "script.evaluate", params, &outcome); err != nil {
		return value{}, err
	}
	if outcome.Type != "success" {
		return value{}, fmt.Errorf("firefoxtest: the page throws %s", outcome.ExceptionDetails.Text)
	}
	return outcome.Result, nil
}

func (w *Window) call(ctx context.Context, method string, params, result any) error {
	return w.session.call(ctx, method, params, result)
}
