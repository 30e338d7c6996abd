package firefoxtest

import (
	"context"
	"encoding/json"
	"slices"
)

// Keys that write nothing: https://w3c.github.io/webdriver/#keyboard-actions
const (
	Backspace  = "\ue003"
	Tab        = "\ue004"
	Enter      = "\ue007"
	Shift      = "\ue008"
	Control    = "\ue009"
	End        = "\ue010"
	Home       = "\ue011"
	ArrowRight = "\ue014"
	Delete     = "\ue017"
)

// Press presses a key, a character or one of the above, while others are held.
func (w *Window) Press(ctx context.Context, key string, held ...string) error {
	keys := append(slices.Clone(held), key)
	var actions []object
	for _, key := range keys {
		actions = append(actions, object{"type": "keyDown", "value": key})
	}
	for _, key := range slices.Backward(keys) {
		actions = append(actions, object{"type": "keyUp", "value": key})
	}
	return w.perform(ctx, object{"type": "key", "id": "keyboard", "actions": actions})
}

// Insert replaces the selection of the focused field, as a paste does.
func (w *Window) Insert(ctx context.Context, text string) error {
	if text == "" {
		return w.Press(ctx, Backspace)
	}
	literal, err := json.Marshal(text)
	if err != nil {
		return err
	}
	return w.Run(ctx, "document.execCommand('insertText', false, "+string(literal)+")")
}

// atRest is a JavaScript function: it scrolls to an element, and answers it when it
// is still from one frame to the next.
const atRest = `(async (selector) => {
	const element = document.querySelector(selector);
	element.scrollIntoView({block: 'center', behavior: 'instant'});
	const place = () => JSON.stringify(element.getBoundingClientRect());
	for (let before = ''; before !== place();) {
		before = place();
		await new Promise(requestAnimationFrame);
	}
	return element;
})`

// Click clicks the middle of the first element that the selector selects, with
// the mouse.
func (w *Window) Click(ctx context.Context, selector string) error {
	literal, err := json.Marshal(selector)
	if err != nil {
		return err
	}
	element, err := w.evaluate(ctx, atRest+"("+string(literal)+")")
	if err != nil {
		return err
	}
	origin := object{"type": "element", "element": object{"sharedId": element.SharedID}}
	return w.perform(ctx, object{
		"type": "pointer", "id": "mouse", "parameters": object{"pointerType": "mouse"},
		"actions": []object{
			{"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
			{"type": "pointerDown", "button": 0},
			{"type": "pointerUp", "button": 0},
		},
	})
}

func (w *Window) perform(ctx context.Context, actions object) error {
	return w.call(ctx, "input.performActions", object{"context": w.id, "actions": []object{actions}}, nil)
}
